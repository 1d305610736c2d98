"""A Prometheus and an Alertmanager of somebody else, given what was rendered for them as the pages say: an alert
fires in the one and is delivered by the other."""

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from integration.conftest import Running, free_port, stack_of
from ongrid_gen.commands.status import status
from ongrid_gen.components.images import ALERTMANAGER, PROMETHEUS
from ongrid_gen.conventions import ALERTMANAGER_HTTP, PROMETHEUS_HTTP, SECRETS_DIR
from ongrid_gen.drill.arrived import Arrived
from ongrid_gen.drill.sink import bind_address
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api, docker
from ongrid_gen.runtime.theirs import looks
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

LABELS = {"alertname": "OrdersSlow", "service": "orders-api", "environment": "test", "severity": "critical"}


@contextmanager
def program(
    image: str, inside: int, outside: int, folder: Path, *arguments: str, mounts: tuple[str, ...] = ()
) -> Iterator[str]:
    """Run a program of somebody else's: not in the project, reached over the machine."""
    name = f"theirs-{uuid.uuid4().hex[:8]}"
    published = [f"--publish={address}:{outside}:{inside}" for address in dict.fromkeys(("127.0.0.1", bind_address()))]
    options = [
        f"--name={name}",
        "--user=65534:65534",
        "--add-host=host.docker.internal:host-gateway",
        "--tmpfs=/data:mode=1777",
        *published,
        *(f"--volume={mount}" for mount in (f"{folder}:/etc/theirs:ro", *mounts)),
    ]
    docker.run("run", "--detach", "--rm", *options, image, *arguments)
    try:
        yield name
    finally:
        docker.attempt("rm", "--force", name, timeout=60)


def given(running: Running, component: str) -> Path:
    """Do what the page of a program that has no configuration yet says, and return its folder."""
    rendered = running.stack.bundle / "external" / component
    folder = running.stack.bundle.parent / f"their-{component}"
    shutil.copytree(rendered, folder / running.site.name)
    shutil.copy(rendered / f"{component}.yaml", folder)
    return folder


@contextmanager
def theirs(running: Running, ports: dict[str, int]) -> Iterator[None]:
    """Run both programs, with what was rendered for them."""
    said = yaml.safe_load((running.stack.bundle / "external/prometheus/program.yaml").read_text(encoding="utf-8"))
    images = running.site.images
    with program(
        ALERTMANAGER.reference(images), ALERTMANAGER_HTTP, ports["ALERTMANAGER"], given(running, "alertmanager"),
        "--config.file=/etc/theirs/alertmanager.yaml", "--storage.path=/data", "--cluster.listen-address=",
        mounts=(f"{running.stack.secrets}/oncall.url:{SECRETS_DIR}/oncall.url:ro",),
    ), program(
        PROMETHEUS.reference(images), PROMETHEUS_HTTP, ports["PROMETHEUS"], given(running, "prometheus"),
        "--config.file=/etc/theirs/prometheus.yaml", "--storage.tsdb.path=/data", *said["flags"],
    ):  # fmt: skip
        yield


def test_an_alert_fires_in_their_prometheus_and_is_delivered_by_their_alertmanager(
    scratch: Path, stand_ins: bool
) -> None:
    ports = {name: free_port() for name in ("PROMETHEUS", "ALERTMANAGER", "TEMPO", "GATEWAY")}

    def spec(text: str) -> str:
        for name, port in ports.items():
            text = text.replace(f"1{name}", str(port))
        return text.replace("1BRIDGE", bind_address())

    with stack_of("external.yaml", scratch, stand_ins=stand_ins, spec_change=spec) as running:
        stack = running.stack
        assert {"prometheus", "alertmanager"}.isdisjoint(entry["Service"] for entry in stack.centre.services())
        assert ["prometheus", "alertmanager"] == [one.component for one in looks(stack) if one.error]
        with theirs(running, ports):
            until(
                lambda: all(one.ok for one in looks(stack)), seconds=60, what=f"nothing to be lacking: {looks(stack)}"
            )
            since = time.time()
            slow = Traffic("orders-api", "GET /orders", None, Decimal("0.6"), 20, Decimal(0))
            with Sender(stack.otlp_http(), slow):
                until(lambda: firing(stack.prometheus), seconds=100, what="the alert to fire in their Prometheus")
                labels = {**LABELS, "site": running.site.name}
                until(lambda: running.sink.found("firing", labels, since), seconds=30, what="the alert to be delivered")
                assert Arrived(stack.alertmanager).found("firing", labels, since) is not None
            found = status(stack)
            assert [] == [one for one in found["targets"] if not one["up"]]
            assert {"gateway", "tempo"} == {one["job"] for one in found["targets"]}
            assert [[], []] == [one["lacks"] for one in found["external"]]


def firing(prometheus: str) -> bool:
    """Tell whether the alert fires."""
    return any(one["state"] == "firing" and LABELS.items() <= one["labels"].items() for one in api.alerts(prometheus))
