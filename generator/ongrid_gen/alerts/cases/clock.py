"""When things happen in a generated rule test, and what Prometheus computes from its samples.

A test's samples are `step` apart. The step divides the evaluation interval, so every evaluation sees the same
distance to the last sample, and is no longer than the generator's collection interval, so a window that the checks
allow always holds samples. Times are milliseconds here, as in Prometheus: no rounding of our own.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from ongrid_gen.model import Alert, Site


@dataclass(frozen=True)
class Clock:
    """The times of one alert. What a window reads is asked again and again, and kept."""

    step: int
    window: int
    interval: int
    offset: int
    hold: int
    keep: int

    @property
    def prelude(self) -> int:
        """How many steps fill a window before anything happens."""
        return self.window // self.step + 2

    def steps(self, milliseconds: int) -> int:
        """Return how many steps cover a time."""
        return -(-milliseconds // self.step)

    def seen(self, at: int) -> int:
        """Return the first evaluation whose data reach `at`."""
        return self.rounded(at + self.offset)

    def rounded(self, milliseconds: int) -> int:
        """Return a time rounded up to whole evaluations."""
        return -(-milliseconds // self.interval) * self.interval

    def fires(self, true_at: int) -> int:
        """Return the evaluation at which an alert fires whose expression is true from `true_at` on."""
        return true_at + self.rounded(self.hold)

    def resolves(self, false_at: int) -> int:
        """Return the evaluation at which an alert is over whose expression is false from `false_at` on."""
        return false_at + self.rounded(self.keep)

    def emptied(self, last: int) -> int:
        """Return the first evaluation whose window holds no increase when the last one ended at `last`.

        A window is open to the left: it sees the increase as long as it holds the sample before.
        """
        return self.seen(last - self.step + self.window)

    def filled(self, since: int) -> int:
        """Return the first evaluation whose window holds only what came after `since`, which is a sample."""
        return self.seen(since - self.step + self.window)

    def increase(self, delta: float) -> float:
        """Return `increase()` over a full window in which an old counter grew by `delta`; to the last bit.

        After extrapolatedRate of Prometheus 3: from the first to the last sample, stretched to the window.
        """
        return delta * self._factor

    def rate(self, delta: float) -> float:
        """Return `rate()` over the same window."""
        return delta * (self._factor / (self.window / 1000))

    @cached_property
    def grown(self) -> int:
        """How many steps of growth a full window holds."""
        first, last, _ = self._edges
        return (last - first) // self.step

    @property
    def _edges(self) -> tuple[int, int, int]:
        """First and last sample of a window far from the beginning, and where the window ends."""
        end = self.interval * 1_000_000 - self.offset
        start = end - self.window
        return (start // self.step + 1) * self.step, end // self.step * self.step, end

    @cached_property
    def _factor(self) -> float:
        first, last, end = self._edges
        sampled = (last - first) / 1000
        to_start = (first - (end - self.window)) / 1000
        to_end = (end - last) / 1000
        return (sampled + to_start + to_end) / sampled


def clock_of(alert: Alert, site: Site) -> Clock:
    """Return the times of an alert."""
    interval = int(site.alerting.interval * 1000)
    return Clock(
        step=step_of(interval, int(site.metrics.interval * 1000)),
        window=int(alert.window * 1000),
        interval=interval,
        offset=int(site.alerting.query_offset * 1000),
        hold=int(alert.for_ * 1000),
        keep=int(alert.keep_firing_for * 1000),
    )


def step_of(interval: int, collection: int) -> int:
    """Return the longest time that divides the evaluation interval and is not above the collection interval."""
    return next(interval // parts for parts in range(math.ceil(interval / collection), interval + 1)
                if interval % parts == 0)  # fmt: skip
