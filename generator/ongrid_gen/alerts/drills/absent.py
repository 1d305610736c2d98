"""Alerts about absent requests: some, so that they are known, then none."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.drills.base import OPERATION, of_service
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.model import Alert, Drill, Site

RATE: Final = 5
# Tempo dates the first zero of a new series back by so much; then two pushes are seen for certain.
KNOWN: Final = 60


class Absent:
    """Requests that stop."""

    def watches(self, alert: Alert, drill: Drill) -> bool:
        """Tell whether the alert looks at the requests of the drill at all."""
        return of_service(alert, drill)

    def earliest(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing: there must have been requests, and there must be none."""
        del fresh
        stops = self.watches(alert, drill) and not drill.rate and drill.before_rate
        return timing.silence(alert, site) if stops else None

    def worst(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the time in which it would fire without a request."""
        del drill, fresh
        return timing.silence(alert, site)

    def recovery(self, alert: Alert, site: Site) -> Timing:
        """Return the longest time from the first new request to the alert's end."""
        return timing.returned(alert, site)

    def says(self, alert: Alert, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        del alert
        return "its requests never stop" if drill.rate else "no requests come `before` that could stop"

    def default(self, alert: Alert, site: Site) -> Drill:
        """Return requests for long enough to be seen, then none."""
        seen = sum((seconds for _, seconds in way_there(site)), Decimal(0)) + 2 * site.metrics.interval + KNOWN
        return Drill(
            path=alert.path,
            service=alert.service or site.services[0].name,
            operation=str(alert.params.get("operation", OPERATION)),
            client=None,
            duration=Decimal("0.1"),
            rate=0,
            error_percent=Decimal(0),
            firing=(alert.name,),
            quiet=(),
            before_rate=RATE,
            before_for=seen,
        )
