"""Traffic through an outage, and what is to be found afterwards: every accepted trace, every request counted."""

import contextlib
import time
from collections.abc import Callable
from decimal import Decimal

from integration.conftest import Running
from ongrid_gen.conventions import CALLS
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api, docker
from ongrid_gen.runtime.compose import Project
from ongrid_gen.wait import until


def container(project: Project, service: str) -> str:
    """Return the id of a service's container."""
    return project.call("ps", "--all", "--quiet", service).strip()


def kill_and_start(project: Project, service: str) -> None:
    """Kill a component as the kernel would, and start it again."""
    identifier = container(project, service)
    docker.run("kill", "--signal=KILL", identifier)
    docker.run("start", identifier)


def traffic_through(
    running: Running, traffic: Traffic, harm: Callable[[Sender], None], *, before: float, after: float
) -> dict[str, float]:
    """Send traffic, do harm while it goes on; return what the agent accepted, by the time of its answer."""
    with Sender(running.stack.otlp_http(), traffic) as sender:
        accepted_for(sender, before)
        harm(sender)
        accepted_for(sender, after)
    assert len(sender.accepted) > traffic.rate * (before + after) / 2
    return sender.accepted


def accepted_for(sender: Sender, seconds: float) -> None:
    """Wait until the agent has accepted traffic for some seconds more."""
    target = len(sender.accepted) + sender.traffic.rate * seconds * 0.8
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


def counted(running: Running, service: str) -> int:
    """Return how many requests of a service Prometheus has counted in the last half hour.

    Samples are read as they are: a counter that begins again at a smaller number has counted that number.
    """
    series = api.promql(running.stack.prometheus, f'{CALLS}{{service="{service}"}}[30m]')
    return sum(map(grown, ([Decimal(value) for _, value in one["values"]] for one in series)))


def grown(values: list[Decimal]) -> int:
    """Return what a counter has counted over its samples, resets and all."""
    pairs = zip([Decimal(0), *values], values, strict=False)
    return int(sum(now - before if now >= before else now for before, now in pairs))
