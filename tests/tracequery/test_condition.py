"""Filters become TraceQL out of which no value can get, and mean the same to us as to Tempo."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ongrid_gen.runtime.fetch import Endpoint
from ongrid_gen.traceql import TraceqlError, filters, read
from ongrid_gen.traceql.tree import Binary, Literal, walk
from ongrid_gen.tracequery import KINDS, STATUSES, AskedError, Filters, Search, Span, Window, trace_id_of
from ongrid_gen.tracequery.condition import condition, passes
from ongrid_gen.tracequery.tempo import LATEST, Tempo

TEMPO = Tempo(Endpoint("http://127.0.0.1:9"), "2.10.8", "2.10")
HOUR = Window(1_700_000_000, 1_700_003_600)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
FILTERS = st.builds(
    Filters,
    service=st.none() | TEXT,
    operation=st.none() | TEXT,
    status=st.none() | st.sampled_from(STATUSES),
    min_duration=st.none() | st.decimals(0, 10, places=9),
    max_duration=st.none() | st.decimals(10, 20, places=3),
    kinds=st.lists(st.sampled_from(KINDS), unique=True).map(tuple),
    resource=st.dictionaries(TEXT.filter(lambda name: "\n" not in name), TEXT, max_size=2),
)


@settings(deadline=None)  # the first query makes the parser
@given(FILTERS.filter(bool))
def test_a_condition_says_all_filters_and_nothing_else(asked: Filters) -> None:
    tree = read(f"{{ {condition(asked)} }}").tree
    texts = [one.value for one in walk(tree) if isinstance(one, Literal) and one.type == "string"]
    wanted = [text for text in (asked.service, *asked.resource.values(), asked.operation) if text is not None]
    assert wanted == texts
    assert 1 == len(filters(tree))
    joined = [one.op for one in walk(tree) if isinstance(one, Binary) and one.op in ("&&", "||")]
    said = [asked.status, asked.min_duration, asked.max_duration, asked.kinds or None]
    assert len(wanted) + sum(one is not None for one in said) - 1 == joined.count("&&")
    assert max(0, len(asked.kinds) - 1) == joined.count("||")


@settings(deadline=None)  # the first query makes the parser
@given(FILTERS.filter(bool), st.sampled_from(["{ .a || .b }", "{ .a } || { .b } | count() > 1", "{} >> { .c }"]))
def test_every_spanset_of_a_query_is_held_to_the_filters(asked: Filters, query: str) -> None:
    tree = read(TEMPO.held(query, asked)).tree
    added = read(f"{{ {condition(asked)} }}").tree
    texts = [one.value for one in walk(added) if isinstance(one, Literal)]
    for spanset in filters(tree):
        inside = [one.value for one in walk(spanset) if isinstance(one, Literal)]
        assert texts == inside[len(inside) - len(texts) :]


@pytest.mark.parametrize(
    ("query", "held"),
    [
        (None, '{ resource.service.name = "a" && (kind = server || kind = consumer) }'),
        ("{ .x || true }", '{ ( .x || true ) && (resource.service.name = "a" && (kind = server || kind = consumer)) }'),
        ("{ }", '{ (resource.service.name = "a" && (kind = server || kind = consumer)) }'),
    ],
)
def test_alternatives_stand_in_parentheses(query: str | None, held: str) -> None:
    found = TEMPO.held(query, Filters(service="a", kinds=("server", "consumer")))
    assert "".join(held.split()) == "".join(found.split())


def test_a_search_asks_for_the_latest_and_keeps_hints() -> None:
    assert "{ .a }" + LATEST == TEMPO.query_of(Search(window=HOUR, expression="{ .a }"))
    assert "{ .a } with (a=1)" == TEMPO.query_of(Search(window=HOUR, expression="{ .a } with (a=1)"))


@pytest.mark.parametrize(
    ("query", "says"),
    [("{ .a", "never closed"), ("{ .a } | rate()", "series, not traces"), ("{ .a } // x\n}", "closes nothing"),
     ("{ .a } && ", "ends too early")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_before_it_is_sent(query: str, says: str) -> None:
    for asked in (Filters(), Filters(service="a")):
        with pytest.raises(TraceqlError, match=says):
            TEMPO.query_of(Search(window=HOUR, expression=query, filters=asked))


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 0}, {"limit": 1001}, {"expression": None}, {"window": Window(1, 8 * 86400)}],
)
def test_bounds_hold_before_anything_is_sent(wrong: dict[str, object]) -> None:
    with pytest.raises(AskedError):
        Search(**{"window": HOUR, "expression": "{ }", **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"status": "failed"}, {"kinds": ("web",)}, {"service": ""}, {"resource": {"": "x"}},
     {"service": "a", "resource": {"service.name": "b"}}, {"min_duration": Decimal(-1)},
     {"min_duration": Decimal(2), "max_duration": Decimal(1)}],
)  # fmt: skip
def test_filters_that_no_span_can_hold_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(AskedError):
        Filters(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("start", "end"), [(2, 1), (1, 1), (0, 1), (float("nan"), 1)])
def test_a_time_begins_before_it_ends(start: float, end: float) -> None:
    with pytest.raises(AskedError):
        Window(start, end)


@pytest.mark.parametrize(("text", "full"), [("AB", "ab".rjust(32, "0")), (" 1\n", "1".rjust(32, "0"))])
def test_an_id_is_written_in_full(text: str, full: str) -> None:
    assert full == trace_id_of(text)


@pytest.mark.parametrize("text", ["", "g", "0x1", "0", "1" * 33, "../x", "1 2"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(AskedError):
        trace_id_of(text)


def a_span(**changes: object) -> Span:
    """Return a span of 500 ms."""
    usual: dict[str, object] = {
        "span_id": "1", "parent_id": "", "service": "a-api", "operation": "GET /", "kind": "server", "start": 0,
        "end": 500_000_000, "status": "unset", "message": "", "attributes": {}, "events": (),
        "resource": {"service.name": "a-api", "device_id": 42},
    }  # fmt: skip
    return Span(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        (Filters(), True),
        (Filters(service="a-api", operation="GET /", status="unset", kinds=("client", "server")), True),
        (Filters(min_duration=Decimal("0.5"), max_duration=Decimal("0.5")), True),
        (Filters(resource={"device_id": "42"}), True),
        (Filters(service="a"), False),
        (Filters(operation="GET"), False),
        (Filters(status="error"), False),
        (Filters(kinds=("client",)), False),
        (Filters(min_duration=Decimal("0.500000001")), False),
        (Filters(max_duration=Decimal("0.499999999")), False),
        (Filters(resource={"device_id": "4"}), False),
        (Filters(resource={"nothing": "42"}), False),
    ],
)
def test_a_span_passes_when_it_holds_all_filters(asked: Filters, passed: bool) -> None:
    assert passed == passes(a_span(), asked)
