"""The containers themselves: hardened, limited, published on loopback only; and probes that turn red."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration.conftest import Running
from ongrid_gen.runtime import docker
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

PUBLISHED = {
    "agent": {"4317/tcp", "4318/tcp", "14250/tcp", "14268/tcp", "9411/tcp"},
    "tempo": {"3200/tcp"},
    "prometheus": {"9090/tcp"},
    "alertmanager": {"9093/tcp"},
    "grafana": {"3000/tcp"},
}


@pytest.fixture(scope="module")
def containers(running: Running) -> dict[str, Any]:
    """What Docker knows of every container of the stack, by the name of its compose service."""
    found: dict[str, Any] = {}
    for project in running.stack.projects:
        for entry in docker.inspect(project.call("ps", "--all", "--quiet").split()):
            config: Any = entry["Config"]
            found.setdefault(config["Labels"]["com.docker.compose.service"], entry)
    return found


def long_lived(containers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the containers that stay: not those that prepare a volume and end."""
    return ((name, entry) for name, entry in containers.items() if not name.endswith("-init"))


def test_no_container_that_stays_runs_as_root(containers: dict[str, Any]) -> None:
    users = {name: entry["Config"]["User"] for name, entry in long_lived(containers)}
    assert {"agent", "gateway", "tempo", "prometheus", "alertmanager", "ready"} <= set(users)
    assert all(user.split(":")[0].isdigit() and user.split(":")[0] != "0" for user in users.values()), users


def test_every_container_is_read_only_without_capabilities_and_limited(containers: dict[str, Any]) -> None:
    for name, entry in containers.items():
        host = entry["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert not host["Privileged"], name
        assert host["Memory"] > 0, name


def test_gomemlimit_is_nine_tenths_of_the_limit(containers: dict[str, Any]) -> None:
    for name in ("agent", "gateway", "tempo", "prometheus", "alertmanager"):
        limit = containers[name]["HostConfig"]["Memory"] >> 20
        assert f"GOMEMLIMIT={limit * 9 // 10}MiB" in containers[name]["Config"]["Env"]


def test_only_declared_ports_are_published_and_on_loopback_only(containers: dict[str, Any]) -> None:
    for name, entry in containers.items():
        published = {port: places for port, places in entry["NetworkSettings"]["Ports"].items() if places}
        assert set(published) == PUBLISHED.get(name, set()), name
        assert all(place["HostIp"] == "127.0.0.1" for places in published.values() for place in places), name


def test_what_becomes_a_label_or_a_name_is_pinned(containers: dict[str, Any]) -> None:
    for name in ("agent", "gateway", "tempo", "prometheus", "alertmanager"):
        assert containers[name]["Config"]["Hostname"] == name


def test_folders_are_mounted_never_single_files_but_secrets(containers: dict[str, Any]) -> None:
    from pathlib import Path

    for name, entry in containers.items():
        for mount in entry["Mounts"]:
            if mount["Type"] == "bind" and not mount["Destination"].startswith("/run/secrets/"):
                assert Path(mount["Source"]).is_dir(), (name, mount)
                assert not mount["RW"], (name, mount)


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
