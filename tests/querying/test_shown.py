"""How answers are shown: golden waterfalls, tables with columns under each other, text that stays in its cell."""

from pathlib import Path

import pytest

from ongrid_gen.querying.data import series_data, trace_data
from ongrid_gen.querying.tables import hits_table, moment, series_table, short, sparks, table, took, vector_table
from ongrid_gen.querying.waterfall import waterfall
from ongrid_gen.show import width
from ongrid_gen.tracequery import Hit, Hits, Series
from support import compare_golden
from tracequery.made import BEGAN, trace_of
from tracing import CHECKOUT, Call

HERE = Path(__file__).parent
STRANGE = Call("결제-api", "POST /\x1b[2J\n\u202e{x}", 0, 900, (
    Call("db", "query " + "x" * 80, 100, 5, failed=True), Call("db", "commit", 850, 400),
))  # fmt: skip
DEEP = Call("a", "0", 0, 100)
for depth in range(1, 16):
    DEEP = Call("a", str(depth), 0, 100, (DEEP,))


@pytest.mark.parametrize(("name", "call"), [("checkout", CHECKOUT), ("strange", STRANGE), ("deep", DEEP)])
def test_a_waterfall_is_as_it_was(name: str, call: Call) -> None:
    compare_golden(HERE / f"{name}.txt", waterfall(trace_of(call)) + "\n")


@pytest.mark.parametrize("call", [CHECKOUT, STRANGE, DEEP])
def test_the_bars_of_a_waterfall_stand_under_each_other(call: Call) -> None:
    bars = [line for line in waterfall(trace_of(call)).splitlines() if line.endswith("|")]
    assert 1 == len({width(line) for line in bars})
    assert all(char.isprintable() for line in bars for char in line)


def test_of_many_spans_those_are_shown_that_were_waited_for() -> None:
    many = tuple(Call("b", f"short {number}", 1, 1) for number in range(50))
    shown = waterfall(trace_of(Call("a", "all", 0, 100, (*many, Call("c", "long", 5, 90)))), rows=3)
    assert "c long" in shown
    assert "… and 49 more spans" in shown


def test_columns_stand_under_each_other_also_in_korean() -> None:
    lines = table(("A", "B"), [("결제", "1"), ("x", "22")], right=(1,)).splitlines()
    assert ["A      B", "결제   1", "x     22"] == lines


def test_text_of_spans_moves_no_cursor() -> None:
    hit = Hit(trace_id="1", service="a\x1b[31m", operation="b\r\nc", start=BEGAN, duration=1, matched=1)
    shown = hits_table(Hits((hit,), True))
    assert 2 == len(shown.splitlines())
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0ns"), (1, "1ns"), (1500, "1.5µs"), (999_999, "1000µs"), (680_000_000, "680ms"), (1_234_567_890, "1.23s"),
     (90_000_000_000, "90s"), (1_234_000_000_000, "1234s")],
)  # fmt: skip
def test_a_duration_is_told_in_its_unit(nanoseconds: int, text: str) -> None:
    assert text == took(nanoseconds)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (0.000123456, "0.000123"), (12345.678, "12346"), (-1.005, "-1"),
                         (1e21, "1" + "0" * 21),
                         (float("nan"), "nan"), (float("inf"), "inf")]
)  # fmt: skip
def test_a_number_is_told_with_what_counts(number: float, text: str) -> None:
    assert text == short(number)


def test_a_moment_is_told_in_utc() -> None:
    assert "2023-11-14 22:13:20.999Z" == moment(1_700_000_000.9999)


def test_series_are_told_by_their_end_and_their_course() -> None:
    series = [Series({"__name__": "up", "job": "a"}, tuple((float(at), float(at)) for at in range(90)))]
    head, row = series_table(series).splitlines()
    assert head.split() == ["LAST", "MIN", "MAX", "SERIES"]
    assert row.split() == ["89", "0", "89", sparks([float(at) for at in range(90)]), "up{job=a}"]
    assert 30 == len(sparks([float(at) for at in range(90)]))
    assert "no series" == series_table([]) == vector_table([Series({}, ())])


@pytest.mark.parametrize(
    ("values", "bars"), [([0, 0], "▁▁"), ([5, 5], "██"), ([0, 1], "▁█"), ([-1, 0, 1], "▁▅█"), ([float("nan")], ""),
                         ([float("inf"), 1], " █")]
)  # fmt: skip
def test_a_course_is_drawn_from_zero(values: list[float], bars: str) -> None:
    assert bars == sparks(values)


def test_json_has_numbers_that_every_reader_takes() -> None:
    points = tuple(enumerate([1.5, float("nan"), float("inf"), float("-inf")]))
    (found,) = series_data([Series({}, points)])
    assert ["1.5", "NaN", "+Inf", "-Inf"] == [value for _, value in found["points"]]


def test_json_of_a_trace_says_what_was_waited_for() -> None:
    found = trace_data(trace_of(CHECKOUT))
    assert [("db_query", 680.0), ("GET /checkout", 350.0)] == [
        (one["operation"], one["waited_ms"]) for one in found["critical_path"][:2]
    ]
    assert 5 == len(found["spans"])
