"""The drills that `ongrid-gen drill` makes up for alerts that compare with the past, on the real stack.

Requests stop, or become fewer: the alert fires, is delivered, and resolves when the requests are back.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integration.conftest import Running, stack_of
from ongrid_gen.alerts.drills import drilling_of
from ongrid_gen.drill.run import Outcome, Run
from ongrid_gen.model import Alert

pytestmark = pytest.mark.integration

LABELS = {
    "OrdersSilent": {"service": "orders-api", "service_name": "orders-api", "affects": "orders-api",
                     "severity": "critical", "owner": "team-orders", "kind": "trace_absent"},
    "StockFell": {"service": "stock-api", "service_name": "stock-api", "affects": "stock-api",
                  "severity": "warning", "kind": "trace_throughput_drop"},
}  # fmt: skip


@pytest.fixture(scope="module")
def drilled(scratch: Path, stand_ins: bool) -> Iterator[tuple[Running, dict[str, Outcome]]]:
    with stack_of("drills.yaml", scratch, stand_ins=stand_ins) as running, ThreadPoolExecutor() as pool:

        def run(alert: Alert) -> Outcome:
            drilling = drilling_of(alert)
            assert drilling is not None
            stack = running.stack
            (outcome,) = Run(stack, drilling.default(alert, running.site), running.sink, print, stack.prometheus).run()
            return outcome

        yield running, {outcome.alert: outcome for outcome in pool.map(run, running.site.alerts)}


@pytest.mark.parametrize("name", list(LABELS))
def test_the_drill_fires_is_delivered_and_resolves(drilled: tuple[Running, dict[str, Outcome]], name: str) -> None:
    outcome = drilled[1][name]
    assert not outcome.failed, outcome.why
    assert outcome.hops["firing"] <= outcome.hops["delivered"] < outcome.hops["resolved"]


@pytest.mark.parametrize("name", list(LABELS))
@pytest.mark.parametrize("status", ["firing", "resolved"])
def test_beginning_and_end_are_delivered_with_the_labels(
    drilled: tuple[Running, dict[str, Outcome]], status: str, name: str
) -> None:
    found = drilled[0].sink.found(status, {"alertname": name}, 0)
    assert found is not None
    assert LABELS[name] == {key: found.labels.get(key) for key in LABELS[name]}
