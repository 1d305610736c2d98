"""How each alert kind is drilled: one entry a kind. A kind without one watches series that no request makes."""

from collections.abc import Callable
from typing import Final

from ongrid_gen.alerts import (
    service_dependency_error_rate,
    trace_absent,
    trace_error_rate,
    trace_latency,
    trace_throughput_drop,
)
from ongrid_gen.alerts.drills.absent import Absent
from ongrid_gen.alerts.drills.base import Drilling
from ongrid_gen.alerts.drills.drop import Drop
from ongrid_gen.alerts.drills.shares import Failed, FailedCalls, Slow
from ongrid_gen.model import Alert, Site

DRILLS: Final[dict[str, Callable[[Alert, Site], Drilling]]] = {
    trace_latency.KIND: Slow,
    trace_error_rate.KIND: Failed,
    service_dependency_error_rate.KIND: FailedCalls,
    trace_absent.KIND: Absent,
    trace_throughput_drop.KIND: Drop,
}

__all__ = ["DRILLS", "Drilling", "drilling_of"]


def drilling_of(alert: Alert, site: Site) -> Drilling | None:
    """Return how an alert is drilled; None when requests cannot fire it."""
    kind = DRILLS.get(alert.kind)
    return kind(alert, site) if kind is not None else None
