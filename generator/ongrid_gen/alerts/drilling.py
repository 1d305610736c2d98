"""What a drill's traffic means to an alert: which share of it is bad, and which traffic proves an alert without one."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import service_dependency_error_rate, trace_latency
from ongrid_gen.alerts.conditions import min_requests, threshold_seconds, tolerated_share
from ongrid_gen.model import Alert, Drill, Site

RATE: Final = 20
LARGEST_RATE: Final = 200
SURE: Final = Decimal("1.25")


def per_edge(alert: Alert) -> bool:
    """Tell whether an alert watches edges of the service graph instead of a service."""
    return alert.kind == service_dependency_error_rate.KIND


def bad_share(alert: Alert, drill: Drill) -> Decimal:
    """Return the share of a drill's requests that an alert counts as bad; those it does not watch are not."""
    if not watched(alert, drill):
        return Decimal(0)
    if alert.kind == trace_latency.KIND:
        return Decimal(1) if drill.duration > threshold_seconds(alert) else Decimal(0)
    return drill.error_percent / 100


def watched(alert: Alert, drill: Drill) -> bool:
    """Tell whether an alert looks at the requests of a drill at all."""
    if per_edge(alert):
        wanted = {"client": drill.client, "server": drill.service}
        return drill.client is not None and all(alert.params.get(key, name) == name for key, name in wanted.items())
    return alert.service == drill.service and alert.params.get("operation", drill.operation) == drill.operation


def default_drill(alert: Alert, site: Site) -> Drill:
    """Return traffic that must fire an alert: clearly over its threshold, at a rate its guard is content with."""
    client, service = ends(alert, site)
    latency = alert.kind == trace_latency.KIND
    slow = threshold_seconds(alert) * SURE if latency else Decimal("0.1")
    return Drill(
        path=alert.path,
        service=service,
        operation=str(alert.params.get("operation", "GET /drill")),
        client=client,
        duration=slow,
        rate=min(LARGEST_RATE, max(RATE, -(-2 * min_requests(alert) // int(alert.window)))),
        error_percent=Decimal(0) if latency else min(Decimal(100), tolerated_share(alert) * 100 * 4 + 5),
        firing=(alert.name,),
        quiet=(),
    )


def ends(alert: Alert, site: Site) -> tuple[str | None, str]:
    """Return who calls and who serves."""
    if not per_edge(alert):
        return None, alert.service or site.services[0].name
    names = [service.name for service in site.services]
    server = str(alert.params.get("server", names[-1]))
    other = next((name for name in names if name != server), server)
    return str(alert.params.get("client", other)), server
