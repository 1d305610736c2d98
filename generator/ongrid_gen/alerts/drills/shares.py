"""Alerts on the share of requests that are bad: bad traffic from one moment on."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.conditions import min_requests, threshold_seconds, tolerated_share
from ongrid_gen.alerts.drills.base import OPERATION, of_service
from ongrid_gen.model import Alert, Drill, Site
from ongrid_gen.units import format_duration

RATE: Final = 20
LARGEST_RATE: Final = 200
SURE: Final = Decimal("1.25")
QUICK: Final = Decimal("0.1")
ALL: Final = Decimal(1)
NONE: Final = Decimal(0)


class Failed:
    """Requests that fail."""

    def watches(self, alert: Alert, drill: Drill) -> bool:
        """Tell whether the alert looks at the requests of the drill at all."""
        return of_service(alert, drill)

    def share(self, alert: Alert, drill: Drill) -> Decimal:
        """Return the share of the drill's requests that the alert counts as bad."""
        del alert
        return drill.error_percent / 100

    def earliest(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing."""
        share = self.share(alert, drill) if self.watches(alert, drill) else NONE
        return timing.earliest(alert, site, share, drill.rate, fresh=fresh)

    def worst(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the same, were every request bad."""
        return timing.earliest(alert, site, ALL, drill.rate, fresh=fresh)

    def recovery(self, alert: Alert, site: Site) -> Timing:
        """Return the longest time from healthy traffic to the alert's end."""
        return timing.recovery(alert, site)

    def says(self, alert: Alert, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        bad = f"{self.share(alert, drill) * 100:.3g} % of its requests are bad"
        return f"{bad}, at {drill.rate}/s over {format_duration(alert.window)} that is under threshold or guard"

    def ends(self, alert: Alert, site: Site) -> tuple[str | None, str]:
        """Return who calls and who serves."""
        return None, alert.service or site.services[0].name

    def badness(self, alert: Alert) -> tuple[Decimal, Decimal]:
        """Return duration and per cent of failures that are clearly over the threshold."""
        return QUICK, min(Decimal(100), tolerated_share(alert) * 100 * 4 + 5)

    def default(self, alert: Alert, site: Site) -> Drill:
        """Return traffic clearly over the threshold, at a rate that the guard is content with."""
        client, service = self.ends(alert, site)
        duration, errors = self.badness(alert)
        return Drill(
            path=alert.path,
            service=service,
            operation=str(alert.params.get("operation", OPERATION)),
            client=client,
            duration=duration,
            rate=min(LARGEST_RATE, max(RATE, -(-2 * min_requests(alert) // int(alert.window)))),
            error_percent=errors,
            firing=(alert.name,),
            quiet=(),
        )


class Slow(Failed):
    """Requests that take too long: all of them or none, as all of a drill take the same time."""

    def share(self, alert: Alert, drill: Drill) -> Decimal:
        """Return the share of slow requests."""
        return ALL if drill.duration > threshold_seconds(alert) else NONE

    def badness(self, alert: Alert) -> tuple[Decimal, Decimal]:
        """Return a duration over the threshold."""
        return threshold_seconds(alert) * SURE, NONE


class FailedCalls(Failed):
    """Calls between two services that fail."""

    def watches(self, alert: Alert, drill: Drill) -> bool:
        """Tell whether the drill's calls are an edge that the alert watches."""
        wanted = {"client": drill.client, "server": drill.service}
        return drill.client is not None and all(alert.params.get(key, name) == name for key, name in wanted.items())

    def ends(self, alert: Alert, site: Site) -> tuple[str | None, str]:
        """Return who calls and who serves."""
        names = [service.name for service in site.services]
        server = str(alert.params.get("server", names[-1]))
        other = next((name for name in names if name != server), server)
        return str(alert.params.get("client", other)), server
