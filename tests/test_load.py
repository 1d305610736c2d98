"""Reading a spec, and where in its text everything stands."""

import time
from pathlib import Path

import pytest

from ongrid_gen.load import Document, Source, SourceError, Span, dotted, load, read_source

TEXT = """\
version: 1
"결제": &q {k: '😀', z: 5}   # comment
again: *q
block:
  name: v
  list: [1, {name: x, a: 2.10}]
empty:
long: |
  one
  two
one: &one 1.50
two: *one
"""


def document(text: str | bytes) -> Document:
    return load(Source("site.yaml", text.encode() if isinstance(text, str) else text))


@pytest.mark.parametrize(
    ("path", "on_key", "span"),
    [
        (("version",), False, (1, 10, 11)),
        (("version",), True, (1, 1, 8)),
        (("결제",), False, (2, 10, 24)),
        (("결제",), True, (2, 1, 5)),
        (("결제", "k"), False, (2, 14, 17)),
        (("결제", "z"), False, (2, 22, 23)),
        (("again",), False, (3, 8, 10)),
        (("again", "z"), False, (2, 22, 23)),
        (("block",), False, (4, 1, 6)),
        (("block", "list", 1, "a"), False, (6, 26, 30)),
        (("block", "list", 1), False, (6, 13, 31)),
        (("empty",), False, (7, 7, 8)),
        (("long",), False, (8, 7, 8)),
        (("one",), False, (11, 11, 15)),
        (("block", "missing"), False, (4, 1, 6)),
        (("block", "missing", 3, "x"), True, (4, 1, 6)),
        (("block", "list", 1, "missing"), False, (6, 13, 31)),
        (("missing",), False, (1, 1, 2)),
        ((), False, (1, 1, 2)),
    ],
)
def test_a_path_has_a_span(path: tuple[str | int, ...], on_key: bool, span: tuple[int, int, int]) -> None:
    assert Span(*span) == document(TEXT).span(path, on_key)


def test_a_value_is_known_as_it_was_spelled() -> None:
    loaded = document(TEXT)
    assert loaded.text(("block", "list", 1, "a")) == "2.10"
    assert loaded.text(("one",)) == "1.50"
    assert loaded.text(("two",)) == "1.50"
    assert loaded.text(("결제", "k")) == "'😀'"
    assert loaded.text(("again", "z")) == "5"
    assert loaded.text(("missing",)) == ""


def test_a_path_is_described_by_names() -> None:
    loaded = document("alerts:\n  - name: A\n  - name: PaymentsP95\n  - x\n")
    assert loaded.describe(("alerts", 1, "threshold_ms")) == "alerts[1] (PaymentsP95).threshold_ms"
    assert loaded.describe(("alerts", 2)) == "alerts[2]"
    assert loaded.describe(("edges", 0, "attributes", "k8s.node")) == 'edges[0].attributes["k8s.node"]'


def test_a_path_for_programs_has_no_names() -> None:
    assert dotted(("alerts", 2, "threshold_ms")) == "alerts[2].threshold_ms"
    assert dotted(()) == ""


def test_lines_end_as_windows_or_unix_likes() -> None:
    loaded = document("a: 1\r\nb:\r\n  c: 2\r\n")
    assert loaded.lines == ["a: 1", "b:", "  c: 2", ""]
    assert loaded.span(("b", "c")) == Span(3, 6, 7)
    assert loaded.problems == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (b"", (1, 1, 2), "empty"),
        (b"a: 1\nb: \xff\n", (2, 4, 5), "0xff is no UTF-8"),
        ("a: 1\n결: ".encode() + b"\x00", (2, 4, 5), "U+0000"),
        (b"\xef\xbb\xbfa: 1", (1, 1, 2), "byte order mark"),
        ("a: 1".encode("utf-16"), (1, 1, 2), "UTF-16"),
        (b"a: 1\n---\nb: 2\n", (2, 1, 4), "second document"),
        (b"a: !!python/object:os.system x\n", (1, 4, 29), "tags"),
        (b"a:\n\tb: 1\n", (2, 1, 2), "no YAML"),
        (b"<<: {a: 1}\n", (1, 1, 3), "merge keys"),
        (b"? [a]\n: b\n", (1, 3, 4), "a key must be a text"),
        (b"x" * (1 << 20) + b"x", (1, 1, 2), "larger than 1 MiB"),
    ],
)
def test_a_text_that_cannot_be_read_is_one_problem_with_a_place(
    text: bytes, place: tuple[int, int, int], words: str
) -> None:
    (problem,) = document(text).problems
    assert words in problem.message
    assert place == problem.at


def test_both_places_of_a_duplicate_key_are_known() -> None:
    loaded = document("a:\n  b: 1\n  c: 2\n  b: 3\n")
    (problem,) = loaded.problems
    assert problem.at == (4, 3, 4)
    assert [loaded.span(path, problem.on_key) for path in problem.related] == [Span(2, 3, 4)]


def test_several_refused_keys_are_several_problems() -> None:
    codes = [problem.code for problem in document("a: 1\na: 2\nb: !x 1\n1: 2\n<<: {}\n").problems]
    assert codes == ["OG902", "OG901", "OG909", "OG901"]


@pytest.mark.parametrize("text", ["- a\n", "x", "5", "[]"])
def test_the_top_must_be_a_mapping(text: str) -> None:
    (problem,) = document(text).problems
    assert "a spec is a mapping of keys" in problem.message


def test_a_source_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(b"\xffversion: 1\r\n")
    assert read_source(path) == Source(str(path), b"\xffversion: 1\r\n")


def test_what_is_no_readable_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        read_source(tmp_path / "missing.yaml")
    with pytest.raises(SourceError, match="is a folder"):
        read_source(tmp_path)
    with pytest.raises(SourceError, match="Not a directory"):
        read_source(Path("/dev/null/site.yaml"))


def test_a_file_over_five_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(b"a: " + b"x" * (5 << 20))
    started = time.process_time()
    with pytest.raises(SourceError, match="larger than 5 MB"):
        read_source(path)
    assert time.process_time() - started < 1


def test_an_endless_file_is_refused_at_once() -> None:
    with pytest.raises(SourceError, match="larger than 5 MB"):
        read_source(Path("/dev/zero"))


def test_a_file_of_five_megabytes_is_one_problem_at_once() -> None:
    started = time.process_time()
    assert len(document(b"- a\n" * (5 << 18)).problems) == 1
    assert time.process_time() - started < 1
