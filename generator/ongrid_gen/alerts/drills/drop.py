"""Alerts about a drop: a steady rate for as long as it is compared with, then a lower one."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.conditions import compare_to, drop_of
from ongrid_gen.alerts.drills.base import OPERATION, of_service
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.model import Alert, Drill, Site

RATE: Final = 20


class Drop:
    """Requests that become fewer."""

    def watches(self, alert: Alert, drill: Drill) -> bool:
        """Tell whether the alert looks at the requests of the drill at all."""
        return of_service(alert, drill)

    def earliest(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing."""
        del fresh
        fewest = int(alert.params["min_requests"])
        if not self.watches(alert, drill) or not drill.before_rate or drill.before_rate * alert.window < fewest:
            return None
        fell = 1 - Decimal(drill.rate) / drill.before_rate
        return timing.dropped(alert, site, fell, drill.before_for) if fell > 0 else None

    def worst(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the time in which it would fire if the requests stopped."""
        del fresh
        return timing.dropped(alert, site, before=drill.before_for)

    def recovery(self, alert: Alert, site: Site) -> Timing:
        """Return the longest time from the old rate to the alert's end."""
        return timing.recovery(alert, site)

    def says(self, alert: Alert, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        del alert
        return f"{drill.before_rate}/s before and {drill.rate}/s then are no drop over threshold and guard"

    def default(self, alert: Alert, site: Site) -> Drill:
        """Return a steady rate, then one that is clearly lower."""
        before = max(RATE, -(-2 * int(alert.params["min_requests"]) // int(alert.window)))
        way = sum((seconds for _, seconds in way_there(site)), Decimal(0))
        return Drill(
            path=alert.path,
            service=alert.service or site.services[0].name,
            operation=str(alert.params.get("operation", OPERATION)),
            client=None,
            duration=Decimal("0.1"),
            rate=int(before * (1 - drop_of(alert)) / 2),
            error_percent=Decimal(0),
            firing=(alert.name,),
            quiet=(),
            before_rate=before,
            before_for=compare_to(alert) + alert.window + way + 2 * site.metrics.interval,
        )
