"""What Prometheus reads of known traffic: the shares of bad requests in every window, evaluation by evaluation.

This is the other half of the generated tests: the same traffic is given to promtool as counters, and what promtool
makes of the rules must be what is reckoned here from the numbers of requests. Times are milliseconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

from ongrid_gen.alerts.cases.promtest import Phase

MARGIN: Final = 1e-7  # floating point is far better than this; what is nearer to a limit proves nothing


@dataclass(frozen=True, slots=True)
class Rates:
    """Bad and all requests a second in a window, as `rate` extrapolates them."""

    bad: float
    total: float


@dataclass(frozen=True)
class Traffic:
    """Requests over time, sampled each `step`; the counters are old, and stay through every phase."""

    phases: tuple[Phase, ...]
    step: int

    @cached_property
    def counted(self) -> tuple[list[int], list[int]]:
        """Bad and all requests up to each sample."""
        bad = [phase.bad for phase in self.phases for _ in range(phase.steps)]
        every = [phase.bad + phase.good for phase in self.phases for _ in range(phase.steps)]
        return list(accumulate(bad, initial=0)), list(accumulate(every, initial=0))

    @property
    def end(self) -> int:
        """When the last sample is."""
        return self.step * (len(self.counted[0]) - 1)

    def rates(self, at: int, window: int) -> Rates | None:
        """Return what `rate` reads at a time; None when the window holds fewer than two samples.

        After extrapolatedRate of Prometheus 3, for counters so old that zero is far away.
        """
        first = max(0, (at - window) // self.step + 1)
        last = min(at // self.step, len(self.counted[0]) - 1)
        if last <= first:
            return None
        sampled, to_start = (last - first) * self.step, first * self.step - (at - window)
        to_end = at - last * self.step
        near = self.step * 1.1
        half = self.step / 2
        stretched = sampled + (to_start if to_start < near else half) + (to_end if to_end < near else half)
        factor = stretched / sampled / (window / 1000)
        bad, every = ((counter[last] - counter[first]) * factor for counter in self.counted)
        return Rates(bad, every)


@dataclass(frozen=True)
class Evaluations:
    """The recordings of some traffic, at every evaluation: one each `interval`, looking `offset` into the past.

    Windows in `raw` are read from the counters, other ones summed up from the rates of the window `base`: the group
    that does so is evaluated before that of the rates, the one of the budget after it.
    """

    traffic: Traffic
    interval: int
    offset: int
    base: int
    raw: frozenset[int]

    @property
    def number(self) -> int:
        """How many evaluations see the traffic."""
        return (self.traffic.end + self.offset) // self.interval + 1

    def at(self, number: int) -> int:
        """Return the time whose data an evaluation sees."""
        return number * self.interval - self.offset

    @cached_property
    def sums(self) -> tuple[list[float], list[float], list[int]]:
        """Sums of the base rates up to each evaluation, bad and all, and how many there are."""
        rates = [self.traffic.rates(self.at(number), self.base) for number in range(self.number)]
        bad = accumulate((0.0 if one is None else one.bad for one in rates), initial=0.0)
        every = accumulate((0.0 if one is None else one.total for one in rates), initial=0.0)
        return list(bad), list(every), list(accumulate((one is not None for one in rates), initial=0))

    def summed(self, number: int, window: int, *, new: bool = False) -> Rates | None:
        """Return the sums of the base rates in a window; None when it holds none. `new`: with the present one."""
        first = max(0, math.floor((self.at(number) - window + self.offset) / self.interval) + 1)
        bad, every, known = self.sums
        last = number + new
        if first >= last or known[last] == known[first]:
            return None
        return Rates(bad[last] - bad[first], every[last] - every[first])

    def is_raw(self, window: int) -> bool:
        """Tell whether a window is read from the counters."""
        return window in self.raw

    def rates(self, number: int, window: int) -> Rates | None:
        """Return what a window's ratio is made of."""
        return self.traffic.rates(self.at(number), window) if self.is_raw(window) else self.summed(number, window)

    def share(self, number: int, window: int) -> float | None:
        """Return the recorded share of bad requests; None when nothing is recorded."""
        rates = self.rates(number, window)
        return rates.bad / rates.total if rates is not None and rates.total > MARGIN else None

    def bad(self, number: int, window: int, interval: float) -> float:
        """Return how many bad requests the guard reads; a summed rate stands for `interval` seconds."""
        rates = self.rates(number, window)
        if rates is None:
            return 0.0
        return rates.bad * (window / 1000 if self.is_raw(window) else interval)

    def spent(self, number: int, period: int, step: int) -> float | None:
        """Return the share of bad requests in a period of samples that each sum up `step` of rates."""
        samples = [
            self.summed(one, step, new=True) for one in range(number + 1) if self.at(one) > self.at(number) - period
        ]
        every = sum(sample.total for sample in samples if sample is not None)
        return sum(sample.bad for sample in samples if sample is not None) / every if every > MARGIN else None


def states(true: Sequence[bool], interval: int, hold: int, keep: int) -> list[bool]:
    """Return at which evaluations an alert fires whose expression is true at these."""
    firing: list[bool] = []
    since: int | None = None
    false_since: int | None = None
    for number, now in enumerate(true):
        was = bool(firing) and firing[-1]
        if now:
            false_since = None
            since = number if since is None else since
            firing.append((number - since) * interval >= hold)
            continue
        false_since = number if false_since is None else false_since
        kept = was and (number - false_since) * interval < keep
        since = since if kept else None
        firing.append(kept)
    return firing
