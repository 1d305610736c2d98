"""Alerts on the share of requests that are bad: bad traffic from one moment on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.conditions import min_requests, threshold_seconds, tolerated_share
from ongrid_gen.alerts.drills.base import ALL, NONE, QUICK, RATE, SURE, OfAlert
from ongrid_gen.conventions import CLIENT, SERVER
from ongrid_gen.model import Drill
from ongrid_gen.units import format_duration

LARGEST_RATE: Final = 200


class Failed(OfAlert):
    """Requests that fail."""

    def share(self, drill: Drill) -> Decimal:
        """Return the share of the drill's requests that the alert counts as bad."""
        return drill.error_percent / 100

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing."""
        share = self.share(drill) if self.watches(drill) else NONE
        return timing.earliest(self.alert, self.site, share, drill.rate, fresh=fresh and not drill.before_for)

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the same, were every request bad."""
        return timing.earliest(self.alert, self.site, ALL, drill.rate, fresh=fresh and not drill.before_for)

    def recovery(self) -> Timing:
        """Return the longest time from healthy traffic to the alert's end."""
        return timing.recovery(self.alert, self.site)

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        bad = f"{self.share(drill) * 100:.3g} % of its requests are bad"
        return f"{bad}, at {drill.rate}/s over {format_duration(self.window)} that is under threshold or guard"

    def ends(self) -> tuple[str | None, str]:
        """Return who calls and who serves."""
        return None, self.service

    def badness(self) -> tuple[Decimal, Decimal]:
        """Return duration and per cent of failures that are clearly over the threshold."""
        return QUICK, min(Decimal(100), tolerated_share(self.alert) * 100 * 4 + 5)

    def default(self) -> Drill:
        """Return traffic clearly over the threshold, at a rate that the guard is content with."""
        client, service = self.ends()
        duration, errors = self.badness()
        return Drill(
            path=self.alert.path,
            service=service,
            operation=self.operation,
            client=client,
            duration=duration,
            rate=min(LARGEST_RATE, max(RATE, -(-2 * min_requests(self.alert) // int(self.window)))),
            error_percent=errors,
            firing=(self.name,),
            quiet=(),
        )


class Slow(Failed):
    """Requests that take too long: all of them or none, as all of a drill take the same time."""

    def share(self, drill: Drill) -> Decimal:
        """Return the share of slow requests."""
        return ALL if drill.duration > threshold_seconds(self.alert) else NONE

    def badness(self) -> tuple[Decimal, Decimal]:
        """Return a duration over the threshold."""
        return threshold_seconds(self.alert) * SURE, NONE


class FailedCalls(Failed):
    """Calls between two services that fail."""

    def labels(self, drill: Drill) -> Mapping[str, str]:
        """Return the name and both ends of the edge."""
        return {"alertname": self.name, CLIENT: drill.client or "", SERVER: drill.service}

    def watches(self, drill: Drill) -> bool:
        """Tell whether the drill's calls are an edge that the alert watches."""
        wanted = {"client": drill.client, "server": drill.service}
        return drill.client is not None and all(
            self.alert.params.get(key, name) == name for key, name in wanted.items()
        )

    def ends(self) -> tuple[str | None, str]:
        """Return who calls and who serves."""
        names = [service.name for service in self.site.services]
        server = str(self.alert.params.get("server", names[-1]))
        other = next((name for name in names if name != server), server)
        return str(self.alert.params.get("client", other)), server
