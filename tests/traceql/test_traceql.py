"""TraceQL is read as Tempo 2.10.8 and 3.0.3 read it (queries.yaml), and what is wrong is shown where it is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ongrid_gen.traceql import VERSIONS, WITHOUT, TraceqlError, comparisons, conjoin, filters, read, used
from ongrid_gen.traceql.tree import Attribute, Binary, Filter, Intrinsic, Node, Pipeline, Spansets, walk
from ongrid_gen.units import go_seconds
from ongrid_gen.yamlio import parse

LISTS: Any = parse((Path(__file__).parent / "queries.yaml").read_text(encoding="utf-8"))
ACCEPTED = [*LISTS["library"].values(), *LISTS["accepted"]]
PIECES = (
    "{", "}", "(", ")", " | ", "&&", "||", "!", "=", ">", ">>", "!~", "&>>", ".a", "span.b", 'event."c d"', "duration",
    "name", "nil", "count()", "rate()", "by(", "avg(", "select(", ",", "1", "1s", '"x"', "`y`", "and", "foo", "'q'",
    "-", "+", "*", "^", "with(a=1)", "topk(1)", "status", "error", " ", "//", "/*", "*/", "span:", "parent.", ".", "결",
)  # fmt: skip


def error_of(query: str, version: str = VERSIONS[0]) -> TraceqlError | None:
    """Return why a query is refused, or None."""
    try:
        read(query, version)
    except TraceqlError as error:
        return error
    return None


def says_what_to_write(case: dict[str, str]) -> bool:
    """Tell whether a hint gives text that can be written as it is."""
    return "mended" in case or ("`" in case.get("hint", "") and "…" not in case["hint"])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("query", ACCEPTED)
def test_what_both_versions_take_is_read(query: str, version: str) -> None:
    assert query == read(query, version).text


@pytest.mark.parametrize(
    ("query", "version"), [(query, version) for version, some in LISTS["only"].items() for query in some]
)
def test_what_one_version_takes_the_other_refuses(query: str, version: str) -> None:
    read(query, version)
    (other,) = set(VERSIONS) - {version}
    with pytest.raises(TraceqlError, match=other.replace(".", r"\.")):
        read(query, other)


@pytest.mark.parametrize("case", LISTS["refused"], ids=lambda case: case["query"])
def test_what_is_wrong_is_marked(case: dict[str, str]) -> None:
    for version in VERSIONS:
        with pytest.raises(TraceqlError) as caught:
            read(case["query"], version)
        assert case["at"] == case["query"][caught.value.start : caught.value.end]
        assert case["says"] in caught.value.message
        assert case.get("hint", caught.value.hint) == caught.value.hint


@pytest.mark.parametrize("case", [case for case in LISTS["refused"] if says_what_to_write(case)],
                         ids=lambda case: case["query"])  # fmt: skip
def test_who_follows_a_hint_is_understood(case: dict[str, str]) -> None:
    written = case["hint"].split("`")[1]
    read(case.get("mended") or (case["query"].replace(case["at"], written, 1) if case["at"] else written))


def test_the_version_without_traceql_refuses_it_all() -> None:
    with pytest.raises(TraceqlError, match="no TraceQL"):
        read("{ }", WITHOUT)


def test_a_query_longer_than_tempo_reads_is_refused() -> None:
    with pytest.raises(TraceqlError, match="131072 bytes"):
        read("{ .a = " + '"' + "x" * 131072 + '" }')


@pytest.mark.parametrize("query", ["{ " + "(" * 5000 + ".a" + ")" * 5000 + " }", "{ " + "!" * 5000 + ".a }",
                                   "{ " + "^".join([".a"] * 5000) + " }"])  # fmt: skip
def test_what_nests_deep_is_read_or_refused_without_a_traceback(query: str) -> None:
    error = error_of(query)
    assert error is None or error.message == "it nests too deep"


def test_long_rows_are_read() -> None:
    row = " || ".join(f".a = {number}" for number in range(3000))
    assert 3000 == len(comparisons(read(f"{{ {row} }}").tree))


def shape(node: Node) -> str:
    """Return a condition or spansets with every pair in parentheses."""
    if isinstance(node, (Binary, Spansets)):
        return f"({shape(node.left)} {node.op} {shape(node.right)})"
    if isinstance(node, Filter):
        return "" if node.condition is None else shape(node.condition)
    return node.whole if isinstance(node, Attribute) else "?"


@pytest.mark.parametrize(
    ("query", "grouped"),
    [
        ("{ .a || .b && .c }", "((.a || .b) && .c)"),
        ("{ .a && .b || .c }", "((.a && .b) || .c)"),
        ("{ .a = .b + .c * .d ^ .e ^ .f }", "(.a = (.b + (.c * (.d ^ (.e ^ .f)))))"),
        ("{ .a = .b && .c - .d - .e < .f }", "((.a = .b) && (((.c - .d) - .e) < .f))"),
        ("{ .a } || { .b } && { .c } >> { .d }", "((.a || .b) && (.c >> .d))"),
        ("{ .a } > { .b } >> { .c } && ({ .d } || { .e })", "(((.a > .b) >> .c) && (.d || .e))"),
    ],
)
def test_operators_bind_as_in_tempo(query: str, grouped: str) -> None:
    search = read(query).tree.search
    assert isinstance(search, Pipeline)
    assert grouped == shape(search.stages[0])


def test_what_a_query_names_is_told_with_its_place() -> None:
    text = '{ span:duration > 1s && resource."service.name" = "a" } | by(name) | rate() by (.x)'
    written = read(text)
    names = [(one.name, text[one.start : one.end]) for one in used(written.tree)]
    assert [("duration", "span:duration"), ("service.name", 'resource."service.name"'), ("name", "name"),
            ("x", ".x")] == names  # fmt: skip
    assert written.is_metrics
    assert not read("{ } | count() > 1").is_metrics
    assert [">", "="] == [one.op for one in comparisons(written.tree)]
    assert "1s" == text[slice(*place(comparisons(written.tree)[0].right))]
    assert 1 == len(filters(written.tree))


def place(node: Node) -> tuple[int, int]:
    return node.start, node.end


def test_intrinsics_are_told_by_one_name() -> None:
    tree = read('{ span:name = "x" && name = "y" && trace:rootService = "z" }').tree
    assert ["name", "name", "rootServiceName"] == [one.name for one in used(tree) if isinstance(one, Intrinsic)]


@pytest.mark.parametrize(
    ("text", "seconds"), [("1.5s", "1.5"), ("1h30m", "5400"), ("2d", "172800"), ("100us", "0.0001"), ("1.5d", None),
                          ("h", None), ("300y", None), ("30m1h", "5400")]
)  # fmt: skip
def test_durations_are_those_of_prometheus_and_of_go(text: str, seconds: str | None) -> None:
    found = go_seconds(text)
    assert seconds == (None if found is None else format(found.normalize(), "f"))


@pytest.mark.parametrize(
    ("query", "scoped"),
    [
        ("{ }", "{ (X) }"),
        ("{ .a || .b }", "{ ( .a || .b ) && (X) }"),
        ("{ .a } >> { .b || .c }", "{ ( .a ) && (X) } >> { ( .b || .c ) && (X) }"),
        ("({ .a } | count() > 1) && ({ })", "({ ( .a ) && (X) } | count() > 1) && ({ (X) })"),
        ("count() > 1", "{ (X) } | count() > 1"),
        ("by(.a) | rate()", "{ (X) } | by(.a) | rate()"),
        ("{ .a } | { .b } | rate()", "{ ( .a ) && (X) } | { ( .b ) && (X) } | rate()"),
        ("{ .a // why\n}", "{ ( .a // why\n) && (X) }"),
        ("{ .a } | compare({ .b })", "{ ( .a ) && (X) } | compare({ .b })"),
    ],
)
def test_a_condition_is_added_to_every_spanset(query: str, scoped: str) -> None:
    condition = 'resource.device_id = "4" || .b'
    assert scoped.replace("X", condition) == conjoin(query, condition)


@pytest.mark.parametrize("condition", ["true } || { true", "", ".a } | rate() //", ".a) || (true", "name", ".a // x",
                                       ".a } with (x=1) //"])  # fmt: skip
def test_what_is_no_single_condition_is_not_added(condition: str) -> None:
    if condition == ".a // x":
        assert "{ ( .b ) && (.a) }" == conjoin("{ .b }", condition)
        return
    with pytest.raises(TraceqlError):
        conjoin("{ .b }", condition)


@pytest.mark.parametrize("query", ACCEPTED)
def test_whatever_is_scoped_is_sound_and_scoped_everywhere(query: str) -> None:
    scoped = read(conjoin(query, ".device = 1")).tree
    compared = {id(one.of) for one in [scoped.metrics] if one is not None}
    for one in walk(scoped):
        if isinstance(one, Filter) and id(one) not in compared:
            assert one.condition is not None
            right = one.condition.right if isinstance(one.condition, Binary) and one.condition.op == "&&" else None
            assert [".device"] == [name.whole for name in used(right or one.condition) if isinstance(name, Attribute)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    for version in VERSIONS:
        error = error_of(text, version)
        assert error is None or 0 <= error.start <= error.end <= max(1, len(text))


def test_what_reads_is_imported_only_to_read() -> None:
    code = "import sys, ongrid_gen.traceql; sys.exit('lark' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
    code = "import sys, ongrid_gen.pipeline; sys.exit('ongrid_gen.traceql' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
