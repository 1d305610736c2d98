"""What the gateway keeps of whole traces, and that alerts are made of all of them.

Of 2,000 requests 1 % fail and 1 % are slow: every one of these is kept, and about 5 % of the rest; the error rate in
Prometheus is the true one. What span metrics behind the sampler would say is computed from the traces in Tempo.
"""

import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

from integration.conftest import Running, stack_of
from ongrid_gen.drill.traffic import of_service, span
from ongrid_gen.runtime import api
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

TRACES: Final = 2_000
EACH: Final = 20  # of so many one: 1 % fail, and 1 % are slow
PER_SECOND: Final = 50
TRUE_RATE: Final = 100 / TRACES * EACH  # per cent
COUNTED = 'traces_spanmetrics_calls_total{service="orders-api"'
DECIDED = "otelcol_processor_tail_sampling"


@dataclass(frozen=True)
class Sent:
    """The trace IDs that were sent, by what is in them."""

    failed: list[str]
    slow: list[str]
    rest: list[str]


@pytest.fixture(scope="module")
def sampled(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `sampled.yaml`."""
    with stack_of("sampled.yaml", scratch, stand_ins=stand_ins) as one:
        yield one


@pytest.fixture(scope="module")
def sent(sampled: Running) -> Sent:
    """The traffic: a second at a time, the two spans of a trace in two messages, as two applications send them."""
    chance = random.Random(1)  # which traces are kept by chance hangs on their IDs
    ids = [chance.randbytes(16) for _ in range(TRACES)]
    failed, slow = set(ids[:EACH]), set(ids[EACH : 2 * EACH])
    chance.shuffle(ids)
    for first in range(0, TRACES, PER_SECOND):
        now, some = time.time_ns(), ids[first : first + PER_SECOND]
        post(sampled, [served(one, now, failed=one in failed) for one in some])
        post(sampled, [asked(one, now, slow=one in slow) for one in some])
        time.sleep(1)
    return Sent([one.hex() for one in failed], [one.hex() for one in slow],
                [one.hex() for one in ids if one not in failed | slow])  # fmt: skip


def served(trace: bytes, now: int, *, failed: bool) -> ResourceSpans:
    """Return the part of the service that fails now and then."""
    return of_service("orders-api", span("POST /orders", Span.SPAN_KIND_SERVER, trace, failed, now - 50_000_000, now))


def asked(trace: bytes, now: int, *, slow: bool) -> ResourceSpans:
    """Return the part of whoever asked, which is slow now and then and never fails itself."""
    lasted = 1_500_000_000 if slow else 60_000_000
    return of_service("shop-web", span("GET /", Span.SPAN_KIND_SERVER, trace, False, now - lasted, now))


def post(running: Running, spans: list[ResourceSpans]) -> None:
    """Send spans to the agent."""
    body = ExportTraceServiceRequest(resource_spans=spans).SerializeToString()
    request = urllib.request.Request(
        f"{running.stack.otlp_http()}/v1/traces", body, {"Content-Type": "application/x-protobuf"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def value(running: Running, query: str) -> float:
    """Return the value of an instant query, 0 when there is none."""
    found = api.promql(running.stack.prometheus, query)
    return float(found[0]["value"][1]) if found else 0.0


def stored(running: Running) -> set[str]:
    """Return the IDs of the traces that Tempo has, found by tag, which every version answers."""
    found = api.get(f"{running.stack.tempo}/api/search", tags="service.name=shop-web", limit=str(2 * TRACES))
    return {one["traceID"].zfill(32) for one in found["traces"]}


def spans_of(trace: dict[str, Any]) -> int:
    """Return how many spans a trace has, in either spelling of OTLP."""
    batches = trace.get("batches") or trace.get("resourceSpans") or []
    scopes = (scope for batch in batches for key in ("scopeSpans", "instrumentationLibrarySpans")
              for scope in batch.get(key, ()))  # fmt: skip
    return sum(len(scope["spans"]) for scope in scopes)


@pytest.fixture(scope="module")
def kept(sampled: Running, sent: Sent) -> set[str]:
    """What is stored once every trace has been decided on."""
    decided = f"sum({DECIDED}_global_count_traces_sampled)"
    until(lambda: value(sampled, decided) == TRACES, seconds=90, what="the gateway to decide on all traces")
    number = value(sampled, f'sum({DECIDED}_global_count_traces_sampled{{decision="sampled"}})')
    until(lambda: len(stored(sampled)) == number, seconds=60, what="all that is kept to be found in Tempo")
    return stored(sampled)


def test_all_that_failed_or_was_slow_is_kept_whole_and_a_twentieth_of_the_rest(
    sampled: Running, sent: Sent, kept: set[str]
) -> None:
    assert set() == {*sent.failed, *sent.slow} - kept
    assert 0.035 <= len(kept.intersection(sent.rest)) / len(sent.rest) <= 0.065
    assert {2} == {spans_of(api.trace(sampled.stack.tempo, one) or {}) for one in kept}


def test_the_gateway_tells_what_it_kept_and_why(sampled: Running, sent: Sent, kept: set[str]) -> None:
    told = {
        policy: value(sampled, f'sum({DECIDED}_count_traces_sampled{{policy="{policy}",decision="sampled"}})')
        for policy in ("errors", "slow", "rest")
    }
    by_chance = len(kept.intersection(sent.rest))
    assert EACH == told["errors"] == told["slow"]
    assert by_chance <= told["rest"] <= by_chance + 2 * EACH  # some that failed are kept by chance too
    recorded = api.promql(sampled.stack.prometheus, "sampling:traces_kept:rate5m")
    assert {"errors", "slow", "rest"} == {one["metric"]["policy"] for one in recorded}


def test_the_error_rate_in_prometheus_is_that_of_all_requests(
    sampled: Running, sent: Sent, kept: set[str], record_property: Callable[[str, object], None]
) -> None:
    until(lambda: value(sampled, f"sum({COUNTED}}})") == TRACES, seconds=60, what="all requests to be counted")
    rate = 100 * value(sampled, f'sum({COUNTED},status_code="STATUS_CODE_ERROR"}})') / TRACES
    behind = 100 * len(kept.intersection(sent.failed)) / len(kept)
    record_property("error_rate_percent", rate)
    record_property("error_rate_behind_the_sampler_percent", behind)
    print(f"true {TRUE_RATE:g} %, in Prometheus {rate:.2f} %, of the stored traces {behind:.1f} %")
    assert abs(rate - TRUE_RATE) <= 0.2
    assert behind > 10 * TRUE_RATE


def test_no_alert_fires_on_what_sampling_left(sampled: Running, kept: set[str]) -> None:
    """Of the stored traces more fail than the alert's 5 %."""
    own = [one for one in api.alerts(sampled.stack.prometheus) if one["labels"]["alertname"] == "OrdersErrors"]
    assert own == []
    assert sampled.sink.found("firing", {"alertname": "OrdersErrors"}, 0) is None
