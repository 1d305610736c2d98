"""Alerts about a drop: a steady rate for as long as it is compared with, then a lower one."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.conditions import compare_to, drop_of
from ongrid_gen.alerts.drills.base import OfAlert
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.model import Drill

RATE: Final = 20


class Drop(OfAlert):
    """Requests that become fewer."""

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing."""
        del fresh
        fewest = int(self.alert.params["min_requests"])
        if not self.watches(drill) or not drill.before_rate or drill.before_rate * self.window < fewest:
            return None
        fell = 1 - Decimal(drill.rate) / drill.before_rate
        return timing.dropped(self.alert, self.site, fell, drill.before_for) if fell > 0 else None

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the time in which it would fire if the requests stopped."""
        del fresh
        return timing.dropped(self.alert, self.site, before=drill.before_for)

    def recovery(self) -> Timing:
        """Return the longest time from the old rate to the alert's end."""
        return timing.recovery(self.alert, self.site)

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        return f"{drill.before_rate}/s before and {drill.rate}/s then are no drop over threshold and guard"

    def default(self) -> Drill:
        """Return a steady rate, then one that is clearly lower."""
        before = max(RATE, -(-2 * int(self.alert.params["min_requests"]) // int(self.window)))
        way = sum((seconds for _, seconds in way_there(self.site)), Decimal(0))
        return Drill(
            path=self.alert.path,
            service=self.service,
            operation=self.operation,
            client=None,
            duration=Decimal("0.1"),
            rate=int(before * (1 - drop_of(self.alert)) / 2),
            error_percent=Decimal(0),
            firing=(self.name,),
            quiet=(),
            before_rate=before,
            before_for=compare_to(self.alert) + self.window + way + 2 * self.site.metrics.interval,
        )
