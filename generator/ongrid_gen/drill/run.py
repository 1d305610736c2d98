"""One drill on the running stack, hop by hop: accepted, series, pending, firing, delivered, resolved."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.drills import Drilling
from ongrid_gen.components.tempo.base import roles
from ongrid_gen.conventions import (
    CALLS,
    CLIENT,
    GATEWAY_HOST,
    GRAPH_TOTAL,
    SERVER,
    SERVICE_NAME,
)
from ongrid_gen.drill.sink import Sink
from ongrid_gen.drill.targets import target
from ongrid_gen.drill.traffic import HEALTHY, Sender, Traffic
from ongrid_gen.model import Drill, Site
from ongrid_gen.runtime import api
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.text import Code, fill, promql_matcher
from ongrid_gen.units import format_duration
from ongrid_gen.wait import DeadlineError, until

Say = Callable[[str], None]
SERIES_QUERY: Final = "sum(<< metric >>{<< of >>})"
TRAFFIC_QUERY: Final = "sum(increase(<< metric >>{<< of >>}[<< window >>]))"
# Over three scrapes: what came before the drill is out of sight when the hop is given up.
RECEIVED: Final = {
    "gateway": "sum(rate(otelcol_receiver_accepted_spans{<< gateway >>}[45s]))",
    "Tempo": "sum(rate(tempo_distributor_spans_received_total{<< tempo >>}[45s]))",
    "its generator": "sum(rate(tempo_metrics_generator_spans_received_total{<< tempo >>}[45s]))",
}
# Beyond the earliest possible: what scheduling, shards and a busy machine add before we call a hop broken.
MARGIN: Final = Decimal(45)
DELIVERY: Final = 60.0


class HopFailed(Exception):
    """A hop did not happen; `hop` names it."""

    def __init__(self, hop: str, why: str) -> None:
        super().__init__(f"{hop}: {why}")
        self.hop = hop


@dataclass(slots=True)
class Outcome:
    """What came of one alert of a drill. `hops` are seconds since the first span; `failed` names the broken hop."""

    alert: str
    expected: str
    earliest: Decimal
    hops: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    why: str = ""


@dataclass(slots=True)
class Run:
    """One drill under way."""

    stack: Stack
    drill: Drill
    sink: Sink
    say: Say
    prometheus: str
    started: float = 0.0

    def elapsed(self) -> float:
        """Seconds since the first span."""
        return time.monotonic() - self.started

    def target(self, one: Outcome) -> Drilling:
        """Return what an outcome is of."""
        return known(self.stack.site, one.alert)

    def run(self) -> list[Outcome]:
        """Send, watch, and return what came of every alert the drill expects something of."""
        drill = self.drill
        traffic = traffic_of(drill)
        self.say(describe(drill))
        firing = [self.outcome(name, "firing") for name in drill.firing]
        quiet = [self.outcome(name, "quiet") for name in drill.quiet]
        self.say(f"  this takes up to {format_duration(round(self.expected([*firing, *quiet])))}")
        if not drill.before_for:
            self.start_inactive(firing)
        with Sender(self.stack.otlp_http(), healthy(drill) if drill.before_for else traffic) as sender:
            self.started = time.monotonic()
            self.first_hops([*firing, *quiet], sender)
            if drill.before_for and working([*firing, *quiet]):
                self.prepare(firing)
                sender.traffic, self.started = traffic, time.monotonic()
            for one in working(firing):
                with kept(one):
                    self.fires(one)
            self.stays_quiet(working(quiet))
            if working(firing):
                sender.traffic = healthy(drill)
            for one in working(firing):
                with kept(one):
                    self.resolves(one)
        return [*firing, *quiet]

    def outcome(self, name: str, expected: str) -> Outcome:
        """Return an empty outcome with the earliest time in which the alert could fire.

        For one that must be quiet that is the time in which it would fire were every request bad.
        """
        how = known(self.stack.site, name)
        find = how.earliest if expected == "firing" else how.worst
        timing = find(self.drill, fresh=self.is_fresh(how))
        return Outcome(name, expected, timing.total if timing else how.window)

    def is_fresh(self, how: Drilling) -> bool:
        """Tell whether there was no traffic before the drill, as far back as the alert looks."""
        metric, of = self.selector()
        window = Code(format_duration(how.looks_back))
        return self.value(fill(TRAFFIC_QUERY, metric=metric, of=of, window=window)) == 0

    def expected(self, outcomes: list[Outcome]) -> Decimal:
        """Return how long the drill takes at most when nothing is broken, in seconds."""
        ends = [self.drill.before_for + self.drill.before_for / 10]
        for one in outcomes:
            how = self.target(one)
            rest = how.recovery().total if one.expected == "firing" else how.window
            ends.append(self.drill.before_for + one.earliest + rest + 2 * MARGIN)
        return max(ends)

    def prepare(self, firing: list[Outcome]) -> None:
        """Wait until the healthy traffic went before for long enough, and an alert that minded its absence is over."""
        lasts = float(self.drill.before_for)
        self.say(f"  healthy traffic first, for {lasts:.0f} s")
        until(lambda: self.elapsed() >= lasts, seconds=lasts + 10, what="the traffic before to be over")
        for one in firing:
            seconds = float(self.target(one).recovery().total + MARGIN)
            with kept(one):
                self.hop(one, "inactive", lambda one=one: not self.state(one), seconds)  # type: ignore[misc]

    def start_inactive(self, firing: list[Outcome]) -> None:
        """Note every alert that fires already."""
        for one in firing:
            with kept(one):
                self.starts_inactive(one)

    def starts_inactive(self, one: Outcome) -> None:
        """An alert that fires already proves nothing."""
        state = self.state(one)
        if state:
            raise HopFailed("before", f"the alert is {state} already: drill when it is inactive")

    def first_hops(self, outcomes: list[Outcome], sender: Sender) -> None:
        """Watch the way of the first spans: the agent takes them, their series arrives."""
        grows = self.series_grows()
        try:
            until(lambda: bool(sender.accepted), seconds=15, what="the agent to take a span")
            self.reached("accepted", outcomes)
        except DeadlineError as error:
            broken(outcomes, "accepted", f"the agent takes nothing: {sender.error} ({error})")
            return
        try:
            until(grows, seconds=self.series_deadline(), what="the spans to be counted in Prometheus")
            self.reached("series", outcomes)
        except DeadlineError as error:
            broken(outcomes, "series", f"{self.where_spans_are()} ({error})")

    def series_grows(self) -> Callable[[], bool]:
        """Return a look at Prometheus that is true once the drill's requests are counted."""
        metric, of = self.selector()
        query = fill(SERIES_QUERY, metric=metric, of=of)
        before = self.value(query)
        return lambda: self.value(query) > before

    def selector(self) -> tuple[Code, Code]:
        """Return metric and matchers of the series that the drill's requests are counted in."""
        drill = self.drill
        if drill.client is not None:
            ends = (promql_matcher(CLIENT, [drill.client]), promql_matcher(SERVER, [drill.service]))
            return Code(GRAPH_TOTAL), Code(",".join(ends))
        return Code(CALLS), promql_matcher(SERVICE_NAME, [drill.service])

    def value(self, query: str) -> float:
        """Return the value of an instant query, 0 when there is none."""
        result = api.promql(self.prometheus, query)
        return float(result[0]["value"][1]) if result else 0.0

    def series_deadline(self) -> float:
        """Batches, two pushes (the first one of a fresh Tempo waits for its log to be replayed), and the margin."""
        site = self.stack.site
        return float(2 * site.gateway.batch_timeout + 2 * site.metrics.interval + MARGIN)

    def where_spans_are(self) -> str:
        """Say at which rate each hop receives spans: the first one that does not is the broken one."""
        counts = next(role.host for role in roles(self.stack.site) if role.generates)
        jobs = {"gateway": promql_matcher("job", [GATEWAY_HOST]), "tempo": promql_matcher("job", [counts])}
        seen = [f"{who} {self.value(fill(query, **jobs)):.1f}" for who, query in RECEIVED.items()]
        return f"the agent takes spans, but they are not counted; spans/s received: {', '.join(seen)}"

    def fires(self, one: Outcome) -> None:
        """Wait for pending, firing, delivered."""
        seconds = max(0.0, float(one.earliest + MARGIN) - self.elapsed())
        self.hop(one, "pending", lambda: self.state(one) in ("pending", "firing"), seconds)
        seconds = max(0.0, float(one.earliest + MARGIN) - self.elapsed())
        self.hop(one, "firing", lambda: self.state(one) == "firing", seconds)
        since = time.time() - self.elapsed()
        labels = self.target(one).labels(self.drill)
        self.hop(one, "delivered", lambda: self.sink.found("firing", labels, since) is not None, DELIVERY)

    def stays_quiet(self, outcomes: list[Outcome]) -> None:
        """Watch until the alert would have fired, had the traffic been over the threshold, and a window more."""
        for one in outcomes:
            last = float(one.earliest + self.target(one).window)
            self.say(f"  watching {one.alert} stay quiet for {last:.0f} s")
            with kept(one):
                while self.elapsed() < last:
                    state = self.state(one)
                    if state:
                        raise HopFailed("quiet", f"the alert is {state} after {self.elapsed():.0f} s")
                    time.sleep(1)
                one.hops["quiet"] = self.elapsed()
                self.say(f"  {self.elapsed():6.1f} s  {one.alert}: quiet")

    def resolves(self, one: Outcome) -> None:
        """Traffic is healthy again: the alert must end, and its end be delivered."""
        since = time.time()
        labels = self.target(one).labels(self.drill)
        seconds = float(self.target(one).recovery().total + MARGIN)
        self.say(f"  healthy traffic now; waiting for {one.alert} to resolve (at most {seconds:.0f} s)")
        self.hop(one, "resolved", lambda: self.sink.found("resolved", labels, since) is not None, seconds)

    def hop(self, one: Outcome, name: str, look: Callable[[], bool], seconds: float) -> None:
        """Wait for one hop and note its time."""
        try:
            until(look, seconds=seconds, what=f"{one.alert} to be {name}")
        except DeadlineError as error:
            raise HopFailed(name, str(error)) from None
        self.reached(name, [one])

    def reached(self, hop: str, outcomes: list[Outcome]) -> None:
        """Note the time of a hop."""
        seconds = self.elapsed()
        for one in working(outcomes):
            one.hops[hop] = seconds
        self.say(f"  {seconds:6.1f} s  {hop}" + (f": {outcomes[0].alert}" if len(outcomes) == 1 else ""))

    def state(self, one: Outcome) -> str:
        """Return pending, firing, or nothing."""
        labels = self.target(one).labels(self.drill)
        found = api.alerts(self.prometheus)
        states = {entry["state"] for entry in found if labels.items() <= entry["labels"].items()}
        return "firing" if "firing" in states else "pending" if states else ""


@contextmanager
def kept(one: Outcome) -> Iterator[None]:
    """Keep a broken hop in the outcome instead of ending the drill."""
    try:
        yield
    except HopFailed as failure:
        one.failed, one.why = failure.hop, str(failure)


def broken(outcomes: list[Outcome], hop: str, why: str) -> None:
    """Note a broken hop for every alert that waited for it."""
    for one in outcomes:
        one.failed, one.why = hop, why


def working(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the outcomes without a broken hop so far."""
    return [one for one in outcomes if not one.failed]


def known(site: Site, name: str) -> Drilling:
    """Return how an alert is drilled; the check of drills refuses those that cannot be."""
    found = target(site, name)
    if found is None:
        raise ValueError(f"requests cannot fire {name!r}")
    return found


def healthy(drill: Drill) -> Traffic:
    """Return the traffic of a drill before anything is wrong, and after."""
    rate = drill.before_rate or drill.rate
    return replace(traffic_of(drill), rate=rate, duration=HEALTHY, error_percent=Decimal(0))


def traffic_of(drill: Drill) -> Traffic:
    """Return what a drill sends."""
    return Traffic(drill.service, drill.operation, drill.client, drill.duration, drill.rate, drill.error_percent)


def describe(drill: Drill) -> str:
    """Say what a drill sends and expects."""
    who = f"{drill.client} → {drill.service}" if drill.client else drill.service
    sends = f"{who} {drill.operation}: {drill.rate}/s of {drill.duration * 1000:.0f} ms"
    if drill.error_percent:
        sends += f", {drill.error_percent:g} % failing"
    if drill.before_for:
        sends = f"{drill.before_rate}/s for {format_duration(drill.before_for)}, then {sends}"
    expects = [f"{name} fires" for name in drill.firing] + [f"{name} stays quiet" for name in drill.quiet]
    return f"{sends}; expected: {', '.join(expects)}"
