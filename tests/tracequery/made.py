"""Traces made of the calls that tests send, without sending them."""

from collections.abc import Iterator

from ongrid_gen.tracequery import Span, Trace
from tracing import MS, Call

BEGAN = 1_700_000_000_000_000_000


def trace_of(*calls: Call) -> Trace:
    """Return calls as one trace."""
    found = [span for number, call in enumerate(calls) for span in spans(call, f"{number}", "")]
    return Trace("1".rjust(32, "0"), tuple(sorted(found, key=lambda span: (span.start, -span.end))))


def spans(call: Call, span_id: str, parent: str) -> Iterator[Span]:
    """Yield a call and all below it; IDs are the way to it."""
    start = BEGAN + call.at * MS
    yield Span(
        span_id=span_id, parent_id=parent, service=call.service, operation=call.name, kind=call.kind, start=start,
        end=start + call.takes * MS, status="error" if call.failed else "unset", message="boom" if call.failed else "",
        attributes=call.attributes, resource={"service.name": call.service}, events=(),
    )  # fmt: skip
    for number, below in enumerate(call.calls):
        yield from spans(below, f"{span_id}.{number}", span_id)
