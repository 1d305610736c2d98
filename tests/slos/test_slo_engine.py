"""SLOs under promtool: their generated tests hold for whatever numbers a spec may choose."""

from pathlib import Path
from typing import Any

import pytest

from alerts.bundle import write_bundle
from alerts.conftest import processor_time
from ongrid_gen.ruletest import Promtool, run
from slos.sites import site_with_slo

pytestmark = pytest.mark.engine

HOSTILE = 'a"b\\c{d}}${e}{{ $x }}`f` é 결제/100%'
LATENCY = {"sli": "latency", "threshold_ms": 800}
METRICS = {"dimensions": [], "size": False, "exemplars": True, "max_active_series": 0,
           "service_graph": {"dimensions": [], "messaging_latency": True}}  # fmt: skip


def window(tier: str, long: str, short: str, budget: float) -> dict[str, Any]:
    """Return one pair of windows."""
    return {"tier": tier, "long": long, "short": short, "budget_pct": budget}


SHORT = [window("page", "5m", "90s", 5), window("ticket", "10m", "2m", 10)]
FAST = {"metrics": {**METRICS, "interval": "5s"}, "interval": "10s", "query_offset": "5s"}
SLOS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "latency": (LATENCY, {}),
    "latency, 60 s": ({**LATENCY, "threshold_ms": 60_000, "objective": 95}, {}),
    "latency, an operation": ({**LATENCY, "operation": "POST /v1/charge", "threshold_ms": 0.5}, {}),
    "99.99 %": ({"objective": 99.99}, {}),
    "99.999 %": ({"objective": 99.999, "min_errors": 1}, {}),
    "99 %": ({"objective": 99}, {}),
    "93.1 %": ({"objective": 93.1}, {}),
    "no guard": ({"min_errors": 0}, {}),
    "guard 1000": ({"min_errors": 1000}, {}),
    "28 days": ({"period": "28d"}, {}),
    "7 days": ({"period": "7d"}, {}),
    "90 days": ({"period": "90d", "objective": 99.95}, {}),
    "a day, short windows": ({"period": "1d", "windows": SHORT, "page_for": "30s", "ticket_for": "1m"}, FAST),
    "pages only": ({"windows": [window("page", "7h", "35m", 3)]}, {}),
    "tickets only": ({"windows": [window("ticket", "30d", "3d", 100)]}, {}),
    "equal pairs": ({"windows": [window("page", "1h", "5m", 2), window("page", "2h", "10m", 4)]}, {}),
    "for 0": ({"page_for": "0s", "ticket_for": "0s"}, {}),
    "odd for": ({"page_for": "47s", "ticket_for": "1h1s"}, {}),
    "an operation": ({"operation": "GET /{id}{", "span_kind": ["server"]}, {}),
    "hostile": ({"operation": HOSTILE, "labels": {"team": HOSTILE}}, {}),
    "hostile service": ({"service": HOSTILE}, {}),
    "every kind": ({"span_kind": ["server", "consumer", "client", "producer", "internal"]}, {}),
    "evaluated each 20s": ({}, {"interval": "20s", "query_offset": "0s"}),
    "evaluated each minute": (LATENCY, {"interval": "1m", "query_offset": "1s"}),
    "collected each minute": (LATENCY, {"metrics": {**METRICS, "interval": "1m"}, "interval": "45s"}),
    "offset 10m": ({}, {"query_offset": "10m"}),
}


@pytest.mark.parametrize(("slo", "changes"), SLOS.values(), ids=SLOS)
def test_the_generated_tests_pass(
    slo: dict[str, Any], changes: dict[str, Any], promtool: Promtool, tmp_path: Path
) -> None:
    results = run(write_bundle(site_with_slo(slo, **changes), tmp_path), promtool)
    assert results.failures == ()
    assert results.passed >= 12


def test_an_slo_takes_less_than_eight_seconds_of_a_processor(own_promtool: Promtool, tmp_path: Path) -> None:
    bundle = write_bundle(site_with_slo(), tmp_path)
    before = processor_time()
    assert run(bundle, own_promtool).failures == ()
    assert 1 < processor_time() - before < 8


def test_at_the_defaults_every_case_is_told() -> None:
    """A case that floating point would decide is left out; none of these may be."""
    from ongrid_gen.slos.files import rule_file

    site = site_with_slo()
    told = [test.name for tests in rule_file(site.slos[0], site).tests for test in tests.tests]
    assert len(told) == 37
    assert len(set(told)) == len(told)
