"""What Tempo accepted is found after it was stopped; after it was killed, all but what it held in memory."""

import time
from collections.abc import Callable

import pytest

from integration.conftest import Running
from integration.outages import kill_and_start, missing, traffic_through
from ongrid_gen.components import tempo
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import docker

pytestmark = pytest.mark.integration

TRAFFIC = Traffic("calm-api", "GET /calm", rate=50)
# Tempo holds a trace in memory until it has been idle for `trace_idle_period` (2 s) and the next look (1 s); with the
# batches of agent and gateway (0.2 s each) and the time to write, this is all that `kill -9` of Tempo may take along.
LIVE_TRACE_WINDOW = 5.0


def restart_tempo(running: Running) -> None:
    """Stop Tempo cleanly, within its grace period, and start it again.

    Tempo 1.5 answers a code that no sender repeats while it stops, so there the gateway is stopped first.
    """
    project = running.stack.centre
    with_it = [] if tempo.dialect_of(running.site).STOPS_POLITELY else ["gateway"]
    project.call("stop", *with_it, "tempo", timeout=120)
    project.call("start", "tempo", *with_it, timeout=120)


def test_a_clean_restart_of_tempo_loses_nothing_that_was_accepted(running: Running) -> None:
    accepted = traffic_through(running, TRAFFIC, lambda _: restart_tempo(running), before=5, after=3)
    assert [] == missing(running, accepted, 120)


def test_killing_tempo_loses_at_most_its_live_trace_window(
    running: Running, record_property: Callable[[str, object], None]
) -> None:
    killed: list[float] = []

    def harm(_: Sender) -> None:
        killed.append(time.time())
        kill_and_start(running.stack.centre, "tempo")

    accepted = traffic_through(running, TRAFFIC, harm, before=8, after=3)
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
