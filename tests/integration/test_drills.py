"""Drills of alerts that compare with the past, and of burn rates, on the real stack.

Requests stop, become fewer, slow or fail: the alert fires, is delivered, and resolves when the requests are well again.
A page stays quiet while only a ticket is due.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integration.conftest import Running, stack_of
from ongrid_gen.alerts.drills import drilling_of
from ongrid_gen.drill.run import Outcome, Run
from ongrid_gen.model import Drill, Site
from ongrid_gen.runtime import api
from ongrid_gen.slos.burn import slow_step

pytestmark = pytest.mark.integration

LABELS = {
    "OrdersSilent": {"service": "orders-api", "service_name": "orders-api", "affects": "orders-api",
                     "severity": "critical", "owner": "team-orders", "kind": "trace_absent"},
    "StockFell": {"service": "stock-api", "service_name": "stock-api", "affects": "stock-api",
                  "severity": "warning", "kind": "trace_throughput_drop"},
    "pay/page": {"alertname": "SLOBurnRatePage", "slo": "pay", "tier": "page", "service": "pay-api",
                 "service_name": "pay-api", "severity": "critical", "owner": "team-pay", "kind": "slo_burn_rate"},
    "cart/ticket": {"alertname": "SLOBurnRateTicket", "slo": "cart", "tier": "ticket", "severity": "warning"},
}  # fmt: skip


@pytest.fixture(scope="module")
def drilled(scratch: Path, stand_ins: bool) -> Iterator[tuple[Running, dict[str, Outcome]]]:
    with stack_of("drills.yaml", scratch, stand_ins=stand_ins) as running, ThreadPoolExecutor() as pool:

        def run(drill: Drill) -> list[Outcome]:
            return Run(running.stack, drill, running.sink, print, running.stack.prometheus).run()

        drills = [*made_up(running.site), *running.site.drills]
        yield running, {outcome.alert: outcome for outcomes in pool.map(run, drills) for outcome in outcomes}


def made_up(site: Site) -> Iterator[Drill]:
    """Yield the drills that `ongrid-gen drill` makes up for the alerts."""
    for alert in site.alerts:
        drilling = drilling_of(alert, site)
        assert drilling is not None
        yield drilling.default()


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
    known = {"alertname": name} if "/" not in name else {key: LABELS[name][key] for key in ("alertname", "slo")}
    found = drilled[0].sink.found(status, known, 0)
    assert found is not None
    assert LABELS[name] == {key: found.labels.get(key) for key in LABELS[name]}


@pytest.mark.parametrize("name", list(LABELS))
def test_it_fires_when_the_sum_says(drilled: tuple[Running, dict[str, Outcome]], name: str) -> None:
    """Never much later, or the drill would have failed; and hardly sooner: the sum counts every wait in full, and takes
    the recorded rates of a young series for smoother than they are."""
    running, outcomes = drilled
    site, outcome = running.site, outcomes[name]
    summed = name == "cart/ticket"  # its long window is
    waits = 2 * site.gateway.batch_timeout + site.metrics.interval + site.alerting.interval + summed * slow_step(site)
    print(f"{name}: earliest possible {outcome.earliest:.1f} s, fired after {outcome.hops['firing']:.1f} s")
    assert 0.85 * float(outcome.earliest - waits) <= outcome.hops["firing"]


def test_the_page_is_quiet_while_a_ticket_is_due(drilled: tuple[Running, dict[str, Outcome]]) -> None:
    running, outcomes = drilled
    assert not outcomes["cart/page"].failed, outcomes["cart/page"].why
    assert running.sink.found("firing", {"alertname": "SLOBurnRatePage", "slo": "cart"}, 0) is None


def test_no_group_of_rules_counts_as_stalled_before_its_first_turn(drilled: tuple[Running, dict[str, Outcome]]) -> None:
    """Groups with an interval of 4m wait that long after a start."""
    fired = 'count_over_time(ALERTS{alertname="RuleGroupStalled"}[1h])'
    assert api.promql(drilled[0].stack.prometheus, fired) == []
