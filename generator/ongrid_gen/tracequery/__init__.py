"""Stores of traces, asked in words that are nobody's own: `Backend` is what a client of one is. Tempo has two."""

from ongrid_gen.tracequery.base import (
    KINDS,
    MOST,
    STATUSES,
    USUAL,
    AskedError,
    Backend,
    Event,
    Filters,
    Hit,
    Hits,
    Search,
    Series,
    Span,
    Trace,
    UnsupportedError,
    Window,
    trace_id_of,
)
from ongrid_gen.tracequery.connect import connect
from ongrid_gen.tracequery.critical import Critical, critical_path

__all__ = [
    "KINDS", "MOST", "STATUSES", "USUAL", "AskedError", "Backend", "Critical", "Event", "Filters", "Hit", "Hits",
    "Search", "Series", "Span", "Trace", "UnsupportedError", "Window", "connect", "critical_path", "trace_id_of",
]  # fmt: skip
