"""Filters as TraceQL, and as what one span must be to pass them."""

import re
from decimal import Decimal
from typing import Final

from ongrid_gen.text import Code, fill, traceql_string
from ongrid_gen.tracequery.base import SERVICE, AskedError, Filters, Span
from ongrid_gen.units import plain

PLAIN: Final = re.compile(r"\w[\w.-]*")
UNQUOTABLE: Final = re.compile("[\0\n]")
NANO: Final = 1_000_000_000


def condition(filters: Filters) -> str:
    """Return the filters as one TraceQL condition, every alternative in parentheses. Empty when there are none."""
    parts = [f"{attribute('resource', name)} = {traceql_string(value)}" for name, value in named(filters)]
    if filters.operation is not None:
        parts.append(fill("name = << value >>", value=traceql_string(filters.operation)))
    if filters.status is not None:
        parts.append(fill("status = << value >>", value=Code(filters.status)))
    if filters.min_duration is not None:
        parts.append(fill("duration >= << value >>", value=milliseconds(filters.min_duration)))
    if filters.max_duration is not None:
        parts.append(fill("duration <= << value >>", value=milliseconds(filters.max_duration)))
    if filters.kinds:
        kinds = " || ".join(f"kind = {kind}" for kind in filters.kinds)
        parts.append(f"({kinds})" if len(filters.kinds) > 1 else kinds)
    return " && ".join(parts)


def named(filters: Filters) -> list[tuple[str, str]]:
    """Return the attributes of the resource that are asked for, the service first."""
    service = [] if filters.service is None else [(SERVICE, filters.service)]
    return [*service, *filters.resource.items()]


def attribute(scope: str, name: str) -> str:
    """Return an attribute as TraceQL writes it. AskedError for a name that it cannot."""
    if PLAIN.fullmatch(name):
        return f"{scope}.{name}"
    if UNQUOTABLE.search(name):
        raise AskedError("TraceQL cannot write an attribute with such a name")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'{scope}."{escaped}"'


def milliseconds(seconds: Decimal) -> Code:
    """Return seconds as TraceQL writes a duration."""
    return Code(f"{plain(seconds * 1000)}ms")


def passes(span: Span, filters: Filters) -> bool:
    """Tell whether one span holds all that the filters ask."""
    took = Decimal(span.duration) / NANO
    return (
        all(str(span.resource.get(name)) == value for name, value in filters.resource.items())
        and filters.service in (None, span.service)
        and filters.operation in (None, span.operation)
        and filters.status in (None, span.status)
        and (filters.min_duration is None or filters.min_duration <= took)
        and (filters.max_duration is None or took <= filters.max_duration)
        and (not filters.kinds or span.kind in filters.kinds)
    )
