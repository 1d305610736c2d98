"""The containers themselves: hardened, limited, published on loopback only; and probes that turn red."""

from typing import Any

import pytest

from integration.conftest import Running
from integration.hardening import LOOPBACK, PUBLISHED, containers_of, weaknesses
from ongrid_gen.runtime import docker
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

# Other protocols than OTLP, as `site.yaml` of this folder has them.
DOORS = ("14250/tcp", "14268/tcp", "9411/tcp")


@pytest.fixture(scope="module")
def containers(running: Running) -> dict[str, Any]:
    """What Docker knows of every container of the stack, by the name of its compose service."""
    return containers_of(running)


def test_every_container_is_there(containers: dict[str, Any]) -> None:
    assert {"agent", "gateway", "tempo", "prometheus", "alertmanager", "ready"} <= set(containers)


def test_every_container_is_hardened(running: Running) -> None:
    """The stacks of test_refusals.py and test_sampling.py are held to the same."""
    agent = {**PUBLISHED["agent"], **dict.fromkeys(DOORS, LOOPBACK)}
    assert [] == weaknesses(running, {**PUBLISHED, "agent": agent})


def test_gomemlimit_is_nine_tenths_of_the_limit(containers: dict[str, Any]) -> None:
    for name in ("agent", "gateway", "tempo", "prometheus", "alertmanager"):
        limit = containers[name]["HostConfig"]["Memory"] >> 20
        assert f"GOMEMLIMIT={limit * 9 // 10}MiB" in containers[name]["Config"]["Env"]


def test_what_becomes_a_label_or_a_name_is_pinned(containers: dict[str, Any]) -> None:
    for name in ("agent", "gateway", "tempo", "prometheus", "alertmanager"):
        assert containers[name]["Config"]["Hostname"] == name


def health(identifier: str) -> str:
    """Return what a container's probe says."""
    entry: Any = docker.inspect([identifier])[0]
    state: str = entry["State"]["Health"]["Status"]
    return state


@pytest.mark.parametrize(
    ("harmed", "probe"), [("gateway", "ready"), ("tempo", "ready"), ("prometheus", "prometheus"), ("agent", "ready")]
)
def test_a_probe_turns_red_and_green_again(running: Running, harmed: str, probe: str) -> None:
    project = running.stack.edge("local") if harmed == "agent" else running.stack.centre
    target, watcher = (project.call("ps", "--quiet", name).strip() for name in (harmed, probe))
    until(lambda: health(watcher) == "healthy", seconds=60, what=f"{probe} to be green")
    if harmed == probe:
        docker.run("kill", "--signal=STOP", target)
    else:
        docker.run("pause", target)
    try:
        until(lambda: health(watcher) == "unhealthy", seconds=90, what=f"{probe} to turn red")
    finally:
        docker.run(*(["kill", "--signal=CONT", target] if harmed == probe else ["unpause", target]))
    until(lambda: health(watcher) == "healthy", seconds=60, what=f"{probe} to turn green")
