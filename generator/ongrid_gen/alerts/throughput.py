"""Requests a second as a recorded series, for alerts that compare with the past."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.conditions import (
    exact_matchers,
    identity,
    is_ongrid,
    operation_of,
    request_matchers,
    span_kinds_of,
)
from ongrid_gen.conventions import CALLS, SPAN_KIND
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record
from ongrid_gen.text import Code, fill, promql_matcher
from ongrid_gen.units import format_duration

RATE: Final = "sum by (<< by >>) (rate(<< calls >>{<< of >>}[<< range >>]))"


def record_name(alert: Alert) -> str:
    """Return the name of the series: per service, or per operation."""
    level = "service" if operation_of(alert) is None else "operation"
    return f"{level}:{CALLS.removesuffix('_total')}:rate{format_duration(alert.window)}"


def counted(alert: Alert, site: Site) -> dict[str, str]:
    """Return the static label that says which spans are counted: alerts may differ in that, and share the name."""
    return {} if is_ongrid(site) else {SPAN_KIND: "|".join(span_kinds_of(alert))}


def record(alert: Alert, site: Site) -> Record:
    """Return the recording of requests a second over the alert's window."""
    expr = fill(
        RATE,
        by=identity(alert),
        calls=Code(CALLS),
        of=request_matchers(alert, site),
        range=Code(format_duration(alert.window)),
    )
    return Record(alert.path, record_name(alert), expr, counted(alert, site))


def recorded(alert: Alert, site: Site) -> Code:
    """Return the selector of the recorded series."""
    own = [*exact_matchers(alert), *(promql_matcher(label, [value]) for label, value in counted(alert, site).items())]
    return Code(f"{record_name(alert)}{{{','.join(own)}}}")


def read(alert: Alert, site: Site, ago: Decimal = Decimal(0)) -> Code:
    """Return the query of the recorded rate, now or so many seconds ago, without the label of the recording."""
    shift = f" offset {format_duration(ago)}" if ago else ""
    return Code(f"sum by ({identity(alert)}) ({recorded(alert, site)}{shift})")
