"""Requests a second as a recorded series, for alerts that compare with the past."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.conditions import (
    REQUEST_KINDS,
    SPAN_KINDS,
    exact_matchers,
    identity,
    is_ongrid,
    operation_of,
    request_matchers,
    span_kinds_of,
)
from ongrid_gen.conventions import CALLS
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record
from ongrid_gen.text import Code, fill
from ongrid_gen.units import format_duration

RATE: Final = "sum by (<< by >>) (rate(<< calls >>{<< of >>}[<< range >>]))"


def record_name(alert: Alert, site: Site) -> str:
    """Return the name of the series: per service, or per operation; other kinds of span than usual are in it."""
    level = "service" if operation_of(alert) is None else "operation"
    kinds = set() if is_ongrid(site) else set(span_kinds_of(alert))
    counted = [kind for kind, label in SPAN_KINDS.items() if label in kinds]
    other = "" if counted in ([], list(REQUEST_KINDS)) else f"_{'_'.join(counted)}"
    return f"{level}:{CALLS.removesuffix('_total')}{other}:rate{format_duration(alert.window)}"


def record(alert: Alert, site: Site) -> Record:
    """Return the recording of requests a second over the alert's window."""
    expr = fill(
        RATE,
        by=identity(alert),
        calls=Code(CALLS),
        of=request_matchers(alert, site),
        range=Code(format_duration(alert.window)),
    )
    return Record(alert.path, record_name(alert, site), expr)


def read(alert: Alert, site: Site, ago: Decimal = Decimal(0)) -> Code:
    """Return the query of the recorded rate, now or so many seconds ago."""
    shift = f" offset {format_duration(ago)}" if ago else ""
    return Code(f"{record_name(alert, site)}{{{','.join(exact_matchers(alert))}}}{shift}")
