"""Load, from OpenTelemetry's own generator: at ten times what the site is made for, and more and more up to the first
loss. Memory stays under the limits, what is refused is counted and told, and what was accepted is all there.
"""

import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from container_usage import Peaks
from loadgen import Load, compiled, counter, generate

from integration.conftest import Running, stack_of
from integration.outages import container, counted, died, missing
from integration.test_selfmon import impatient
from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.naming import ingest_network
from ongrid_gen.runtime import api, docker
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

TIMES_THE_BUDGET = 10
SECONDS = 8
MOST = 80_000
PATIENCE = 120
CALM = Traffic("calm-api", "GET /calm", rate=20)
WATCHED = ("agent", "gateway", "tempo")
MOST_OF_THE_LIMIT = 0.9
REFUSED = "receiver_refused_spans"
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def loaded(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `overload.yaml`."""
    with stack_of("overload.yaml", scratch, stand_ins=stand_ins, tree_change=impatient) as running:
        yield running


@pytest.fixture(scope="module")
def program(scratch: Path) -> Path:
    """The generator."""
    found = compiled(scratch)
    if found is None:
        pytest.skip("the generator of the load is compiled here, and there is no Go")
    return found


def send(running: Running, program: Path, service: str, rate: int, seconds: int = SECONDS) -> int:
    """Load the agent; return how many spans were generated."""
    image = BUSYBOX.reference(running.site.images)
    load = Load(service, rate, seconds)
    return generate(program, image, ingest_network(running.site), "agent:4317", load)


def accepted_over_grpc(running: Running) -> int:
    """Return what the agent has accepted of the generator."""
    return own(running, "agent", r'receiver_accepted_spans{[^}]*transport="grpc"[^}]*}')


def own(running: Running, component: str, metric: str) -> int:
    """Return what a collector counts of itself at this moment."""
    project = running.stack.edge("local") if component == "agent" else running.stack.centre
    page = project.call("exec", "-T", "ready", "wget", "-q", "-O", "-", f"http://{component}:8888/metrics")
    return counter(page, f"otelcol_{metric}")


def received(running: Running) -> int:
    """Return how many spans Tempo has taken."""
    request = urllib.request.Request(f"{running.stack.tempo}/metrics")
    return counter(api.read(request, api.TIMEOUT).decode(), "tempo_distributor_spans_received_total")


def watching(running: Running) -> Peaks:
    """Return who looks at the memory of what the spans go through."""
    stack = running.stack
    return Peaks({name: container(stack.edge("local") if name == "agent" else stack.centre, name) for name in WATCHED})


def is_there(running: Running, accepted: dict[str, float]) -> str:
    """See that all that the agent has accepted is stored and counted, and the traces with a known ID found; say so."""
    wanted = own(running, "agent", "receiver_accepted_spans")
    until(lambda: received(running) >= wanted, seconds=PATIENCE, what=f"{wanted} spans in Tempo")
    until(lambda: counted_in_all(running) >= wanted, seconds=PATIENCE, what=f"{wanted} spans in the metrics")
    assert [] == missing(running, accepted, PATIENCE)
    return f"{wanted} accepted, {received(running)} in Tempo, {counted_in_all(running)} counted"


def counted_in_all(running: Running) -> int:
    """Return the spans that Prometheus has counted of all services."""
    return sum(counted(running, service.name) for service in running.site.services)


def stays_below(peaks: Peaks) -> str:
    """See that no container came near its limit, and say how much each took at most."""
    assert set(peaks.memory) == set(WATCHED)
    for name, most in peaks.memory.items():
        assert most < peaks.limits[name] * MOST_OF_THE_LIMIT, f"{name} took {most >> 20} MiB"
    return ", ".join(f"{name} {most >> 20} of {peaks.limits[name] >> 20} MiB" for name, most in peaks.memory.items())


def budgeted(running: Running) -> int:
    """Return the spans a second that the spec says."""
    budget = running.site.budget
    assert budget.requests_per_second is not None
    return int(budget.requests_per_second * budget.spans_per_request)


def test_ten_times_the_budget_is_taken(loaded: Running, program: Path, record_property: Record) -> None:
    rate = budgeted(loaded) * TIMES_THE_BUDGET
    with watching(loaded) as peaks, Sender(loaded.stack.otlp_http(), CALM) as sender:
        generated = send(loaded, program, "load-api", rate, SECONDS)
    record_property(f"{rate} spans/s for {SECONDS} s", f"{generated} generated, {is_there(loaded, sender.accepted)}")
    record_property("memory", stays_below(peaks))


def test_what_is_refused_is_counted_and_told(loaded: Running, program: Path, record_property: Record) -> None:
    """Tempo stands still, so that all queues are full soon; then it goes on."""
    began, rate = time.time(), budgeted(loaded) * TIMES_THE_BUDGET
    tempo = container(loaded.stack.centre, "tempo")
    refused: dict[str, int] = {}

    def both_refuse() -> bool:
        refused.update({name: own(loaded, name, REFUSED) for name in ("agent", "gateway")})
        return all(refused.values())

    with (
        watching(loaded) as peaks,
        Sender(loaded.stack.otlp_http(), CALM) as sender,
        ThreadPoolExecutor() as threads,
    ):
        docker.run("pause", tempo)
        try:
            generated = threads.submit(send, loaded, program, "flood-api", rate, SECONDS)
            until(both_refuse, seconds=PATIENCE, what="agent and gateway to refuse")
        finally:
            docker.run("unpause", tempo)
        record_property("refused", f"{refused} of {generated.result()} generated")
    for alert in ("EdgeRefusing", "GatewayRefusing"):
        until(lambda name=alert: loaded.sink.found("firing", {"alertname": name}, began), seconds=PATIENCE, what=alert)
    record_property("after it", is_there(loaded, sender.accepted))
    record_property("memory", stays_below(peaks))


def test_more_and_more_up_to_the_first_loss(loaded: Running, program: Path, record_property: Record) -> None:
    """What is lost then is lost in the application, which waits no longer: nothing that was accepted."""
    rate, lost = budgeted(loaded) * TIMES_THE_BUDGET, 0
    with watching(loaded) as peaks, Sender(loaded.stack.otlp_http(), CALM) as sender:
        while not lost and rate < MOST:
            rate *= 2
            before, refused = accepted_over_grpc(loaded), own(loaded, "agent", REFUSED)
            generated = send(loaded, program, "load-api", rate, SECONDS)
            lost = generated - (accepted_over_grpc(loaded) - before)
            refused = own(loaded, "agent", REFUSED) - refused
            record_property(f"{rate} spans/s for {SECONDS} s",
                            f"{generated} generated, {lost} not accepted, {refused} refused")  # fmt: skip
    record_property("after it", is_there(loaded, sender.accepted))
    record_property("memory", stays_below(peaks))


def test_no_container_died(loaded: Running) -> None:
    assert [] == died(loaded)
