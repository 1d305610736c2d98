"""YAML in by core rules, YAML out so that a Go program reads the same text."""

import time
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ongrid_gen.yamlio import MAX_DEPTH, dump, is_ambiguous, parse, read, resolve, shown

MISREAD = [
    "1e3", "08080", "0o17", "017", "1_000", "0x1f", "0b11", ".5", "5.", "1:30", "12:30:45", "+1", "-0", "1.5e-7",
    ".inf", "-.INF", ".nan", "inf", "NaN", "y", "Y", "n", "yes", "No", "on", "OFF", "true", "False", "~", "null",
    "NULL", "", "nil", "2020-01-01", "2020-1-1", "2020-01-01T00:00:00Z", "=", "<<",
]  # fmt: skip
TRICKY = [
    *MISREAD, " x", "x ", "\tx", "- x", "? x", ": x", "a: b", "a #b", "#", "{a", "[a", "*a", "&a", "!a", "|", ">", "%a",
    "@a", "`a", "'", '"', "\\", "a\nb", "a\nb\n", "\na", "\n", " a\nb", "a\n  b\n\n\n", "a \nb", "a\r\nb", "a\tb",
    "---", "...", "--- a", "{{ $labels.x }}", "$x", "결제느림", "支付", "🚀", "\x1b[31m", "\u2028", "\x85", "\ufeff",
    "\xa0", "a\u2028b\n", "\x00", "\x7f", "5m", "1.4.2", "127.0.0.1:3200", "x" * 500, "x y " * 200,
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("No", "No"), ("12:30", "12:30"), ("2020-01-01", "2020-01-01"), ("012", 12),
        ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"), ("0b1", "0b1"), ("true", True), ("False", False), ("~", None),
        ("", None), ("Null", None), (".5", Decimal("0.5")), ("+1.5e3", Decimal(1500)), ("1.4.2", "1.4.2"), ("-7", -7),
        ("2.10", Decimal("2.10")), ("y", "y"), ("0.1", Decimal("0.1")), ("+", "+"), ("-", "-"), (".", "."),
        ("1e", "1e"), ("--1", "--1"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_a_scalar_without_quotes_follows_core_rules(text: str, value: object) -> None:
    found = resolve(text)
    assert value == found
    assert type(value) is type(found)


def test_a_number_keeps_the_digits_it_was_written_with() -> None:
    assert str(parse("1.0")) == "1.0"
    assert str(parse("0.30000000000000000001")) == "0.30000000000000000001"


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999999999", "1e-99", "9" * 5000, "0x" + "f" * 50])
def test_a_number_without_bounds_is_a_problem_not_a_hang(text: str) -> None:
    started = time.process_time()
    assert [problem.code for problem in read(f"a: {text}").problems] == ["OG906"]
    assert time.process_time() - started < 1


def test_quoted_scalars_and_blocks_are_text() -> None:
    assert parse("a: '2.10'\nb: \"on\"\nc: |\n  1\nd: >-\n  2\n") == {"a": "2.10", "b": "on", "c": "1\n", "d": "2"}


def test_an_alias_repeats_a_value() -> None:
    assert parse("a: &x [1, {b: &y 2}]\nc: *x\nd: *y\n") == {"a": [1, {"b": 2}], "c": [1, {"b": 2}], "d": 2}


def test_what_stands_under_a_refused_key_is_not_kept() -> None:
    loaded = read("a: 1\na: {b: [2], c: &x 3}\nd: *x\n")
    assert loaded.data == {"a": 1, "d": 3}
    assert ("a", "b") not in loaded.values


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[{a: ", "a: {b: ["])
def test_ten_thousand_levels_are_refused_at_once(opening: str) -> None:
    started = time.process_time()
    (problem,) = read(opening * 10_000).problems
    assert time.process_time() - started < 1
    assert f"more than {MAX_DEPTH} levels" in problem.message


def test_levels_made_of_aliases_are_counted_too() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000))
    (problem,) = read(text).problems
    assert f"more than {MAX_DEPTH} levels" in problem.message


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    text = "a0: &a0 [" + "x, " * 10 + "]\n"
    text += "".join(f"a{i}: &a{i} [" + f"*a{i - 1}, " * 10 + "]\n" for i in range(1, 20))
    started = time.process_time()
    (problem,) = read(text).problems
    assert time.process_time() - started < 1
    assert "more than" in problem.message


@pytest.mark.parametrize(
    "piece", ["a,", "{},", "*a,", "[],", "a: ", "- \n", "x\n", "? ", "&a ", "!a ", "'", '"', "\n", "{", "%"]
)
@pytest.mark.parametrize("before", ["", "[", "a: &a [1]\nb: ["])
def test_a_mebibyte_of_anything_takes_seconds_at_most(before: str, piece: str) -> None:
    started = time.process_time()
    read(before + piece * ((1 << 20) // len(piece) - 20))
    assert time.process_time() - started < 5


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=" \t\n-?:,[]{}#&*!|>'\"%@`ab0.~<=\\"))
def test_no_text_makes_the_loader_raise(text: str) -> None:
    for problem in read(text).problems:
        assert problem.code.startswith("OG9")
        assert problem.at is not None


def test_our_own_text_with_a_problem_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="a second time"):
        parse("a: 1\na: 2\n")


@pytest.mark.parametrize("text", TRICKY)
def test_a_tricky_text_reads_back_as_itself(text: str) -> None:
    for data in ({"k": text}, {text: 1}, [text, [text]]):
        written = dump(data, banner=None)
        assert yaml.safe_load(written) == data
        assert parse(written) == data


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_any_text_reads_back_as_itself(text: str) -> None:
    written = dump({"k": text}, banner=None)
    assert yaml.safe_load(written) == {"k": text}
    assert parse(written) == {"k": text}


@settings(deadline=None, max_examples=300)
@given(st.from_regex(r"[-+]?[0-9.eExXobn_:]{1,8}", fullmatch=True))
def test_what_looks_like_a_number_is_quoted(text: str) -> None:
    if is_ambiguous(text):
        assert dump([text], banner=None) == f'- "{text}"\n'
    assert parse(dump([text], banner=None)) == [text]


@pytest.mark.parametrize("text", MISREAD)
def test_what_a_go_parser_would_misread_is_quoted(text: str) -> None:
    assert dump([text], banner=None) == f'- "{text}"\n'


@pytest.mark.parametrize("text", ["5m", "1.4.2", "127.0.0.1:3200", "payments-api", "512Mi", "결제느림", "2.10.8"])
def test_what_nobody_misreads_stays_plain(text: str) -> None:
    assert dump([text], banner=None) == f"- {text}\n"


def test_lines_stand_in_a_block_and_long_ones_are_not_folded() -> None:
    assert dump({"a": "x\ny\n", "b": "x y " * 100 + "z"}, banner=None) == "a: |\n  x\n  y\nb: " + "x y " * 100 + "z\n"


def test_order_is_kept_and_nothing_is_an_alias() -> None:
    shared = ["x"]
    assert dump({"z": shared, "a": shared}, banner=None) == "z:\n- x\na:\n- x\n"


def test_numbers_are_plain_decimals() -> None:
    data = [Decimal("1E-7"), 1e-7, Decimal(5), Decimal("0.10"), 1e16, 3, True, None]
    assert dump(data, banner=None) == "- 0.0000001\n- 0.0000001\n- 5\n- 0.1\n- 10000000000000000\n- 3\n- true\n- null\n"


@pytest.mark.parametrize("number", [Decimal("NaN"), float("inf")])
def test_a_number_without_bounds_is_not_written(number: Decimal | float) -> None:
    with pytest.raises(ValueError, match="finite"):
        dump([number], banner=None)


def test_a_subclass_of_text_is_text_and_a_tuple_a_list() -> None:
    class Code(str):
        __slots__ = ()

    assert dump((Code("yes"), Code("x")), banner=None) == '- "yes"\n- x\n'


def test_the_banner_is_a_comment() -> None:
    assert dump({"a": 1}, banner="Generated.\nDo not edit.") == "# Generated.\n# Do not edit.\na: 1\n"


def test_a_text_is_shown_without_what_moves_a_cursor() -> None:
    assert shown("a\n\x1b[31m\u202e결제") == "`a\\n\\x1b[31m\\u202e결제`"
    assert len(shown("x" * 1000)) == 62
