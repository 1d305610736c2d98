"""Measures what the way agent → gateway → Tempo costs beside sending straight into Tempo: the same load in one run."""

import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench_process import WORK, say
from container_usage import Taken
from loadgen import Load, compiled, counter, generate

from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.naming import ingest_network, project
from ongrid_gen.runtime import api
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.wait import DeadlineError, until

RATES: Final = (10_000, 20_000, 40_000)
SECONDS: Final = 5
IDLE: Final = 10  # seconds in which it is seen what containers take that do nothing
SETTLED: Final = 4.0  # seconds in which nothing arrives any more: longer than two batches wait
WRITTEN: Final = 4.0  # and until Tempo has written what it held in memory
PATIENCE: Final = 20
MOST_CPU: Final = 1.4
STRAIGHT, THROUGH = "straight into Tempo", "agent → gateway → Tempo"
WAYS: Final = {STRAIGHT: ("tempo",), THROUGH: ("agent", "gateway", "tempo")}


@dataclass(frozen=True, slots=True)
class Trial:
    """One load by one way: spans that were generated and that arrived, and what each container took more than when it
    does nothing, in microseconds of CPU.
    """

    way: str
    rate: int
    generated: int
    arrived: int
    processor: dict[str, int]

    @property
    def is_whole(self) -> bool:
        """Tell whether everything arrived."""
        return self.arrived >= self.generated

    @property
    def each(self) -> float:
        """Microseconds of CPU for each span that arrived."""
        return sum(self.processor.values()) / max(1, self.arrived)


def section(stack: Stack) -> str:
    """Return the section; what is lost with more than a way can carry is said in it."""
    program = compiled(WORK)
    if program is None:
        return "## Load\n\nNot measured: the generator is compiled, and there is no Go.\n\n"
    say("measuring the load")
    idle = resting({name: identifier(stack, name) for name in WAYS[THROUGH]})
    trials: list[Trial] = []
    for number, rate in enumerate(RATES):
        # which way goes first alternates: what Tempo does later with its blocks then burdens both alike
        for way in (STRAIGHT, THROUGH) if number % 2 else (THROUGH, STRAIGHT):
            trials.append(trial(stack, program, way, rate, idle))
    return page(trials)


def resting(containers: dict[str, str]) -> dict[str, float]:
    """Return what containers take that do nothing, in microseconds of CPU a second."""
    before = {name: Taken.of(one).processor for name, one in containers.items()}
    time.sleep(IDLE)
    return {name: (Taken.of(one).processor - before[name]) / IDLE for name, one in containers.items()}


def trial(stack: Stack, program: Path, way: str, rate: int, idle: dict[str, float]) -> Trial:
    """Send a load by one way, and wait until no more of it arrives."""
    image, load = BUSYBOX.reference(stack.site.images), Load("load", rate, SECONDS)
    network, address = f"{project(stack.site)}_inside", "tempo:4317"
    if way == THROUGH:
        network, address = ingest_network(stack.site), "agent:4317"
    containers = {name: identifier(stack, name) for name in WAYS[way]}
    before, began = received(stack), time.monotonic()
    taken = {name: Taken.of(one).processor for name, one in containers.items()}
    generated = generate(program, image, network, address, load)
    arrived = settled(lambda: received(stack) - before, generated)
    time.sleep(WRITTEN)
    lasted = time.monotonic() - began
    spent = {name: int(Taken.of(one).processor - taken[name] - idle[name] * lasted) for name, one in containers.items()}
    say(f"{way}: {arrived} of {generated} spans at {rate}/s")
    return Trial(way, rate, generated, arrived, spent)


def settled(arrived: Callable[[], int], wanted: int) -> int:
    """Wait until everything has arrived, or nothing does any more; return how much."""
    latest, since = 0, time.monotonic()

    def over() -> bool:
        nonlocal latest, since
        now = arrived()
        if now != latest:
            latest, since = now, time.monotonic()
        return latest >= wanted or time.monotonic() - since > SETTLED

    try:
        until(over, seconds=PATIENCE, what="spans")
    except DeadlineError:
        say("spans still arrive")
    return latest


def identifier(stack: Stack, name: str) -> str:
    """Return the id of a container of the centre, or of the agent."""
    owner = stack.edge(stack.edges[0]) if name == "agent" else stack.centre
    return owner.call("ps", "--quiet", name).strip()


def received(stack: Stack) -> int:
    """Return how many spans Tempo has taken."""
    request = urllib.request.Request(f"{stack.tempo}/metrics")
    return counter(api.read(request, api.TIMEOUT).decode(), "tempo_distributor_spans_received_total")


def page(trials: Sequence[Trial]) -> str:
    """Return the section."""
    found = {(one.way, one.rate): one for one in trials}
    both = [rate for rate in RATES if all(found[way, rate].is_whole for way in WAYS)]
    table = "".join(row(rate, found[STRAIGHT, rate], found[THROUGH, rate]) for rate in RATES)
    head = (
        f"## Load\n\nThe same traces of `telemetrygen` for {SECONDS} s by both ways, by turns, on one machine with the "
        "generator: ten spans a trace, batches of 512 over gRPC. CPU is what the containers on the way take more than "
        f"when they do nothing, as their control groups count it. {speed(found)} {cost(found, both)}\n\n"
    )
    columns = "| asked for | straight into Tempo | CPU a span | agent → gateway → Tempo | CPU a span | times |\n"
    return f"{head}{columns}|---|---|---|---|---|---|\n{table}\n"


def row(rate: int, straight: Trial, through: Trial) -> str:
    """Return a line of the table."""
    parts = " + ".join(f"{through.processor[name] / max(1, through.arrived):.1f}" for name in WAYS[THROUGH])
    return (
        f"| {rate:,} | {carried(straight)} | {straight.each:.1f} µs | {carried(through)} "
        f"| {through.each:.1f} µs ({parts}) | {through.each / straight.each:.2f} |\n"
    )


def carried(one: Trial) -> str:
    """Return how many spans a second there were, and which share of them did not arrive."""
    lost = "all arrived" if one.is_whole else f"{1 - one.arrived / one.generated:.1%} lost"
    return f"{one.generated / SECONDS:,.0f}/s, {lost}"


def speed(found: dict[tuple[str, int], Trial]) -> str:
    """Return how much each way carries, in a sentence."""
    most = {way: max((rate for rate in RATES if found[way, rate].is_whole), default=0) for way in WAYS}
    claim = "no less" if most[THROUGH] >= most[STRAIGHT] else "**less**"
    return (
        f"Through agent and gateway {claim} arrives whole than straight: up to {most[THROUGH]:,} against "
        f"{most[STRAIGHT]:,} spans/s."
    )


def cost(found: dict[tuple[str, int], Trial], rates: Sequence[int]) -> str:
    """Return what a span costs, over all loads that both ways carried."""
    if not rates:
        return "None of the loads arrived whole by both ways."
    each = {way: sum(found[way, rate].each for rate in rates) / len(rates) for way in WAYS}
    times = each[THROUGH] / each[STRAIGHT]
    claim = "at most" if times <= MOST_CPU else "**more than**"
    return (
        f"A span takes {each[THROUGH]:.1f} µs of CPU in all three, {times:.2f} times the {each[STRAIGHT]:.1f} µs "
        f"straight: {claim} the {MOST_CPU} times it may take."
    )
