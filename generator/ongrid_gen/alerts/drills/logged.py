"""Alerts on lines of logs: requests that log a line each, from one moment on."""

import math
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import lines, log_match, log_volume
from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.drills.base import OfAlert
from ongrid_gen.model import HEALTHY_LINE, Drill
from ongrid_gen.units import format_duration

RATE: Final = 5
LARGEST_RATE: Final = 1000


class OfLines(OfAlert):
    """What both kinds have in common. What is looked for is the line; whose operation it was says no log."""

    def watches(self, drill: Drill) -> bool:
        """Tell whether a drill logs as the alert's service."""
        return self.alert.service == drill.service

    def counts(self, line: str | None) -> bool:
        """Tell whether requests that log this have lines that count."""
        return line is not None and lines.matches(self.alert, line)

    def recovery(self) -> Timing:
        """Return the longest time from healthy traffic to the alert's end."""
        return lines.over(self.alert, self.site)

    def drill(self, rate: int, before_rate: int = 0, before_for: Decimal = Decimal(0)) -> Drill:
        """Return requests that log the alert's example. One that does not count never fires it: `earliest` says so."""
        return Drill(
            path=self.alert.path,
            service=self.service,
            operation=self.operation,
            client=None,
            duration=Decimal("0.1"),
            rate=min(LARGEST_RATE, rate),
            error_percent=Decimal(0),
            firing=(self.name,),
            quiet=(),
            before_rate=before_rate,
            before_for=before_for,
            log=lines.example(self.alert) or HEALTHY_LINE,
        )


class Matching(OfLines):
    """Lines that match."""

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing."""
        del fresh
        return self.soonest(drill) if self.watches(drill) and self.counts(drill.log) else None

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the same, did every line match."""
        del fresh
        return self.soonest(drill)

    def soonest(self, drill: Drill) -> Timing | None:
        """Return the time to firing with a line that counts in every request."""
        needed = log_match.threshold(self.alert)
        if drill.rate * self.alert.window < needed:
            return None
        return lines.soonest(self.alert, self.site, Decimal(needed) / drill.rate)

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        if drill.log is None:
            return "its requests log nothing: give it a `log`"
        if not self.counts(drill.log):
            return f"what it logs is not among the {lines.which(self.alert, str)}; give the alert a fitting `example`"
        return f"{drill.rate}/s over {format_duration(self.window)} are too few lines"

    def default(self) -> Drill:
        """Return requests with a line that matches, twice as many as it takes."""
        return self.drill(max(RATE, math.ceil(2 * log_match.threshold(self.alert) / self.window)))


class Louder(OfLines):
    """Many more lines than before."""

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing."""
        del fresh
        return self.soonest(drill) if self.watches(drill) and self.counts(drill.log) else None

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the time in which it would fire had nothing been logged before."""
        del fresh
        needed = log_volume.fewest(self.alert)
        return lines.soonest(self.alert, self.site, Decimal(needed) / max(1, drill.rate))

    def soonest(self, drill: Drill) -> Timing | None:
        """Return the time until the window holds enough lines, while the one before holds those of `before` alone."""
        window = self.alert.window
        before = drill.before_rate if self.counts(HEALTHY_LINE) else 0
        needed = max(Decimal(log_volume.fewest(self.alert)), log_volume.ratio(self.alert) * before * window)
        if drill.rate <= before:
            return None
        counted = max(Decimal(0), (needed - before * window) / (drill.rate - before))
        if counted + self.alert.for_ + self.site.alerting.interval > window:
            return None  # by then the burst is what is compared with
        return lines.soonest(self.alert, self.site, counted)

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        if drill.log is None:
            return "its requests log nothing: give it a `log`"
        return f"{drill.before_rate}/s before and {drill.rate}/s then are too few lines, or too few more"

    def default(self) -> Drill:
        """Return a few lines for as long as is compared with, then clearly more."""
        enough = math.ceil(3 * log_volume.fewest(self.alert) / self.window)
        rate = max(4 * RATE, enough, math.ceil(3 * log_volume.ratio(self.alert)))
        return self.drill(rate, before_rate=1, before_for=self.alert.window)
