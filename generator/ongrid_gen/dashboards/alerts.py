"""Each alert of the spec: the number that it watches, against the line from which on it fires."""

from collections.abc import Mapping
from typing import Final

from ongrid_gen.alerts import kind_of
from ongrid_gen.alerts.base import Counted
from ongrid_gen.alerts.expressions import is_sound
from ongrid_gen.conventions import ALERTS_BOARD, KIND, SELF_KIND, SERVICES_BOARD
from ongrid_gen.dashboards.base import Board, Color, Line, Panel, Query, Row, Unit
from ongrid_gen.dashboards.parts import firing, leads
from ongrid_gen.model import Alert, Site

FILE: Final = "alerts.json"
UNITS: Final[Mapping[Counted, Unit]] = {
    Counted.PER_CENT: Unit.PER_CENT,
    Counted.BYTES: Unit.BYTES,
    Counted.BYTES_A_SECOND: Unit.BYTES_A_SECOND,
    Counted.SECONDS: Unit.SECONDS,
    Counted.REQUESTS: Unit.REQUESTS_A_SECOND,
    Counted.OTHER: Unit.PLAIN,
}
OTHERS: Final = "Several services, and metrics"
MANY: Final = 12  # more alerts than these are folded
SITES_OWN: Final = f'{KIND}!="{SELF_KIND}"'


def board(site: Site) -> Board | None:
    """Return the dashboard of the alerts; none without any."""
    if not site.alerts:
        return None
    groups: dict[str, list[Panel]] = {}
    for alert in filter(is_sound, site.alerts):
        groups.setdefault(alert.service or OTHERS, []).append(panel(alert, site))
    return Board(
        ALERTS_BOARD,
        "Alerts",
        "What each alert watches. It fires beyond the dashed line, after the time and with the requests that it wants.",
        [
            Row("Now", [firing(SITES_OWN)]),
            *(Row(name, panels, folded=len(site.alerts) > MANY) for name, panels in groups.items()),
        ],
        firing=SITES_OWN,
    )


def panel(alert: Alert, site: Site) -> Panel:
    """Return the panel of one alert; its line is red when the alert pages."""
    plot = kind_of(alert).plot(alert, site)
    color = Color.RED if alert.severity == "critical" else Color.ORANGE
    service = [("The service's dashboard", leads(SERVICES_BOARD, "service", alert.service))] if alert.service else []
    return Panel(
        alert.name,
        [
            Query(str(expr), str(legend), exemplars=plot.traced and site.metrics.exemplars)
            for expr, legend in plot.curves
        ],
        UNITS[plot.counted],
        kind_of(alert).explain(alert, site).condition,
        width=12,
        lines=[Line(limit, color) for limit in dict.fromkeys(plot.limits)],
        least=None,
        links=service,
        key=f"alert {alert.name}",
        logs=plot.logs,
    )
