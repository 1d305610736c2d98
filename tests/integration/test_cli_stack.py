"""The commands on a stack of their own: `up`, `status`, `drill`, `down`, as a user runs them."""

import json
import re
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from integration.conftest import write_spec
from ongrid_gen.runtime import api

pytestmark = pytest.mark.integration

GEN = Path(sys.executable).parent / "ongrid-gen"
DRILLS = """
drills:
  - send: {service: orders-api, error_percent: 25, rate: 20}
    expect: {firing: [OrdersErrors]}
  - send: {service: edge-api, duration: 600ms, rate: 20}
    expect: {quiet: [EdgeSlow]}
"""


class Cli:
    """`ongrid-gen` on one spec."""

    def __init__(self, spec: Path, options: list[str]) -> None:
        self.spec = spec
        self.options = options

    def run(self, verb: str, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run one command."""
        command = [str(GEN), verb, str(self.spec), *arguments, *self.options]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    @property
    def bundle(self) -> Path:
        """Where the bundle is."""
        return next((self.spec.parent / "build").iterdir())


@pytest.fixture(scope="module")
def cli(scratch: Path, stand_ins: bool) -> Iterator[Cli]:
    """A stack that `up` started and `down` takes away again."""
    name = f"cli-{uuid.uuid4().hex[:6]}"
    spec = write_spec(scratch / name, name)
    spec.write_text(spec.read_text() + DRILLS)
    commands = Cli(spec, ["--stand-ins"] if stand_ins else [])
    yield commands
    done = commands.run("down", "--volumes")
    assert done.returncode == 0, done.stderr


def test_status_and_drill_without_a_stack_say_what_to_do(cli: Cli) -> None:
    for verb in ("status", "drill", "down"):
        done = cli.run(verb)
        assert done.returncode == 2
        assert "run `ongrid-gen up" in done.stderr
        assert "Traceback" not in done.stderr


def test_up_without_the_secret_says_how_to_make_it(cli: Cli) -> None:
    done = cli.run("up")
    assert done.returncode == 2
    assert "secrets/oncall.url" in done.stderr
    assert "printf" in done.stderr


def test_up_with_an_unreadable_secret_says_what_to_run(cli: Cli) -> None:
    secret = cli.spec.parent / "secrets" / "oncall.url"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("http://127.0.0.1:9/nobody")
    secret.chmod(0o600)
    done = cli.run("up")
    assert done.returncode == 2
    assert f"chmod 0644 {secret}" in done.stderr
    secret.chmod(0o644)


def test_up_with_a_port_that_is_taken_names_the_key_to_change(cli: Cli) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        text = cli.spec.read_text()
        cli.spec.write_text(text.replace("prometheus: {port: 0}", f"prometheus: {{port: {port}}}"))
        done = cli.run("up")
        cli.spec.write_text(text)
    assert done.returncode == 2
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr
    assert "`prometheus.port`" in done.stderr


def test_up_waits_until_it_is_ready_and_says_where_to_look(cli: Cli) -> None:
    done = cli.run("up")
    assert done.returncode == 0, done.stderr
    assert "ready after" in done.stderr
    for word in ("Prometheus", "Alertmanager", "send traces", "ongrid-gen drill"):
        assert word in done.stdout


def test_up_again_changes_nothing(cli: Cli) -> None:
    before = containers(cli)
    assert cli.run("up").returncode == 0
    assert containers(cli) == before


def test_up_applies_a_change_and_leaves_the_rest_alone(cli: Cli) -> None:
    before = containers(cli)
    text = cli.spec.read_text()
    cli.spec.write_text(text.replace("threshold_ms: 800", "threshold_ms: 700"))
    done = cli.run("up")
    assert done.returncode == 0, done.stderr
    prometheus = re.findall(r"Prometheus +(\S+)", done.stdout)[0]
    rules = json.dumps(api.get(f"{prometheus}/api/v1/rules"))
    assert 'le=\\"0.7\\"' in rules
    assert 'le=\\"0.8\\"' not in rules
    tempo = re.findall(r"Tempo +(\S+)", done.stdout)[0]
    page = api.read(urllib.request.Request(f"{tempo}/status/config"), 10).decode()
    running = yaml.safe_load(page.split("---\n", 1)[-1])  # 1.5 begins with a line that is no YAML
    bounds = running["metrics_generator"]["processor"]["span_metrics"]["histogram_buckets"]
    assert 0.7 in bounds
    assert 0.8 not in bounds
    # Tempo is new; Prometheus was reloaded, and the gateway that was stopped first is the same one, as everybody else
    assert len(before & containers(cli)) == len(before) - 1
    cli.spec.write_text(text)
    assert cli.run("up").returncode == 0


def containers(cli: Cli) -> set[str]:
    """Return the ids of the running containers of the stack."""
    label = f"label=com.docker.compose.project.working_dir={cli.bundle}"
    done = subprocess.run(["docker", "ps", "-q", "--filter", label], capture_output=True, text=True, check=True)
    assert done.stdout
    return set(done.stdout.split())


def test_status_is_healthy(cli: Cli) -> None:
    done = cli.run("status", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert found["healthy"]
    assert {"agent", "gateway", "tempo", "prometheus", "alertmanager"} <= {
        entry["service"] for entry in found["containers"]
    }


def test_drill_proves_what_fires_and_what_stays_quiet(cli: Cli) -> None:
    rendered = (cli.bundle / "alertmanager" / "alertmanager.yaml").read_text()
    done = cli.run("drill", "--json", "--sink-only", timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    fired, quiet = json.loads(done.stdout)
    assert ["accepted", "series", "pending", "firing", "delivered", "resolved"] == list(fired["hops"])
    assert ("EdgeSlow", "quiet", "") == (quiet["alert"], quiet["expected"], quiet["failed"])
    assert sorted(fired["hops"].values()) == list(fired["hops"].values())
    assert fired["hops"]["firing"] < float(fired["earliest"]) + 45
    assert rendered == (cli.bundle / "alertmanager" / "alertmanager.yaml").read_text()
    assert cli.run("render", "--check").returncode == 0


def test_drill_names_the_hop_that_is_broken(cli: Cli) -> None:
    network = f"{cli.bundle.name}_ingest"
    gateway = f"{cli.bundle.name}-gateway-1"
    subprocess.run(["docker", "network", "disconnect", network, gateway], check=True)
    try:
        done = cli.run("drill", "OrdersErrors", "--json", "--sink-only")
    finally:
        subprocess.run(["docker", "network", "connect", "--alias", "gateway", network, gateway], check=True)
    assert done.returncode == 1, done.stderr
    outcome = json.loads(done.stdout)[0]
    assert outcome["failed"] == "series"
    assert "gateway 0.0, Tempo 0.0" in outcome["why"]


def test_status_of_a_stack_with_a_stopped_container_is_a_finding(cli: Cli) -> None:
    file = str(cli.bundle / "compose.yaml")
    subprocess.run(["docker", "compose", "-f", file, "stop", "alertmanager"], check=True, capture_output=True)
    try:
        done = cli.run("status")
    finally:
        subprocess.run(["docker", "compose", "-f", file, "start", "alertmanager"], check=True, capture_output=True)
    assert done.returncode == 1
    assert "BAD alertmanager" in done.stdout
