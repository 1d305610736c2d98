"""The generated tests of an alert about absent requests: counters that stand still, vanish, come back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.cases.clock import Clock, clock_of
from ongrid_gen.alerts.cases.promtest import Check, Phase, case, counter, ending, firing, series, silence, total
from ongrid_gen.alerts.cases.strangers import other_requests
from ongrid_gen.alerts.conditions import ALWAYS, expectation, request_labels, seen_within, span_kinds_of
from ongrid_gen.conventions import CALLS, SPAN_KIND
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, RuleTest

BUSY: Final = 10
EVALUATIONS: Final = 150  # of a test that waits until requests are forgotten

Drawn = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Subject:
    """One alert under test, and how promtool's tests spell it when it fires."""

    alert: Alert
    site: Site
    clock: Clock
    records: Sequence[Record]
    fired: Mapping[str, Any]

    def case(self, name: str, drawn: Drawn, checks: Sequence[Check]) -> RuleTest:
        """Return one test of the alert."""
        return case(f"{self.alert.name}: {name}", self.alert.name, self.clock, drawn, checks)

    def draw(self, phases: Sequence[Phase], changed: Mapping[str, str] | None = None) -> Drawn:
        """Return the counter of some requests; `changed` are the labels that differ from the alert's own."""
        own = {**request_labels(self.alert), SPAN_KIND: span_kinds_of(self.alert)[0], **(changed or {})}
        return [series(CALLS, own, counter(phases, total))]

    @property
    def busy(self) -> Phase:
        """Requests that fill a window."""
        return Phase(self.clock.prelude, good=BUSY)

    @property
    def last(self) -> int:
        """When the last of them is counted."""
        return self.clock.prelude * self.clock.step

    @property
    def due(self) -> int:
        """When the alert fires if there are no others."""
        return self.clock.fires(self.clock.emptied(self.last))

    def long(self) -> int:
        """Return steps enough for everything."""
        clock = self.clock
        return clock.steps(clock.window * 3 + clock.hold + clock.keep + clock.offset + clock.interval * 8)

    @property
    def end(self) -> int:
        """When a test is over that waits for nothing to happen."""
        return self.due + self.clock.interval * 8

    @property
    def stays(self) -> list[Check]:
        """It fires when due, and goes on."""
        clock = self.clock
        later = [self.due + clock.interval * number for number in (1, 2, 3, 5, 8)]
        return [*firing(self.due, clock, self.fired), *(Check(at, (self.fired,)) for at in later)]


def tests(alert: Alert, site: Site, records: Sequence[Record], fired: Mapping[str, Any]) -> list[RuleTest]:
    """Return every case."""
    subject = Subject(alert, site, clock_of(alert, site), records, fired)
    return [*fires(subject), *never_seen(subject), *stays_quiet(subject), *ends(subject), *forgotten(subject)]


def fires(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases in which requests stop. It must be one alert, whatever becomes of the series."""
    rest = Phase(one.long())
    gone = Phase(one.long(), absent=True)
    strangers = [
        entry
        for labels in other_requests(one.alert, one.site).values()
        for entry in one.draw([Phase(one.clock.prelude + rest.steps, good=BUSY)], labels)
    ]
    yield one.case("fires when requests stop, and not before `for` is over, whatever else is busy",
                   [*one.draw([one.busy, rest]), *strangers], one.stays)  # fmt: skip
    yield one.case("fires as soon when the series vanish with the last request", one.draw([one.busy, gone]), one.stays)
    flat = one.clock.steps(one.due - one.clock.rounded(one.clock.hold) // 2) - one.clock.prelude
    yield one.case("stays one alert when the series vanish before it fires",
                   one.draw([one.busy, Phase(max(1, flat)), gone]), one.stays)  # fmt: skip
    flat = one.clock.steps(one.due + one.clock.interval) - one.clock.prelude
    yield one.case("stays one alert when the series vanish afterwards",
                   one.draw([one.busy, Phase(flat), gone]), one.stays)  # fmt: skip


def never_seen(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases of a service that never had a request."""
    clock = one.clock
    flat = one.draw([Phase(one.long())])
    if expectation(one.alert) == ALWAYS:
        due = clock.fires(0)
        for name, drawn in (("was never seen", []), ("has counters that never moved", flat)):
            yield one.case(f"fires for what {name}", drawn, firing(due, clock, one.fired))
        return
    for name, drawn in (
        ("was never seen", []),
        ("has counters that never moved", flat),
        ("was never seen, whatever is recorded of others", list(others_recorded(one))),
    ):
        yield one.case(f"is quiet about what {name}", drawn, silence(one.end, clock))


def others_recorded(one: Subject) -> Iterator[dict[str, str]]:
    """Yield recordings of others under the same name: with one label each that is not the alert's own."""
    for record in one.records:
        own = request_labels(one.alert)
        for label, value in own.items():
            yield series(record.name, {**own, label: f"{value}-2"}, f"{BUSY}x{one.long()}")


def stays_quiet(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases in which there are requests, however few. Before the first one the service has none indeed."""
    clock = one.clock
    full = clock.window // clock.step
    gap = max(1, min(full - 2, full * 4 // 5))
    rare = [Phase(1, good=1), *([Phase(gap - 1)] if gap > 1 else [])]
    known = clock.resolves(clock.seen(clock.step))
    checks = [check for check in silence(one.end, clock) if check.at >= known]
    for kind in span_kinds_of(one.alert)[1:]:
        steady = one.draw([Phase(one.long(), good=BUSY)], {SPAN_KIND: kind})
        yield one.case(f"is quiet when all requests are {kind}", steady, checks)
    for name, phases in (
        ("with a single request in four fifths of the window", [one.busy, *rare * (one.long() // gap + 1)]),
        ("when the counters of steady requests restart", [one.busy, Phase(one.long(), good=BUSY, restart=True)]),
    ):
        yield one.case(f"is quiet {name}", one.draw(phases), checks)


def ends(one: Subject) -> Iterator[RuleTest]:
    """Yield the cases in which requests come back."""
    clock = one.clock
    until = clock.steps(one.due + clock.interval * 2) - clock.prelude
    back = Phase(one.long(), good=BUSY)
    first = (clock.prelude + until + 1) * clock.step
    for name, phases, seen in (
        ("requests come back", [Phase(until), back], first),
        ("they come back in new series", [Phase(until, absent=True), Phase(1), back], first + clock.step),
    ):
        over = ending(clock.resolves(clock.seen(seen)), clock, one.fired)
        yield one.case(f"is over when {name}", one.draw([one.busy, *phases]), [Check(one.due, (one.fired,)), *over])


def forgotten(one: Subject) -> Iterator[RuleTest]:
    """Yield the case of requests so long ago that nobody expects them any more.

    Their recording is given: hours of counters would be played to no end.
    """
    if expectation(one.alert) == ALWAYS:
        return
    clock, (record,) = one.clock, one.records
    within = int(seen_within(one.alert) * 1000)
    interval = -(-within // (EVALUATIONS * clock.interval)) * clock.interval
    slow = replace(clock, interval=interval)
    over = slow.rounded(within + clock.offset)
    checks = [*firing(slow.fires(slow.seen(0)), slow, one.fired), *ending(slow.resolves(over), slow, one.fired)]
    test = case(f"{one.alert.name}: is over when the last request is longer ago than it is to be remembered",
                one.alert.name, slow, [series(record.name, request_labels(one.alert), str(BUSY))], checks)  # fmt: skip
    yield RuleTest(test.name, test.body, Decimal(interval) / 1000)
