"""The demo of `make up`: real programs, started as a user starts them, seen in the stack."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.conftest import SCRATCH, Running, stack_of
from ongrid_gen.conventions import CALLS, GRAPH_TOTAL, LATENCY_BUCKET
from ongrid_gen.runtime import api
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.tracequery import Filters, Search, Span, Trace, Window, connect
from ongrid_gen.wait import until
from support import ROOT

pytestmark = pytest.mark.integration

FOLDER = SCRATCH / "demo"  # stays: its Python environment is made once


def run(*arguments: str | Path) -> str:
    """Run the demo's own command; return what it prints."""
    command = [sys.executable, str(ROOT / "demo" / "run.py"), *map(str, arguments), "--folder", str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Demo:
    """A stack, and the demo that sends to it."""

    running: Running
    shop: str

    def value(self, expression: str) -> float:
        """Return the sum of some series, 0 when there are none."""
        found = api.promql(self.running.stack.prometheus, f"sum({expression})")
        return float(found[0]["value"][1]) if found else 0.0

    def traces(self, **filters: str) -> list[Trace]:
        """Return the traces of the last minutes of which a span has all that is asked for."""
        backend, now = connect(Endpoint(self.running.stack.tempo), Deadline.after(10)), time.time()
        hits = backend.search(Search(window=Window(now - 600, now), filters=Filters(**filters)), Deadline.after(20))
        found = [backend.trace(hit.trace_id, Deadline.after(10)) for hit in hits.traces]
        return [trace for trace in found if trace]


@pytest.fixture(scope="module")
def demo(scratch: Path, stand_ins: bool) -> Iterator[Demo]:
    """The demo, on a stack of its own."""
    with stack_of("demo.yaml", scratch, stand_ins=stand_ins) as running:
        said = run("start", running.stack.bundle.parent / "site.yaml")
        try:
            shop = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert shop, said
            yield Demo(running, shop.group())
        finally:
            run("stop")


def server(trace: Trace, service: str) -> Span | None:
    """Return the span of a service's own request."""
    return next((span for span in trace.spans if (span.service, span.kind) == (service, "server")), None)


def test_shop_and_payments_are_in_one_trace(demo: Demo) -> None:
    def whole() -> tuple[Trace, Span, Span] | None:
        for trace in demo.traces(service="payments-api", operation="POST /v1/charge"):
            shop, payments = server(trace, "shop-web"), server(trace, "payments-api")
            if shop and payments:
                return trace, shop, payments
        return None

    found = until(whole, seconds=90, what="a trace of both services")
    assert found
    trace, shop, payments = found
    by_id = {span.span_id: span for span in trace.spans}
    caller = by_id[payments.parent_id]
    assert (caller.service, caller.kind) == ("shop-web", "client")
    assert shop.operation == "POST /orders/{article}"
    assert shop.parent_id not in by_id
    assert any(span.service == "payments-api" and span.operation.startswith("INSERT") for span in trace.spans)
    assert payments.attributes["http.request.method"] == "POST"


@pytest.mark.parametrize("service", ["shop-web", "payments-api"])
def test_requests_and_durations_of_both_are_counted(demo: Demo, service: str) -> None:
    own = f'service="{service}",span_kind="SPAN_KIND_SERVER",http_request_method="POST"'
    for series in (f"{CALLS}{{{own}}}", f'{LATENCY_BUCKET}{{{own},le="+Inf"}}'):
        until(lambda series=series: demo.value(series) >= 5, seconds=60, what=series)


def test_the_shop_is_seen_to_call_the_payments(demo: Demo) -> None:
    edge = f'{GRAPH_TOTAL}{{client="shop-web",server="payments-api"}}'
    until(lambda: demo.value(edge) >= 1, seconds=60, what=edge)


def test_an_order_that_fails_is_found_with_its_exception(demo: Demo) -> None:
    def failed() -> list[Span]:
        traces = demo.traces(service="shop-web", status="error", operation="POST /orders/{article}")
        return [span for trace in traces if (span := server(trace, "shop-web"))]

    span = until(failed, seconds=90, what="an order that failed")[0]
    assert span.attributes["http.response.status_code"] == 500
    assert any(event.attributes.get("exception.type") == "KeyError" for event in span.events)


def test_the_demo_is_started_anew_and_stopped(demo: Demo) -> None:
    site = demo.running.stack.bundle.parent / "site.yaml"
    assert "has stopped" in run("start", site)
    assert "has stopped" in run("stop")
    assert run("stop") == ""
    with pytest.raises(api.ApiError):
        api.get(demo.shop)
