"""Outages under steady traffic, one at a time: every accepted trace is found by its ID, every request is counted, and
the alert on the traffic's failures is delivered.

What was in a hand when a sender or a taker was killed is sent again, so it may be counted twice; never not at all.
"""

import contextlib
import http.server
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration.conftest import Running, Tree, stack_of
from integration.outages import accepted_for, container, counted, kill_and_start, missing, traffic_through
from ongrid_gen.components.gateway import CONFIG as GATEWAY_CONFIG
from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.drill.sink import bind_address
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.naming import edge_project, ingest_network
from ongrid_gen.runtime import docker
from ongrid_gen.runtime.compose import Project
from ongrid_gen.wait import DeadlineError, until

pytestmark = pytest.mark.integration

RATE = 50
FAILING = Decimal(20)
PATIENCE = 120
# What one export carries at most (`max_size` of the queue's batches), and how many are under way at once: as many as
# the exporter has consumers, ten. So many spans can be counted twice when one end is killed.
UNDER_WAY = 2048 * 10
AGENT_CONFIG = "edge/local/otelcol/agent.yaml"
LIMITS = r"memory_limiter:\n    check_interval: 1s\n    limit_mib: \d+\n    spike_limit_mib: \d+"
NO_MEMORY = "memory_limiter: {check_interval: 1s, limit_mib: 2, spike_limit_mib: 1}"
GATEWAY = "endpoint: http://gateway:4318"
# The disk of the agent's queue; a queue that is full holds some three MiB.
DISK = 16 << 20
# Seconds until each of the exporter's ten senders has a batch in its hands, five batches a second, and nothing is taken
# from the queue any more. What the collector takes from its queue while the disk is full it loses.
IN_HANDS = 5
Record = Callable[[str, object], None]


def small_disk(tree: Tree) -> Tree:
    """Put the agent's queue on a disk of its own, which a test can fill."""
    path = "edge/local/compose.yaml"
    options = f"{{driver_opts: {{type: tmpfs, device: tmpfs, o: 'size={DISK}'}}}}"
    assert "agent-queue: {}" in tree[path]
    return {**tree, path: tree[path].replace("agent-queue: {}", f"agent-queue: {options}")}


@pytest.fixture(scope="module")
def site(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `outages.yaml`."""
    with stack_of("outages.yaml", scratch, stand_ins=stand_ins, tree_change=small_disk) as running, kept(running):
        yield running


@contextmanager
def kept(running: Running) -> Iterator[None]:
    """Keep the small disk mounted: its files are gone with the last container that has it, a real disk's are not."""
    holder = in_volume(running, "sleep 86400", "--detach").strip()
    try:
        yield
    finally:
        docker.run("rm", "--force", holder)


Harm = Callable[[Sender], None]


def survives(running: Running, name: str, harm: Harm, record: Record, *, lost: int = 0) -> Sender:
    """Do harm to a stack under traffic, and hold what comes out against what was accepted.

    `lost` is how many requests the harm may take along; `name` is the service that the outage has for itself.
    """
    began = time.time()
    senders: list[Sender] = []

    def noted(sender: Sender) -> None:
        senders.append(sender)
        harm(sender)

    traffic = Traffic(name, "GET /", rate=RATE, error_percent=FAILING)
    accepted = traffic_through(running, traffic, noted, before=5, after=10)
    alert = "".join(word.capitalize() for word in name.split("-"))
    until(lambda: running.sink.found("firing", {"alertname": alert}, began), seconds=PATIENCE, what=alert)
    gone = missing(running, accepted, PATIENCE)
    enough = len(accepted) - lost
    with contextlib.suppress(DeadlineError):
        until(lambda: counted(running, name) >= enough, seconds=PATIENCE, what="all requests to be counted")
    number = counted(running, name)
    record(name, f"{len(accepted)} accepted, {len(gone)} not found, {number} counted, {senders[0].refused} refused")
    assert len(gone) <= lost
    assert enough <= number <= len(accepted) + UNDER_WAY
    return senders[0]


def killing(project: Project, service: str) -> Harm:
    """Return the harm of killing a component as the kernel would, and starting it again."""
    return lambda _: kill_and_start(project, service)


def test_the_agent_is_killed(site: Running, record_property: Record) -> None:
    survives(site, "agent-killed", killing(site.stack.edge("local"), "agent"), record_property)


def test_the_gateway_is_killed(site: Running, record_property: Record) -> None:
    survives(site, "gateway-killed", killing(site.stack.centre, "gateway"), record_property)


def test_tempo_is_killed(site: Running, record_property: Record) -> None:
    """It loses what it held in memory: traces that were not idle yet, and counts that it had not written.

    Both are of the last seconds: 3 s until a trace is written, 5 s between two writes of the series.
    """
    survives(site, "tempo-killed", killing(site.stack.centre, "tempo"), record_property, lost=RATE * 8)


def test_prometheus_is_killed(site: Running, record_property: Record) -> None:
    survives(site, "prometheus-killed", killing(site.stack.centre, "prometheus"), record_property)


def test_alertmanager_is_killed(site: Running, record_property: Record) -> None:
    survives(site, "alertmanager-killed", killing(site.stack.centre, "alertmanager"), record_property)


def test_the_disk_of_the_agents_queue_is_full(site: Running, record_property: Record) -> None:
    """Applications are refused then, and nothing that was accepted is lost.

    Before the line is cut: what that outage leaves free in the queue's file would have to be filled too.
    """
    agent = site.stack.edge("local")

    def fill(sender: Sender) -> None:
        gateway = container(site.stack.centre, "gateway")
        docker.run("pause", gateway)
        try:
            accepted_for(sender, IN_HANDS)
            in_volume(site, "dd if=/dev/zero of=/queue/rubbish bs=64k; true")
            until(lambda: sender.refused > RATE, seconds=PATIENCE, what="applications to be refused")
        finally:
            in_volume(site, "rm /queue/rubbish")
            docker.run("unpause", gateway)

    survives(site, "disk-full", fill, record_property)
    assert docker.inspect([container(agent, "agent")])[0]["RestartCount"] == 0


def test_the_line_between_agent_and_gateway_is_cut(site: Running, record_property: Record) -> None:
    """For longer than the sender can hold in its hands: a batch for each of ten consumers, five batches a second."""

    def cut(sender: Sender) -> None:
        gateway, network = container(site.stack.centre, "gateway"), ingest_network(site.site)
        docker.run("network", "disconnect", network, gateway)
        try:
            accepted_for(sender, 20)
        finally:
            docker.run("network", "connect", "--alias", "gateway", network, gateway)

    sender = survives(site, "line-cut", cut, record_property)
    assert sender.refused == 0


def in_volume(running: Running, command: str, *options: str) -> str:
    """Run a command over the volume of the agent's queue, in a container that ends with it; return what it prints."""
    image = BUSYBOX.reference(running.site.images)
    volume = f"{edge_project(running.site, 'local')}_agent-queue:/queue"
    return docker.run("run", "--rm", "--network=none", *options, "--volume", volume, image, "sh", "-c", command)


def test_a_gateway_that_refuses_is_asked_again(site: Running, record_property: Record) -> None:
    """Its memory limiter answers 503 as soon as it uses more than it may, here more than nothing."""
    centre = site.stack.centre

    def refuse(sender: Sender) -> None:
        with edited(site.stack.bundle / GATEWAY_CONFIG, LIMITS, NO_MEMORY):
            centre.call("restart", "gateway", timeout=60)
            accepted_for(sender, 10)
        centre.call("restart", "gateway", timeout=60)

    assert survives(site, "gateway-refuses", refuse, record_property).refused == 0


def test_a_gateway_behind_a_proxy_that_throttles_is_asked_again(site: Running, record_property: Record) -> None:
    """The gateway does not answer 429 itself; what stands before a public one may."""
    agent, address = site.stack.edge("local"), bind_address()

    def throttle(sender: Sender) -> None:
        with throttling(address) as (port, asked):
            with edited(site.stack.bundle / AGENT_CONFIG, GATEWAY, f"endpoint: http://{address}:{port}"):
                agent.call("restart", "agent", timeout=60)
                accepted_for(sender, 10)
            until(lambda: len(asked) > 3, seconds=PATIENCE, what="the agent to ask again")
        agent.call("restart", "agent", timeout=60)

    survives(site, "gateway-throttles", throttle, record_property)


@contextmanager
def throttling(address: str) -> Iterator[tuple[int, list[str]]]:
    """Answer 429 to whoever asks; yield the port, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(self.path)
            self.send_response(429)
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer((address, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def edited(file: Path, pattern: str, text: str) -> Iterator[None]:
    """Have a rendered file say something else while inside."""
    before = file.read_text(encoding="utf-8")
    after, times = re.subn(pattern, text, before)
    assert times
    file.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")
