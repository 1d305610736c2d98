"""What traffic means to what a drill can expect something of: alerts of every kind that requests can fire, and SLOs."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ongrid_gen.alerts.drills import Drilling
from ongrid_gen.commands.drill import default_drill
from ongrid_gen.drill.targets import target, target_names
from ongrid_gen.errors import CommandError
from support import site_of

SITE = site_of("""
version: 1
site: demo
services: [{name: pay, operations: [POST /charge]}, {name: web}]
prometheus: {retention: 30d}
alerts:
  - {name: Slow, kind: trace_latency, service: pay, operation: POST /charge, threshold_ms: 800}
  - {name: Failing, kind: trace_error_rate, service: pay, threshold_pct: 5}
  - {name: Calls, kind: service_dependency_error_rate, client: web, server: pay, threshold_ratio: 0.05}
  - {name: Silent, kind: trace_absent, service: pay}
  - {name: Fewer, kind: trace_throughput_drop, service: pay, compare_to: 15m}
  - {name: Load, kind: metric_raw, expr: "up == 0"}
slos:
  - {name: ok, service: pay, objective: 99, sli: errors}
  - {name: fast, service: pay, operation: POST /charge, objective: 99, sli: latency, threshold_ms: 800}
""")
DRILLED = [name for name in target_names(SITE) if name != "Load"]


def known(name: str) -> Drilling:
    found = target(SITE, name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", DRILLED)
def test_the_drill_that_is_made_up_for_it_fires_it(name: str) -> None:
    one = known(name)
    drill = one.default()
    assert (name,) == drill.firing
    assert one.watches(drill)
    soon, late = one.earliest(drill, fresh=True), one.earliest(drill, fresh=False)
    assert soon is not None
    assert late is not None
    assert soon.total <= late.total + SITE.metrics.interval
    assert one.recovery().total > 0


@pytest.mark.parametrize("name", DRILLED)
def test_it_does_not_watch_the_requests_of_another_service(name: str) -> None:
    one = known(name)
    drill = replace(one.default(), service="web", client="pay")
    assert not one.watches(drill)
    assert one.earliest(drill, fresh=True) is None


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("Slow", {"duration": Decimal("0.8")}),
        ("Failing", {"error_percent": Decimal(5)}),
        ("Failing", {"rate": 0}),
        ("Calls", {"client": None}),
        ("Silent", {"rate": 1}),
        ("Silent", {"before_rate": 0}),
        ("Fewer", {"rate": 20}),
        ("Fewer", {"before_rate": 0}),
        ("ok/page", {"error_percent": Decimal(6)}),
        ("ok/ticket", {"error_percent": Decimal(1)}),
        ("ok/page", {"rate": 0}),
        ("fast/page", {"duration": Decimal("0.8")}),
        ("fast/page", {"operation": "GET /other"}),
    ],
)
def test_traffic_that_is_not_over_the_threshold_never_fires_it(name: str, changed: dict[str, object]) -> None:
    one = known(name)
    drill = replace(one.default(), **changed)  # type: ignore[arg-type]
    assert one.earliest(drill, fresh=False) is None
    assert one.says(drill)


def test_a_burn_rate_wants_as_many_bad_requests_as_the_spec_asks_for() -> None:
    site = site_of("""
version: 1
site: demo
services: [{name: pay}]
prometheus: {retention: 30d}
slos: [{name: ok, service: pay, objective: 99, sli: errors, min_errors: 1000000}]
""")
    one = target(site, "ok/page")
    assert one is not None
    assert one.earliest(one.default(), fresh=True) is None
    assert one.earliest(replace(one.default(), rate=200), fresh=True) is not None


def test_a_short_history_is_soon_outweighed() -> None:
    one = known("ok/ticket")
    drill = replace(one.default(), before_rate=20, before_for=Decimal(60))
    soon, late = one.earliest(drill, fresh=True), one.earliest(drill, fresh=False)
    assert soon is not None
    assert late is not None
    assert soon.total < late.total


@pytest.mark.parametrize("name", ["Load", "ok", "ok/", "ok/pages", "no/page", "/page", ""])
def test_what_requests_cannot_fire_is_no_target(name: str) -> None:
    assert target(SITE, name) is None


def test_both_tiers_of_an_slo_are_named() -> None:
    assert ["ok/page", "ok/ticket", "fast/page", "fast/ticket"] == target_names(SITE)[-4:]


def test_the_drill_made_up_for_a_ticket_leaves_its_page_quiet() -> None:
    ticket, page = known("ok/ticket"), known("ok/page")
    assert page.earliest(ticket.default(), fresh=False) is None
    assert not ticket.muted_by(ticket.default())
    assert ticket.muted_by(page.default()) == "ok/page"
    assert not page.muted_by(page.default())


def test_a_ticket_whose_requests_page_as_well_is_not_drilled() -> None:
    assert known("fast/ticket").muted_by(known("fast/ticket").default()) == "fast/page"
    with pytest.raises(CommandError, match=r"fire `fast/page` as well, which mutes it; drill `fast/page`"):
        default_drill(SITE, "fast/ticket")
