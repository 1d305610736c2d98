"""The generated tests of a latency alert: histograms over time."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ongrid_gen.alerts.cases.clock import Clock, clock_of
from ongrid_gen.alerts.cases.promtest import (
    Check,
    Phase,
    Pick,
    case,
    counter,
    ending,
    firing,
    good,
    nothing,
    series,
    silence,
    total,
)
from ongrid_gen.alerts.cases.shares import Load, load
from ongrid_gen.alerts.cases.story import Drawn, Labels, Story
from ongrid_gen.alerts.cases.strangers import OTHER_SERVICE, other_requests, request_parts
from ongrid_gen.alerts.conditions import (
    fewest_requests,
    is_ongrid,
    operator_of,
    quantile_of,
    request_labels,
    span_kinds_of,
    threshold_seconds,
)
from ongrid_gen.conventions import LATENCY_BUCKET, SPAN_KIND
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import RuleTest
from ongrid_gen.units import plain

ALL_BAD = Decimal(1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the tests of one alert need of its kind: words for a quantile of so many milliseconds."""

    alert: Alert
    site: Site
    bounds: Sequence[Decimal]
    missing_name: str
    missing: Mapping[str, Any]
    missing_range: Decimal
    missing_for: Decimal
    expected: Callable[[float], dict[str, Any]]

    @property
    def clock(self) -> Clock:
        """The times of the alert."""
        return clock_of(self.alert, self.site)

    @property
    def bound(self) -> Decimal:
        """The threshold in seconds."""
        return threshold_seconds(self.alert)

    @property
    def next_bound(self) -> Decimal:
        """The bound above the threshold."""
        return self.bounds[bisect_right(self.bounds, self.bound)]

    @property
    def fewest(self) -> int:
        """The guard."""
        return fewest_requests(self.alert, self.site)

    def quantile(self, share: Decimal) -> Decimal:
        """Return the milliseconds that the quantile reads when this share lies between threshold and next bound."""
        inside = (quantile_of(self.alert) - (1 - share)) / share
        return 1000 * (self.bound + (self.next_bound - self.bound) * inside)


def tests(subject: Subject) -> list[RuleTest]:
    """Return every case."""
    return [
        *story(subject).tests(),
        *beyond(subject),
        *rollout(subject),
        *new_service(subject),
        *bound_missing(subject),
    ]


def story(subject: Subject) -> Story:
    """Return what every kind must pass, in histograms."""
    at_least = operator_of(subject.alert) == ">="
    return Story(
        alert=subject.alert,
        clock=subject.clock,
        tolerated=1 - quantile_of(subject.alert),
        fewest=subject.fewest,
        at_threshold_fires=at_least and not is_ongrid(subject.site),
        is_exact=None if is_ongrid(subject.site) and at_least else lambda one: is_exact(subject, one),
        draw=lambda phases, labels: draw(subject, phases, labels),
        expected=lambda share, _: told(subject, share),
        strangers=other_requests(subject.alert, subject.site),
        parts=request_parts(subject.alert),
    )


def told(subject: Subject, share: Decimal) -> dict[str, Any] | None:
    """Return the firing alert, or None when rounding the quantile for reading would depend on its last bit."""
    reading = subject.quantile(share)
    hundredths = reading * 100
    if any(abs(number % 1 - Decimal("0.5")) < Decimal("1e-6") for number in (reading, hundredths)):
        return None
    return subject.expected(float(reading))


def is_exact(subject: Subject, traffic: Load) -> bool:
    """Tell whether the share of good requests is computed as the quantile, to the last bit.

    Ongrid's quantile then is the threshold: the rank is what the bucket that ends there counts.
    """
    clock, quantile = subject.clock, float(quantile_of(subject.alert))
    fast, every = clock.rate(clock.grown * traffic.good), clock.rate(clock.grown * traffic.total)
    if is_ongrid(subject.site):
        return quantile * every == fast and Decimal(float(subject.bound) * 1000) == subject.bound * 1000
    return fast / every == quantile


def draw(subject: Subject, phases: Sequence[Phase], labels: Labels) -> Drawn:
    """Return the buckets that matter: good requests end at the threshold, bad ones at the next bound."""
    return histogram(subject, phases, {subject.bound: good, subject.next_bound: total}, labels)


def histogram(
    subject: Subject, phases: Sequence[Phase], buckets: Mapping[Decimal, Pick], labels: Labels | None = None
) -> Drawn:
    """Return some buckets of a histogram, and the one that holds every request."""
    alert = subject.alert
    own = {**request_labels(alert), SPAN_KIND: span_kinds_of(alert)[0], **(labels or {})}
    ends = {**{plain(bound): pick for bound, pick in buckets.items()}, "+Inf": total}
    return [series(LATENCY_BUCKET, {**own, "le": le}, counter(phases, pick)) for le, pick in ends.items()]


def beyond(subject: Subject) -> Iterator[RuleTest]:
    """Yield the case of requests slower than every bound: still an alert, and it says `at least`."""
    one, clock, top = story(subject), subject.clock, subject.bounds[-1]
    slow = load(ALL_BAD, subject.fewest).phase(one.long())
    drawn = histogram(subject, [one.quiet_before, slow], {subject.bound: nothing, top: nothing})
    yield one.case("fires when every request is slower than the last bound", drawn,
                   firing(clock.fires(clock.seen(one.onset)), clock, subject.expected(float(top * 1000))))  # fmt: skip


def rollout(subject: Subject) -> Iterator[RuleTest]:
    """Yield the case of a bound that Tempo has only just learned: requests from before have no such bucket (R6)."""
    if is_ongrid(subject.site):
        return
    one, clock = story(subject), subject.clock
    fast = load(Decimal(0), subject.fewest)
    before = Phase(clock.prelude, good=fast.total * 100)  # so many that they matter as long as the window holds one
    zero, after = Phase(1, restart=True), fast.phase(one.long())
    restarted = histogram(subject, [before, zero, after], {subject.next_bound: total})
    learned = draw(subject, [Phase(clock.prelude, absent=True), Phase(1), after], {})[0]
    others = draw(subject, [before, after], other_requests(subject.alert, subject.site)[OTHER_SERVICE])
    yield one.case("is quiet while Tempo learns the bound, though others have it", [learned, *restarted, *others],
                   silence(one.end, clock))  # fmt: skip
    slow = [Phase(clock.prelude), load(ALL_BAD, subject.fewest).phase(one.long())]
    strange = other_requests(subject.alert, subject.site)[OTHER_SERVICE]
    due, alert = clock.fires(clock.seen(one.onset)), subject.expected(float(subject.quantile(ALL_BAD)))
    yield one.case("fires though another service lacks the bound", [
        *draw(subject, slow, {}), *histogram(subject, [before, after], {subject.next_bound: total}, strange)],
        firing(due, clock, alert))  # fmt: skip


def bound_missing(subject: Subject) -> Iterator[RuleTest]:
    """Yield the cases of a bound that Tempo does not know (R5): silence, but not in secret."""
    one, name = story(subject), subject.missing_name
    clock = replace(
        subject.clock, window=int(subject.missing_range * 1000), hold=int(subject.missing_for * 1000), keep=0
    )
    before, busy = Phase(clock.prelude), load(ALL_BAD, subject.fewest).total
    slow = [before, Phase(clock.steps(clock.window * 2 + clock.hold * 2), bad=busy)]
    onset = (clock.prelude + 1) * clock.step
    due = clock.fires(clock.seen(onset))
    blind = histogram(subject, slow, {subject.next_bound: nothing})  # slower than every bound
    known = draw(subject, slow, other_requests(subject.alert, subject.site)[OTHER_SERVICE])
    if not is_ongrid(subject.site):
        yield one.case("is quiet without its bucket bound", blind, silence(due + clock.interval, clock))
    yield case(f"{name}: fires without the bucket bound, whoever else has it", name, clock, [*blind, *known],
               firing(due, clock, subject.missing))  # fmt: skip
    yield case(f"{name}: is quiet with it", name, clock, draw(subject, slow, {}),
               [Check(due), Check(due + clock.interval * 4)])  # fmt: skip
    gap = max(1, clock.window // clock.step * 4 // 5)
    rare = [before, *[Phase(1, bad=busy), Phase(gap)] * 4]
    last = (clock.prelude + 3 * (gap + 1) + 1) * clock.step
    yield case(f"{name}: fires though requests are rare, and is over without them", name, clock,
               histogram(subject, [*rare, Phase(clock.prelude * 2)], {subject.next_bound: nothing}),
               [Check(due, (subject.missing,)), *ending(clock.emptied(last), clock, subject.missing)])  # fmt: skip


def new_service(subject: Subject) -> Iterator[RuleTest]:
    """Yield the case of a service that has just begun when it turns bad: it has the bound from the first request on."""
    one, clock = story(subject), subject.clock
    if is_ongrid(subject.site):
        return
    well, busy = clock.steps(clock.window // 2) + 2, load(ALL_BAD, subject.fewest).total
    born = (clock.prelude + 1) * clock.step
    phases = [Phase(clock.prelude, absent=True), Phase(1), Phase(well, good=busy), Phase(one.long(), bad=busy)]
    for bad in range(1, clock.window // clock.step - well):
        if Decimal(bad) / (well + bad) > one.tolerated:
            due = clock.fires(clock.seen(born + (well + bad) * clock.step))
            seen = min((due - clock.offset) // clock.step - born // clock.step, clock.grown)
            share = Decimal(min(seen, (due - clock.offset) // clock.step - born // clock.step - well)) / seen
            alert = told(subject, share)
            if alert is not None:
                old = [Phase(clock.prelude, good=busy), Phase(one.long(), good=busy)]
                others = draw(subject, old, other_requests(subject.alert, subject.site)[OTHER_SERVICE])
                yield one.case("fires for a new service that soon turns bad", [*draw(subject, phases, {}), *others],
                               firing(due, clock, alert))  # fmt: skip
            return
