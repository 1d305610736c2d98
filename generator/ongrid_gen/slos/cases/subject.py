"""One SLO under test: its times, the series its traffic makes, and what it must make of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.cases.clock import step_of
from ongrid_gen.alerts.cases.promtest import Phase, Pick, bad, counter, duration, good, series, total
from ongrid_gen.conventions import CALLS, ERROR_STATUS, LATENCY_BUCKET, SLO, SPAN_KIND, STATUS_CODE
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos.burn import TIERS, base_window, hold, pairs, raw_windows, slow_step, summed_windows, windows
from ongrid_gen.slos.cases.traffic import MARGIN, Evaluations, Traffic, states
from ongrid_gen.slos.rules import KEEP, recorded_labels
from ongrid_gen.slos.selection import is_latency, request_labels, span_kinds
from ongrid_gen.units import plain

FINE_STATUS: Final = "STATUS_CODE_UNSET"
EVALUATIONS: Final = 144  # of the longest window, in the tests of long windows
LOOKBACK: Final = 300_000
Labels = Mapping[str, str]
Series = list[dict[str, str]]


class UncertainError(Exception):
    """Traffic is so near to a limit that floating point decides."""


def milliseconds(seconds: Decimal) -> int:
    """Return seconds as whole milliseconds."""
    return int(seconds * 1000)


@dataclass(frozen=True)
class Subject:
    """An SLO, evaluated each `interval` milliseconds."""

    slo: Slo
    site: Site
    interval: int

    @cached_property
    def step(self) -> int:
        """How far apart the samples are: at least four of them in the base window."""
        longest = min(milliseconds(self.site.metrics.interval), self.base // 4)
        if self.interval == milliseconds(self.site.alerting.interval):
            return step_of(self.interval, longest)
        return step_of(self.interval, self.base // 4)

    @property
    def offset(self) -> int:
        """The query offset."""
        return milliseconds(self.site.alerting.query_offset)

    @cached_property
    def base(self) -> int:
        """The window of the rates that others are summed up from."""
        return milliseconds(base_window(self.site))

    @cached_property
    def sizes(self) -> list[int]:
        """Every recorded window."""
        return [milliseconds(window) for window in windows(self.slo, self.site)]

    @property
    def slow_step(self) -> int:
        """How often long windows and the budget are summed up."""
        return milliseconds(slow_step(self.site))

    def steps(self, time: int) -> int:
        """Return how many steps cover a time."""
        return -(-time // self.step)

    def rounded(self, time: int) -> int:
        """Return a time rounded up to whole evaluations."""
        return -(-time // self.interval) * self.interval

    def hold(self, tier: str) -> int:
        """Return the `for` of a tier."""
        return milliseconds(hold(self.slo, tier))

    @property
    def longest_hold(self) -> int:
        """The longest `for`, in whole evaluations."""
        return max((self.rounded(self.hold(tier)) for tier in TIERS), default=0)

    def evaluated(self, phases: Sequence[Phase]) -> Evaluations:
        """Return the recordings of some traffic."""
        raw = frozenset(milliseconds(window) for window in raw_windows(self.slo, self.site))
        return Evaluations(Traffic(tuple(phases), self.step), self.interval, self.offset, self.base, raw)

    def burning(self, seen: Evaluations, tier: str) -> list[bool]:
        """Return at which evaluations the expression of a tier is true. UncertainError when that is too close."""
        found = [pairs(self.slo, tier)] * seen.number
        return [any(self.pair_burns(seen, number, pair) for pair in row) for number, row in enumerate(found)]

    def pair_burns(self, seen: Evaluations, number: int, pair: Any) -> bool:
        """Tell whether one pair burns at an evaluation."""
        long = milliseconds(pair.long)
        over = [self.over(seen.share(number, size), float(pair.limit)) for size in (long, milliseconds(pair.short))]
        return all(over) and self.enough(seen.bad(number, long, float(self.site.alerting.interval)))

    def over(self, share: float | None, limit: float) -> bool:
        """Tell whether a share is over a limit."""
        if share is None:
            return False
        if abs(share - limit) <= MARGIN * limit:
            raise UncertainError
        return share > limit

    def enough(self, counted: float) -> bool:
        """Tell whether the guard has seen enough bad requests."""
        least = self.slo.min_errors - 0.5
        if self.slo.min_errors and abs(counted - least) <= MARGIN * max(1.0, counted):
            raise UncertainError
        return counted > least

    def firing(self, seen: Evaluations, tier: str) -> list[bool]:
        """Return at which evaluations the alert of a tier fires."""
        return states(self.burning(seen, tier), self.interval, self.hold(tier), milliseconds(KEEP))

    # What promtool is given.

    def drawn(self, phases: Sequence[Phase], labels: Labels | None = None) -> Series:
        """Return the counters of some traffic; `labels` differ from the SLO's own requests."""
        own = self.own_labels(labels)
        if self.slo.threshold is None:
            return [series(CALLS, {**own, STATUS_CODE: status}, counter(phases, pick))
                    for status, pick in ((FINE_STATUS, good), (ERROR_STATUS, bad))]  # fmt: skip
        return self.histogram(phases, {self.slo.threshold: good, self.next_bound: total}, labels)

    def healthy(self, phases: Sequence[Phase], labels: Labels | None = None) -> Series:
        """Return the counters of traffic that never had a bad request: no series of failures exists then."""
        drawn = self.drawn(phases, labels)
        return drawn if is_latency(self.slo) else drawn[:1]

    def histogram(self, phases: Sequence[Phase], buckets: Mapping[Decimal, Pick], labels: Labels | None) -> Series:
        """Return some buckets, and the one that holds every request."""
        ends = {**{plain(bound): pick for bound, pick in buckets.items()}, "+Inf": total}
        own = self.own_labels(labels)
        return [series(LATENCY_BUCKET, {**own, "le": le}, counter(phases, pick)) for le, pick in ends.items()]

    def own_labels(self, labels: Labels | None) -> dict[str, str]:
        """Return the labels of the SLO's requests, with some changed."""
        return {**request_labels(self.slo), SPAN_KIND: span_kinds(self.slo)[0], **(labels or {})}

    @property
    def next_bound(self) -> Decimal:
        """The bucket bound above the threshold."""
        threshold = self.slo.threshold or Decimal(0)
        return next(bound for bound in site_bounds(self.site) if bound > threshold)

    # What is asked of promtool.

    def asks_firing(self, number: int, alert: str, *, fires: bool) -> dict[str, Any]:
        """Return the question whether an alert fires at an evaluation."""
        of = f'alertname="{alert}",alertstate="firing",{SLO}="{self.slo.name}"'
        samples = [{"labels": "{}", "value": 1}] if fires else []
        return self.asks(number, f"count(ALERTS{{{of}}}{self.shift})", samples)

    @property
    def shift(self) -> str:
        """The offset at which a question finds what an evaluation recorded: samples bear the time of their data."""
        return f" offset {duration(self.offset)}" if self.offset else ""

    def asks(self, number: int, expr: str, samples: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Return a question about the recordings of an evaluation."""
        return {"expr": expr, "eval_time": duration(number * self.interval), "exp_samples": list(samples)}

    def asks_value(self, number: int, record: str, value: float | None) -> dict[str, Any] | None:
        """Return the question for a recorded share, in millionths and with its labels; None when the last is a toss-up.

        None as the value: nothing may be recorded.
        """
        if value is None:
            return self.asks(number, f"{record}{self.shift}", [])
        millionths = value * 1e6
        if abs(millionths % 1 - 0.5) < 1e-3:
            return None
        labels = series("", recorded_labels(self.slo), "")["series"]
        return self.asks(number, f"round(1e6 * {record}{self.shift})", [{"labels": labels, "value": round(millionths)}])


def long_interval(slo: Slo, site: Site) -> int:
    """Return the interval of the tests of long windows: so long that they are some hundred evaluations.

    And shorter than what is summed up, so that each sum holds a rate.
    """
    interval = milliseconds(site.alerting.interval)
    longest = max(milliseconds(window) for window in windows(slo, site))
    wanted = interval * -(-longest // (EVALUATIONS * interval))
    shortest = min((milliseconds(window) for window in summed_windows(slo, site)), default=wanted + interval)
    return max(interval, min(wanted, (shortest - 1) // interval * interval))
