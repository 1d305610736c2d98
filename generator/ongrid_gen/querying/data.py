"""Answers as JSON data. The keys are a contract."""

from typing import Any

from ongrid_gen.querying.loki import Line
from ongrid_gen.querying.tables import NANO, moment
from ongrid_gen.tracequery.base import Event, Hit, Hits, Series, Span, Trace, Window
from ongrid_gen.tracequery.critical import critical_path
from ongrid_gen.units import plain

MILLION = 1_000_000


def window_data(window: Window) -> dict[str, str]:
    """Return a time."""
    return {"start": moment(window.start), "end": moment(window.end)}


def hits_data(hits: Hits) -> dict[str, Any]:
    """Return what a search found."""
    return {"complete": hits.complete, "traces": [hit_data(hit) for hit in hits.traces]}


def hit_data(hit: Hit) -> dict[str, Any]:
    """Return one trace of a search."""
    return {
        "trace_id": hit.trace_id,
        "service": hit.service,
        "operation": hit.operation,
        "start": moment(hit.start / NANO),
        "duration_ms": hit.duration / MILLION,
        "matched": hit.matched,
    }


def trace_data(trace: Trace) -> dict[str, Any]:
    """Return a trace with its critical path; `waited_ms` is how long the whole waited for a span."""
    path = critical_path(trace)
    waited = sorted(path.waited.items(), key=lambda pair: -pair[1])
    return {
        "trace_id": trace.trace_id,
        "start": moment(trace.start / NANO),
        "duration_ms": (trace.end - trace.start) / MILLION,
        "spans": [span_data(span) for span in trace.spans],
        "critical_path": [
            {
                "span_id": path.tree.spans[number].span_id,
                "service": path.tree.spans[number].service,
                "operation": path.tree.spans[number].operation,
                "waited_ms": time / MILLION,
            }
            for number, time in waited
        ],
    }


def span_data(span: Span) -> dict[str, Any]:
    """Return one span."""
    return {
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "service": span.service,
        "operation": span.operation,
        "kind": span.kind,
        "start": moment(span.start / NANO),
        "duration_ms": span.duration / MILLION,
        "status": span.status,
        "message": span.message,
        "attributes": span.attributes,
        "resource": span.resource,
        "events": [event_data(event) for event in span.events],
    }


def event_data(event: Event) -> dict[str, Any]:
    """Return something that happened in a span."""
    return {"name": event.name, "at": moment(event.at / NANO), "attributes": event.attributes}


def series_data(series: list[Series]) -> list[dict[str, Any]]:
    """Return series; a value is a text, as JSON has no infinity and no NaN."""
    return [
        {"labels": dict(one.labels), "points": [[at, value_text(value)] for at, value in one.points]} for one in series
    ]


def value_text(value: float) -> str:
    """Return a value as Prometheus writes it."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return plain(value)


def line_data(line: Line) -> dict[str, Any]:
    """Return a line of a log."""
    return {"at": moment(line.at / NANO), "labels": dict(line.labels), "line": line.text}
