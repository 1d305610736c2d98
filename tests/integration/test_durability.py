"""What was accepted is found: components die in the middle of traffic, and every trace is asked for by its ID."""

import contextlib
import time
from collections.abc import Callable

import pytest

from integration.conftest import Running
from ongrid_gen.components import tempo
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api, docker
from ongrid_gen.runtime.compose import Project
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

TRAFFIC = Traffic("calm-api", "GET /calm", rate=50)
# Tempo holds a trace in memory until it has been idle for `trace_idle_period` (2 s) and the next look (1 s); with the
# batches of agent and gateway (0.2 s each) and the time to write, this is all that `kill -9` of Tempo may take along.
LIVE_TRACE_WINDOW = 5.0


def container(project: Project, service: str) -> str:
    """Return the id of a service's container."""
    return project.call("ps", "--all", "--quiet", service).strip()


def kill_and_start(project: Project, service: str) -> None:
    """Kill a component as the kernel would, and start it again."""
    identifier = container(project, service)
    docker.run("kill", "--signal=KILL", identifier)
    docker.run("start", identifier)


def restart_tempo(running: Running) -> None:
    """Stop Tempo cleanly, within its grace period, and start it again.

    Tempo 1.5 answers a code that no sender repeats while it stops, so there the gateway is stopped first.
    """
    project = running.stack.centre
    with_it = [] if tempo.dialect_of(running.site).STOPS_POLITELY else ["gateway"]
    project.call("stop", *with_it, "tempo", timeout=120)
    project.call("start", "tempo", *with_it, timeout=120)


def traffic_through(running: Running, harm: Callable[[], None], *, before: float, after: float) -> dict[str, float]:
    """Send traffic, do harm in its middle, go on; return what the agent accepted, by the time of its answer."""
    with Sender(running.stack.otlp_http(), TRAFFIC) as sender:
        accepted_for(sender, before)
        harm()
        accepted_for(sender, after)
    assert len(sender.accepted) > TRAFFIC.rate * (before + after) / 2
    return sender.accepted


def accepted_for(sender: Sender, seconds: float) -> None:
    """Wait until the agent has accepted traffic for some seconds more."""
    target = len(sender.accepted) + TRAFFIC.rate * seconds * 0.8
    until(lambda: len(sender.accepted) >= target, seconds=seconds + 60, what="the agent to accept traffic")


def missing(running: Running, accepted: dict[str, float], seconds: float) -> list[str]:
    """Return the traces that Tempo still does not have after some seconds of asking."""
    left = list(accepted)
    deadline = time.monotonic() + seconds
    while left and time.monotonic() < deadline:
        with contextlib.suppress(docker.DockerError):  # no port while Tempo starts
            address = running.stack.tempo
            left = [one for one in left if not found(address, one)]
        time.sleep(0.5)
    return left


def found(address: str, trace_id: str) -> bool:
    """Tell whether Tempo has a trace; while it starts, it has none."""
    try:
        return api.trace(address, trace_id) is not None
    except api.ApiError:
        return False


def test_killing_the_agent_loses_nothing_that_was_accepted(running: Running) -> None:
    agent = running.stack.edge("local")
    accepted = traffic_through(running, lambda: kill_and_start(agent, "agent"), before=5, after=5)
    assert [] == missing(running, accepted, 60)


def test_killing_the_gateway_loses_nothing_that_was_accepted(running: Running) -> None:
    centre = running.stack.centre
    accepted = traffic_through(running, lambda: kill_and_start(centre, "gateway"), before=5, after=5)
    assert [] == missing(running, accepted, 90)


def test_a_clean_restart_of_tempo_loses_nothing_that_was_accepted(running: Running) -> None:
    accepted = traffic_through(running, lambda: restart_tempo(running), before=5, after=3)
    assert [] == missing(running, accepted, 120)


def test_killing_tempo_loses_at_most_its_live_trace_window(
    running: Running, record_property: Callable[[str, object], None]
) -> None:
    killed: list[float] = []

    def harm() -> None:
        killed.append(time.time())
        kill_and_start(running.stack.centre, "tempo")

    accepted = traffic_through(running, harm, before=8, after=3)
    lost = missing(running, accepted, 60)
    ages = sorted(killed[0] - accepted[one] for one in lost)
    when = f", accepted {ages[0]:.1f} to {ages[-1]:.1f} s before the kill" if ages else ""
    record_property("kill -9 of Tempo", f"{len(lost)} of {len(accepted)} accepted traces missing{when}")
    assert all(age <= LIVE_TRACE_WINDOW for age in ages), ages
    assert len(lost) <= TRAFFIC.rate * LIVE_TRACE_WINDOW


def test_no_container_died_by_itself(running: Running) -> None:
    for project in running.stack.projects:
        for entry in docker.inspect(project.call("ps", "--all", "--quiet").split()):
            name = entry["Name"]
            assert entry["RestartCount"] == 0, f"{name} was restarted: {entry['State']}"
            assert not entry["State"]["OOMKilled"], f"{name} was killed for memory"
