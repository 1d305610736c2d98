"""A trace out of OTLP as JSON, in each form that stores have given it."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.runtime.fetch import FetchError
from ongrid_gen.tracequery.base import KINDS, SERVICE, STATUSES, Event, Span, Trace

# The names that the same list has had: resources with spans, then scopes with spans.
RESOURCES: Final = ("resourceSpans", "batches")
SCOPES: Final = ("scopeSpans", "instrumentationLibrarySpans")
HEX_DIGITS: Final = 16
# What a sender says that has no name (OpenTelemetry's own default).
UNKNOWN: Final = "unknown_service"
NUMBERS: Final = {"kind": ("unspecified", *KINDS), "status": ("unset", "ok", "error")}


def trace_of(trace_id: str, data: Any) -> Trace | None:
    """Return a trace, None when it has no spans. FetchError when it is no OTLP."""
    try:
        found = sorted(spans_of(data), key=lambda span: (span.start, -span.end))
    except (TypeError, ValueError, binascii.Error):
        raise FetchError(f"trace {trace_id} is no OTLP that can be read") from None
    return Trace(trace_id, tuple(found)) if found else None


def spans_of(data: Any) -> Iterator[Span]:
    """Yield every span."""
    for one in first_of(data, RESOURCES):
        resource = attributes(dig(one, "resource", "attributes"))
        for scope in first_of(one, SCOPES):
            for _, span in items(dig(scope, "spans")):
                yield span_of(span, resource)


def first_of(data: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what is in the list that bears one of the names."""
    for name in names:
        yield from (one for _, one in items(dig(data, name)))


def span_of(data: Any, resource: Mapping[str, object]) -> Span:
    """Return one span."""
    start = int(dig(data, "startTimeUnixNano") or 0)
    return Span(
        span_id=span_id(dig(data, "spanId")),
        parent_id=span_id(dig(data, "parentSpanId")),
        service=str(resource.get(SERVICE) or UNKNOWN),
        operation=str(dig(data, "name") or ""),
        kind=word(dig(data, "kind"), "kind", ("unspecified", *KINDS)),
        start=start,
        end=max(start, int(dig(data, "endTimeUnixNano") or 0)),
        status=word(dig(data, "status", "code"), "status", STATUSES),
        message=str(dig(data, "status", "message") or ""),
        attributes=attributes(dig(data, "attributes")),
        resource=resource,
        events=tuple(event(one) for _, one in items(dig(data, "events"))),
    )


def event(data: Any) -> Event:
    """Return one event."""
    return Event(
        name=str(dig(data, "name") or ""),
        at=int(dig(data, "timeUnixNano") or 0),
        attributes=attributes(dig(data, "attributes")),
    )


def span_id(value: Any) -> str:
    """Return an ID in hexadecimal digits; JSON holds those, or the bytes as base64. Empty when it is all zeros."""
    text = str(value or "")
    if len(text) != HEX_DIGITS:
        text = base64.b64decode(text, validate=True).hex()
    return text.lower() if text.strip("0") else ""


def word(value: Any, what: str, known: tuple[str, ...]) -> str:
    """Return a kind or a status as one word: JSON holds its number, or its name with a prefix."""
    if isinstance(value, int):
        return NUMBERS[what][value] if 0 <= value < len(NUMBERS[what]) else NUMBERS[what][0]
    found = str(value or "").rpartition("_")[2].lower()
    return found if found in known else NUMBERS[what][0]


def attributes(data: Any) -> dict[str, object]:
    """Return attributes with plain values."""
    return {str(dig(one, "key")): plain_value(dig(one, "value")) for _, one in items(data)}


def plain_value(value: Any) -> object:
    """Return the value that OTLP wraps in its type."""
    for kind, inside in items(value):
        if kind == "intValue":
            return int(inside)
        if kind == "arrayValue":
            return [plain_value(one) for _, one in items(dig(inside, "values"))]
        if kind == "kvlistValue":
            return attributes(dig(inside, "values"))
        return inside
    return None
