"""The critical path: at each moment one span, and together as long as the whole; whatever a trace looks like."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ongrid_gen.tracequery import Span, Trace, critical_path
from tracequery.made import BEGAN, trace_of
from tracing import CHECKOUT, MS, Call

# Parents by number: of themselves, of nobody, in circles; times anywhere; IDs twice.
SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(0, 50), st.integers(0, 50)), min_size=1)


def waits(trace: Trace) -> dict[str, int]:
    """Return how long was waited for each operation, in milliseconds."""
    path = critical_path(trace)
    named = {number: path.tree.spans[number].operation for number in path.waited}
    assert len(named) == len(set(named.values()))
    return {named[number]: time // MS for number, time in path.waited.items()}


def test_the_longest_wait_of_a_chain_is_at_its_end() -> None:
    expected = {"GET /checkout": 350, "route": 100, "verify": 50, "GET /users/{id}": 20, "db_query": 680}
    assert expected == waits(trace_of(CHECKOUT))
    assert 1200 == sum(expected.values())


def test_of_calls_side_by_side_the_one_that_ends_last_is_waited_for() -> None:
    both = Call("a", "all", 0, 100, (Call("b", "short", 10, 50), Call("c", "long", 10, 80)))
    assert {"all": 20, "long": 80} == waits(trace_of(both))


def test_calls_one_after_the_other_are_all_waited_for() -> None:
    both = Call("a", "all", 0, 100, (Call("b", "first", 0, 40), Call("c", "second", 50, 50)))
    assert {"all": 10, "first": 40, "second": 50} == waits(trace_of(both))


def test_what_goes_on_after_its_caller_is_waited_for_until_then() -> None:
    assert {"all": 60, "later": 40} == waits(trace_of(Call("a", "all", 0, 100, (Call("b", "later", 60, 500),))))


def test_the_longest_root_is_the_main_one() -> None:
    assert {"long": 90} == waits(trace_of(Call("a", "short", 0, 10), Call("b", "long", 0, 90)))


def test_the_server_is_below_the_client_that_has_its_id() -> None:
    caller = trace_of(Call("web", "call", 0, 100, kind="client")).spans[0]
    server = replace(caller, service="api", operation="serve", kind="server", start=BEGAN + 10 * MS, end=caller.end)
    below = replace(server, span_id="x", parent_id=server.span_id, operation="query", end=BEGAN + 50 * MS)
    tree = critical_path(Trace("1", (caller, server, below))).tree
    assert ["call", "serve", "query"] == [tree.spans[number].operation for number in tree.order]
    assert [0, 1, 2] == [tree.depths[number] for number in tree.order]


@settings(deadline=None)
@given(SPANS)
def test_it_is_as_long_as_the_main_root_and_nothing_is_counted_twice(rows: list[tuple[int, int, int, int]]) -> None:
    like = trace_of(CHECKOUT).spans[0]
    spans = [
        replace(like, span_id=str(one), parent_id="" if parent > 9 else str(parent), start=start, end=start + length)
        for one, parent, start, length in rows
    ]
    path = critical_path(Trace("1", tuple(sorted(spans, key=lambda span: span.start))))
    main: Span = path.tree.spans[path.tree.roots[0]]
    assert main.duration == sum(piece.end - piece.start for piece in path.pieces)
    assert all(before.end == after.start for before, after in pairwise(path.pieces))
    assert sorted(path.tree.order) == list(range(len(rows)))
    for piece in path.pieces:
        assert path.tree.spans[piece.span].start <= piece.start < piece.end <= path.tree.spans[piece.span].end


def test_a_long_chain_and_a_circle_end() -> None:
    like = trace_of(CHECKOUT).spans[0]
    chain = tuple(replace(like, span_id=str(one), parent_id=str(one - 1)) for one in range(20_000))
    assert 20_000 == len(critical_path(Trace("1", chain)).tree.order)
    circle = tuple(replace(span, parent_id=str((one + 1) % 20_000)) for one, span in enumerate(chain))
    assert 20_000 == len(critical_path(Trace("1", circle)).tree.order)
