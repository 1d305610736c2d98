"""Alerts about absent requests: some, so that they are known, then none."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.drills.base import OfAlert
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.model import Drill

RATE: Final = 5
# Tempo dates the first zero of a new series back by so much; then two pushes are seen for certain.
KNOWN: Final = 60


class Absent(OfAlert):
    """Requests that stop."""

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing: there must have been requests, and there must be none."""
        del fresh
        stops = self.watches(drill) and not drill.rate and drill.before_rate
        return timing.silence(self.alert, self.site) if stops else None

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the time in which it would fire without a request."""
        del drill, fresh
        return timing.silence(self.alert, self.site)

    def recovery(self) -> Timing:
        """Return the longest time from the first new request to the alert's end."""
        return timing.returned(self.alert, self.site)

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        return "its requests never stop" if drill.rate else "no requests come `before` that could stop"

    def default(self) -> Drill:
        """Return requests for long enough to be seen, then none."""
        seen = (
            sum((seconds for _, seconds in way_there(self.site)), Decimal(0)) + 2 * self.site.metrics.interval + KNOWN
        )
        return Drill(
            path=self.alert.path,
            service=self.service,
            operation=self.operation,
            client=None,
            duration=Decimal("0.1"),
            rate=0,
            error_percent=Decimal(0),
            firing=(self.name,),
            quiet=(),
            before_rate=RATE,
            before_for=seen,
        )
