"""The generated tests of an alert about a drop of requests: steady rates that change, and what both rules read then.

When a rate changes, the window holds old and new requests for a while. What the recording reads at each evaluation is
computed here as Prometheus does, so the evaluation from which on the alert is true is known, not guessed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, chain, repeat
from typing import Any, Final

from ongrid_gen.alerts.cases.clock import Clock, clock_of
from ongrid_gen.alerts.cases.promtest import Check, Phase, case, counter, ending, firing, series, silence, total
from ongrid_gen.alerts.cases.search import most
from ongrid_gen.alerts.cases.shares import TRIES, digits
from ongrid_gen.alerts.cases.strangers import other_requests
from ongrid_gen.alerts.conditions import compare_to, drop_of, operator_of, request_labels, span_kinds_of
from ongrid_gen.conventions import CALLS, SPAN_KIND
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import RuleTest

Drawn = list[dict[str, str]]
FULL: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Course:
    """Steady rates, one after the other: steps, and requests a step."""

    clock: Clock
    parts: tuple[tuple[int, int], ...]

    @property
    def phases(self) -> list[Phase]:
        """The same as phases of a counter."""
        return [Phase(steps, good=requests) for steps, requests in self.parts]

    def counts(self) -> list[int]:
        """Return what the counter grew by up to each sample."""
        steps = chain.from_iterable(repeat(one, steps) for steps, one in self.parts)
        return list(accumulate(steps, initial=0))

    @property
    def end(self) -> int:
        """The last evaluation that has all its samples, in milliseconds."""
        clock = self.clock
        samples = sum(steps for steps, _ in self.parts)
        return (samples * clock.step) // clock.interval * clock.interval


@dataclass(frozen=True)
class Subject:
    """One alert under test; `expected` is how promtool's tests spell it at these rates, now and before."""

    alert: Alert
    site: Site
    clock: Clock
    expected: Callable[[float, float], Mapping[str, Any]]

    @cached_property
    def ago(self) -> int:
        """How long before now is compared with, in milliseconds."""
        return int(compare_to(self.alert) * 1000)

    @cached_property
    def left(self) -> float:
        """The share of the requests that must be left."""
        return float(FULL - drop_of(self.alert))

    @cached_property
    def fewest(self) -> int:
        """The guard."""
        return int(self.alert.params["min_requests"])

    @property
    def past(self) -> int:
        """Steps after which a full window of the same rate lies far enough back."""
        clock = self.clock
        return clock.steps(self.ago + clock.window + clock.offset + clock.interval * 2) + 2

    @property
    def while_(self) -> int:
        """Steps of a new rate that suffice to fire, all delays included."""
        clock = self.clock
        return clock.steps(clock.window + clock.hold + clock.keep + clock.offset + clock.interval * 8) + 2

    @property
    def busy(self) -> int:
        """Requests a step that satisfy the guard many times."""
        return max(200, self.fewest)

    def case(self, name: str, drawn: Drawn, checks: Sequence[Check]) -> RuleTest:
        """Return one test of the alert."""
        return case(f"{self.alert.name}: {name}", self.alert.name, self.clock, drawn, checks)

    def draw(self, phases: Sequence[Phase], changed: Mapping[str, str] | None = None) -> Drawn:
        """Return the counter of some requests; `changed` are the labels that differ from the alert's own."""
        own = {**request_labels(self.alert), SPAN_KIND: span_kinds_of(self.alert)[0], **(changed or {})}
        return [series(CALLS, own, counter(phases, total))]

    def course(self, before: int, after: int, steps: int | None = None) -> Course:
        """Return a rate that becomes another."""
        return Course(self.clock, ((self.past, before), (steps or self.while_, after)))

    def rare(self, requests: int) -> Course:
        """Return so many requests in every window, at once, that then stop: a rate finer than one each step."""
        clock, times = self.clock, -(-self.past // self.clock.grown)
        return Course(clock, (*((1, requests), (clock.grown - 1, 0)) * times, (self.while_, 0)))

    def compared(self, now: float, before: float) -> bool:
        """Tell whether two rates satisfy the expression, to the last bit."""
        left = self.left * before
        fell = now < left if operator_of(self.alert) == ">" else now <= left
        return fell and (float(self.alert.window) * before >= self.fewest if self.fewest else before > 0)

    def reads(self, counts: Sequence[int], at: int) -> float | None:
        """Return what the recording holds after the evaluation `at`; None when its window is not full."""
        clock = self.clock
        last = (at - clock.offset) // clock.step
        first = last - clock.grown
        return None if first < 0 or last >= len(counts) else clock.rate(counts[last] - counts[first])

    def readings(self, course: Course) -> list[float | None]:
        """Return what the recording holds after each evaluation."""
        counts = course.counts()
        return [self.reads(counts, at) for at in range(0, course.end + 1, self.clock.interval)]

    def rates(self, readings: Sequence[float | None], at: int) -> tuple[float, float] | None:
        """Return the rates now and before at an evaluation; None when one of them is not known."""
        earlier = (at - self.ago) // self.clock.interval
        now, before = readings[at // self.clock.interval], readings[earlier] if earlier >= 0 else None
        return None if now is None or before is None else (now, before)

    def spans(self, course: Course) -> list[tuple[int, int]]:
        """Return the evaluations from which on the expression is true, and no longer."""
        readings, found, since = self.readings(course), [], None
        for at in range(0, course.end + 1, self.clock.interval):
            rates = self.rates(readings, at)
            true = rates is not None and self.compared(*rates)
            if true and since is None:
                since = at
            if not true and since is not None:
                found.append((since, at))
                since = None
        return [*found, *([(since, course.end + self.clock.interval)] if since is not None else [])]

    def alert_at(self, course: Course, at: int) -> Mapping[str, Any]:
        """Return the alert that fires at an evaluation."""
        rates = self.rates(self.readings(course), at)
        if rates is None:
            raise AssertionError("no rates to compare")
        return self.expected(*rates)


def tests(alert: Alert, site: Site, expected: Callable[[float, float], Mapping[str, Any]]) -> list[RuleTest]:
    """Return every case."""
    one = Subject(alert, site, clock_of(alert, site), expected)
    return [*fires(one), *at_the_threshold(one), *vanishes(one), *ends(one), *stays_quiet(one), *at_the_guard(one)]


def fires(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases of a service whose requests stop, beside others that go on."""
    clock, course = one.clock, one.course(one.busy, 0)
    ((since, until),) = one.spans(course)
    due = clock.fires(since)
    if due >= until:
        yield one.case("never fires: a drop is what is compared with before `for` is over",
                       one.draw(course.phases), silence(course.end, clock))  # fmt: skip
        return
    strange = other_requests(one.alert, one.site)
    steady = [Phase(one.past + one.while_, good=one.busy * 3)]
    others = [entry for labels in strange.values() for entry in one.draw(steady, labels)]
    yield one.case("fires when requests stop, and not before `for` is over, whatever else is busy",
                   [*one.draw(course.phases), *others], firing(due, clock, one.alert_at(course, due)))  # fmt: skip
    for name, labels in strange.items():
        name = name.replace("is bad", "falls silent").replace("are bad", "fall silent")
        yield one.case(f"is quiet when {name}", [*one.draw(steady), *one.draw(course.phases, labels)],
                       silence(course.end, clock))  # fmt: skip


def at_the_threshold(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases a little above, exactly at, and a little below the drop that is allowed."""
    limit, step = drop_of(one.alert), Decimal(10) ** -(digits(drop_of(one.alert)) + 1)
    for name, share in (("a little above", limit + step), ("a little below", limit - step)):
        unit = 10 ** digits(share)
        before = unit * -(-one.busy // unit)
        yield from judged(one, name, one.course(before, int(before * (FULL - share))))
    exact = exactly(one)
    if exact is not None:
        yield from judged(one, "exactly at", one.course(*exact))


def judged(one: Subject, where: str, course: Course) -> Iterator[RuleTest]:
    """Yield the case of a drop that fires or does not, as the expression says of it."""
    clock, spans = one.clock, one.spans(course)
    if not spans:
        yield one.case(f"is quiet {where} the threshold", one.draw(course.phases), silence(course.end, clock))
    elif len(spans) == 1 and clock.fires(spans[0][0]) < spans[0][1]:
        due = clock.fires(spans[0][0])
        yield one.case(f"fires {where} the threshold", one.draw(course.phases),
                       firing(due, clock, one.alert_at(course, due)))  # fmt: skip


def exactly(one: Subject) -> tuple[int, int] | None:
    """Return requests a step before and after for which floating point computes exactly the allowed drop."""
    limit, clock = drop_of(one.alert), one.clock
    unit = 10 ** digits(limit)
    first = -(-one.busy // unit)
    for before in (unit * times for times in range(first, first + TRIES)):
        after = int(before * (FULL - limit))
        left = float(FULL - limit) * clock.rate(clock.grown * before)
        if clock.rate(clock.grown * after) == left:
            return before, after
    return None


def vanishes(one: Subject) -> Iterator[RuleTest]:
    """Yield the case of series that vanish: no requests is less than some, as long as there is a past."""
    clock = one.clock
    course = one.course(one.busy, 0, clock.steps(one.ago + clock.window * 2 + clock.keep + clock.offset) + 8)
    ((since, until),) = one.spans(course)
    due = clock.fires(since)
    empty = clock.emptied(one.past * clock.step)
    last = (until - one.ago) // clock.interval * clock.interval + one.ago - clock.interval
    if not due < until or not clock.fires(empty) < last - clock.interval:
        return
    before = clock.rate(clock.grown * one.busy)
    gone, checks = one.expected(0.0, before), [clock.fires(empty), clock.fires(empty) + clock.interval]
    checks += [at for at in range(until - clock.interval * 40, until, clock.interval) if at > max(checks)]
    full = [at for at in checks if at < until and one.reads(course.counts(), at - one.ago) == before]
    checks = [*full[:2], *full[-1:]]
    flat = clock.steps(due + clock.interval) - one.past
    for name, phases in (
        ("at once", [Phase(one.past, good=one.busy), Phase(one.while_, absent=True)]),
        ("while it fires", [Phase(one.past, good=one.busy), Phase(max(1, flat)), Phase(one.while_, absent=True)]),
    ):
        yield one.case(f"goes on firing when the series vanish {name}", one.draw(phases),
                       [Check(at, (gone,)) for at in checks])  # fmt: skip


def ends(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases in which it is over: the rate is back, or the drop is what is compared with."""
    clock = one.clock
    stopped = one.course(one.busy, 0)
    due = clock.fires(one.spans(stopped)[0][0])
    low = clock.steps(due + clock.interval) - one.past + 2
    back = Course(clock, ((one.past, one.busy), (low, 0), (one.while_ * 2, one.busy)))
    grown = one.course(one.busy, 0, clock.steps(one.ago + clock.window * 2 + clock.keep + clock.offset) + 8)
    for name, course in (("the requests are back", back), ("the drop is what is compared with", grown)):
        since, until = one.spans(course)[0]
        due, over = clock.fires(since), clock.resolves(until)
        if not due < until or over > course.end:
            continue
        fired, rates = one.alert_at(course, due), one.rates(one.readings(course), until - clock.interval)
        if rates is None:
            continue
        # What it says while `keep_firing_for` runs is what it said when it was last true.
        yield one.case(f"is over `keep_firing_for` after {name}", one.draw(course.phases),
                       [Check(due, (fired,)), *ending(over, clock, one.expected(*rates))])  # fmt: skip


def stays_quiet(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases in which nothing fell, or nothing is known of before."""
    clock, steps = one.clock, one.past + one.while_
    end = one.course(one.busy, one.busy).end
    yield one.case("is quiet when there is no past", one.draw(
        [Phase(steps, absent=True), Phase(clock.prelude, good=one.busy), Phase(clock.steps(one.ago) - 1)], {}),
        silence(steps * clock.step + one.ago, clock))  # fmt: skip
    restarted = [Phase(one.past, good=one.busy), Phase(one.while_, good=one.busy, restart=True)]
    for name, drawn in (
        ("without requests", one.draw([Phase(steps)])),
        ("without series", []),
        ("when the requests become more", one.draw(one.course(one.busy, one.busy * 5).phases)),
        ("when the counters of steady requests restart", one.draw(restarted)),
    ):
        yield one.case(f"is quiet {name}", drawn, silence(end, clock))


def at_the_guard(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases of so few requests before that nothing can be told, and of just enough."""
    clock = one.clock
    few = most(one.fewest, lambda requests: not one.spans(one.rare(requests)))
    if few:
        course = one.rare(few)
        yield one.case("is quiet when there were too few requests to compare with",
                       one.draw(course.phases), silence(course.end, clock))  # fmt: skip
    course = one.rare(few + 1)
    for since, until in one.spans(course)[:1]:
        if one.fewest and clock.fires(since) < until:
            yield one.case("fires with just enough requests before", one.draw(course.phases),
                           [Check(clock.fires(since), (one.alert_at(course, clock.fires(since)),))])  # fmt: skip
