"""The tests that every kind's rule must pass, told in traffic: what a kind adds is its series and its words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ongrid_gen.alerts.cases.clock import Clock
from ongrid_gen.alerts.cases.promtest import Check, Phase, case, ending, firing, silence
from ongrid_gen.alerts.cases.search import most
from ongrid_gen.alerts.cases.shares import Load, above, exactly, just_above, just_below, load
from ongrid_gen.model import Alert
from ongrid_gen.rules import RuleTest

Labels = Mapping[str, str]
Drawn = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Story:
    """One alert under test.

    `draw` returns the counters of some traffic, given the labels that differ from the alert's own requests.
    `expected` is the firing alert when this share of requests is bad, or None when its words would depend on the
    last bit. `strangers` are other requests, which it must not mind, by the name of the test; `siblings` are others
    that it watches too, which it must tell apart, with their own `expected`. `parts` are the labels of series that it
    must add up.
    """

    alert: Alert
    clock: Clock
    tolerated: Decimal
    fewest: int
    at_threshold_fires: bool
    is_exact: Callable[[Load], bool] | None
    draw: Callable[[Sequence[Phase], Labels], Drawn]
    expected: Callable[[Decimal, Labels], dict[str, Any] | None]
    strangers: Mapping[str, Labels]
    siblings: Mapping[str, Labels] = field(default_factory=dict)
    parts: Sequence[Labels] = ()

    def tests(self) -> list[RuleTest]:
        """Return every case that applies."""
        over = self.over()
        if over is None:
            return [*self.never_fires(), *self.always_quiet()]
        return [*self.fires(over), *self.ends(over), *self.always_quiet(), *self.at_the_guard(), *self.strange(over),
                *self.together()]  # fmt: skip

    def over(self) -> Load | None:
        """Return traffic that must fire, whose alert has plain words."""
        shares = [*above(self.tolerated), *([self.tolerated] if self.at_threshold_fires else [])]
        return next((load(share, self.fewest) for share in shares if self.expected(share, {}) is not None), None)

    def told(self, share: Decimal, labels: Labels | None = None) -> dict[str, Any]:
        """Return the expected alert."""
        alert = self.expected(share, labels or {})
        if alert is None:
            raise AssertionError(f"no plain words for a share of {share}")
        return alert

    def case(self, name: str, drawn: Drawn, checks: Sequence[Check]) -> RuleTest:
        """Return one test of the alert."""
        return case(f"{self.alert.name}: {name}", self.alert.name, self.clock, drawn, checks)

    @property
    def quiet_before(self) -> Phase:
        """A window and more in which the counters stand still."""
        return Phase(self.clock.prelude)

    @property
    def onset(self) -> int:
        """When the first requests after the prelude are counted, in milliseconds."""
        return (self.clock.prelude + 1) * self.clock.step

    def long(self) -> int:
        """Return steps enough for a full window, `for`, `keep_firing_for` and every delay."""
        clock = self.clock
        return clock.steps(clock.window * 2 + clock.hold + clock.keep + clock.offset + clock.interval * 4)

    @property
    def end(self) -> int:
        """When a test that waits for nothing to happen is over: a full window and `for` after the prelude."""
        clock = self.clock
        return clock.prelude * clock.step + clock.window + clock.hold + clock.offset + clock.interval * 4

    def fires(self, over: Load) -> Iterator[RuleTest]:
        """Yield the cases in which it must fire, and when."""
        clock, alert = self.clock, self.told(over.share)
        bad = over.phase(self.long())
        due = clock.fires(clock.seen(self.onset))
        busy = [self.quiet_before, Phase(bad.steps, good=over.total * 100)]
        others = [one for labels in self.strangers.values() for one in self.draw(busy, labels)]
        yield self.case("fires, and not before `for` is over, whatever healthy traffic there is beside",
                        [*self.draw([self.quiet_before, bad], {}), *others], firing(due, clock, alert))  # fmt: skip
        born = clock.fires(clock.seen(self.onset + clock.step))
        yield self.case("fires for new series that begin with a zero",
                        self.draw([Phase(clock.prelude, absent=True), Phase(1), bad], {}),
                        firing(born, clock, alert))  # fmt: skip
        yield self.case("fires for new series that begin without a zero",
                        self.draw([Phase(clock.prelude, absent=True), bad], {}),
                        firing(born, clock, alert))  # fmt: skip
        yield self.case("fires as soon when the counters restart meanwhile", self.draw(
            [self.quiet_before, over.phase(1), over.phase(self.long(), restart=True)], {}),
            firing(due, clock, alert))  # fmt: skip
        yield from self.at_the_threshold()

    def at_the_threshold(self) -> Iterator[RuleTest]:
        """Yield the cases just above, exactly at and just below the threshold."""
        filled = self.clock.filled(self.onset - self.clock.step)
        share = next((one for one in just_above(self.tolerated) if self.expected(one, {}) is not None), None)
        if share is not None:
            yield self.case("fires a little above the threshold", self.turning(load(share, self.fewest)),
                            [Check(self.clock.fires(filled), (self.told(share),))])  # fmt: skip
        exact = self.is_exact and exactly(self.tolerated, self.fewest, self.is_exact)
        if not exact:
            return
        if not self.at_threshold_fires:
            yield self.case("is quiet exactly at the threshold", self.turning(exact), silence(self.end, self.clock))
        elif self.expected(exact.share, {}) is not None:
            yield self.case("fires exactly at the threshold", self.turning(exact),
                            firing(self.clock.fires(filled), self.clock, self.told(exact.share)))  # fmt: skip

    def turning(self, traffic: Load) -> Drawn:
        """Return the counters of good traffic that turns into this."""
        return self.draw([Phase(self.clock.prelude, good=traffic.total), traffic.phase(self.long())], {})

    def ends(self, over: Load) -> Iterator[RuleTest]:
        """Yield the cases in which it was firing and must stop."""
        clock, alert = self.clock, self.told(over.share)
        due = clock.fires(clock.seen(self.onset))
        bad = over.phase(clock.steps(due + clock.interval) - clock.prelude + 2)
        last = (clock.prelude + bad.steps) * clock.step
        over_at = clock.resolves(clock.emptied(last))
        rest = self.long()
        for name, after in (
            ("ends `keep_firing_for` after the traffic stops", Phase(rest)),
            ("ends in the same way when the series vanish", Phase(rest, absent=True)),
        ):
            yield self.case(name, self.draw([self.quiet_before, bad, after], {}), ending(over_at, clock, alert))
        recovered = clock.resolves(clock.filled(last))
        yield self.case("is over when a window of good traffic and `keep_firing_for` have passed",
                        self.draw([self.quiet_before, bad, Phase(rest, good=over.total)], {}),
                        [Check(due, (alert,)), Check(recovered)])  # fmt: skip

    def never_fires(self) -> Iterator[RuleTest]:
        """Yield the one case of a threshold that cannot be exceeded."""
        all_bad = load(Decimal(1), self.fewest).phase(self.long())
        yield self.case("never fires: more than everything is not possible",
                        self.draw([self.quiet_before, all_bad], {}), silence(self.end, self.clock))  # fmt: skip

    def always_quiet(self) -> Iterator[RuleTest]:
        """Yield the cases in which it must not fire."""
        below = load(just_below(self.tolerated), self.fewest)
        long, clock = self.long(), self.clock
        yield self.case("is quiet a little below the threshold", self.turning(below), silence(self.end, clock))
        yield self.case("is quiet without traffic", self.draw([self.quiet_before, Phase(long)], {}),
                        silence(self.end, clock))  # fmt: skip
        yield self.case("is quiet without series", [], silence(self.end, clock))
        yield self.case("is quiet when the counters of good traffic restart",
                        self.draw([below.phase(clock.prelude), below.phase(long, restart=True)], {}),
                        silence(self.end, clock))  # fmt: skip

    def at_the_guard(self) -> Iterator[RuleTest]:
        """Yield the cases of a single burst of bad requests, too few and just enough."""
        few = most(self.fewest, lambda requests: self.clock.increase(requests) < self.fewest)
        after = self.long()
        if few:
            beside = [Phase(self.clock.prelude + 1 + after, good=load(Decimal(1), self.fewest).total)]
            others = [one for labels in self.strangers.values() for one in self.draw(beside, labels)]
            yield self.case("is quiet when there are too few requests to judge, whatever traffic there is beside", [
                *self.draw([self.quiet_before, Phase(1, bad=few), Phase(after)], {}), *others],
                silence(self.end, self.clock))  # fmt: skip
        due = self.clock.fires(self.clock.seen(self.onset))
        alert = self.expected(Decimal(1), {})
        if self.fewest and alert is not None and due < self.clock.emptied(self.onset):
            yield self.case("fires with just enough requests", self.draw(
                [self.quiet_before, Phase(1, bad=few + 1), Phase(after)], {}), [Check(due, (alert,))])  # fmt: skip
            if self.parts:
                yield self.case("fires with just enough requests in several series", self.in_parts(
                    lambda share: [self.quiet_before, Phase(1, bad=share), Phase(after)], few + 1),
                    [Check(due, (alert,))])  # fmt: skip

    def strange(self, over: Load) -> Iterator[RuleTest]:
        """Yield the cases in which something else is bad, or another of the things it watches."""
        clock = self.clock
        due = clock.fires(clock.seen(self.onset))
        bad = [self.quiet_before, over.phase(self.long())]
        healthy = self.draw([self.quiet_before, Phase(self.long(), good=over.total)], {})
        for name, labels in self.strangers.items():
            yield self.case(f"is quiet when {name}", [*healthy, *self.draw(bad, labels)], silence(self.end, clock))
        for name, labels in self.siblings.items():
            yield self.case(f"names only what is bad: {name}", [*healthy, *self.draw(bad, labels)],
                            firing(due, clock, self.told(over.share, labels)))  # fmt: skip

    def in_parts(self, phases: Callable[[int], Sequence[Phase]], requests: int) -> Drawn:
        """Return the counters of as many requests, spread over the series that belong together."""
        count = len(self.parts)
        shares = [requests // count + (place < requests % count) for place in range(count)]
        return [one for share, labels in zip(shares, self.parts, strict=True)
                for one in self.draw(phases(share), labels)]  # fmt: skip

    def together(self) -> Iterator[RuleTest]:
        """Yield the cases of requests in several series: each of them counts, and counts once."""
        if not self.parts:
            return
        filled = self.clock.filled(self.onset - self.clock.step)
        share = next((one for one in just_above(self.tolerated) if self.expected(one, {}) is not None), None)
        if share is not None:
            yield self.case("fires a little above the threshold in several series",
                            self.turning_together(load(share, self.fewest)),
                            [Check(self.clock.fires(filled), (self.told(share),))])  # fmt: skip
        below = load(just_below(self.tolerated), self.fewest)
        yield self.case("is quiet a little below the threshold in several series", self.turning_together(below),
                        silence(self.end, self.clock))  # fmt: skip

    def turning_together(self, traffic: Load) -> Drawn:
        """Return the counters of good traffic that turns into this: of parts as large, the bad of it unevenly."""
        count, drawn = len(self.parts), []
        shares = [traffic.bad * 2 * (place + 1) // (count + 1) for place in range(count)]
        shares[-1] += traffic.bad * count - sum(shares)
        if max(shares) > traffic.total:
            shares = [traffic.bad] * count
        for bad, labels in zip(shares, self.parts, strict=True):
            phases = [Phase(self.clock.prelude, good=traffic.total), Phase(self.long(), traffic.total - bad, bad)]
            drawn += self.draw(phases, labels)
        return drawn
