"""Every kind under promtool: its generated tests hold for whatever numbers a spec may choose."""

from pathlib import Path
from typing import Any

import pytest

from alerts.bundle import write_bundle
from alerts.sites import DEPENDENCY, ERRORS, LATENCY, site_with
from ongrid_gen.ruletest import Promtool, run

pytestmark = pytest.mark.engine

METRICS = {"dimensions": [], "size": False, "exemplars": True, "max_active_series": 0,
           "service_graph": {"dimensions": [], "messaging_latency": True}}  # fmt: skip
HOSTILE = 'a"b\\c{d}}${e}{{ $x }}`f` é 결제/100%'

LATENCIES = {
    "plain": {},
    "operation": {"operation": "POST /v1/charge"},
    "1 ms": {"threshold_ms": 1},
    "below 1 ms": {"threshold_ms": 0.5, "operation": "GET"},
    "2.007 s": {"threshold_ms": 2007},
    "1.5 ms": {"threshold_ms": 1.5},
    "a default bound": {"threshold_ms": 512},
    "the last default bound": {"threshold_ms": 16384},
    "60 s": {"threshold_ms": 60_000},
    "p50": {"quantile": "p50"},
    "p90": {"quantile": "p90", "threshold_ms": 250.5},
    "p99": {"quantile": "p99"},
    "p99.9": {"quantile": "p99.9"},
    "p99.9 1 ms 2m": {"quantile": "p99.9", "threshold_ms": 1, "window": "2m", "for": "20s"},
    "2m": {"window": "2m", "for": "15s"},
    "1h": {"window": "1h", "for": "10m"},
    "for 0": {"for": "0s"},
    "for 0, keep 0": {"for": "0s", "keep_firing_for": "0s"},
    "odd for and keep": {"for": "47s", "keep_firing_for": "1m1s"},
    "no guard": {"min_requests": 0},
    "guard 1": {"min_requests": 1},
    "guard 2": {"min_requests": 2},
    "guard 12345": {"min_requests": 12345},
    "one kind": {"span_kind": ["consumer"]},
    "every kind": {"span_kind": ["server", "consumer", "client", "producer", "internal"]},
    "hostile": {"operation": HOSTILE, "name": HOSTILE, "summary": HOSTILE, "labels": {"team": HOSTILE}},
    "braces": {"operation": "GET /{id}{", "summary": "{{ .Bogus }} {"},
}
RATES = {
    "plain": {},
    "0.1 %": {"threshold_pct": 0.1},
    "0.1 % or more": {"threshold_pct": 0.1, "operator": ">="},
    "0.037 %": {"threshold_pct": 0.037},
    "50 %": {"threshold_pct": 50},
    "50 % or more": {"threshold_pct": 50, "operator": ">="},
    "33.333 %": {"threshold_pct": 33.333, "operator": ">="},
    "6.1725 %": {"threshold_pct": 6.1725},
    "99.99 %": {"threshold_pct": 99.99},
    "100 %": {"threshold_pct": 100},
    "100 % or more": {"threshold_pct": 100, "operator": ">="},
    "operation": {"operation": "POST /v1/charge", "threshold_pct": 5},
    "2m": {"window": "2m", "for": "15s", "threshold_pct": 7},
    "1h": {"window": "1h", "for": "10m"},
    "for 0": {"for": "0s", "keep_firing_for": "0s"},
    "for 0 or more": {"for": "0s", "keep_firing_for": "0s", "operator": ">=", "threshold_pct": 3.3},
    "no guard": {"min_requests": 0},
    "guard 1": {"min_requests": 1, "threshold_pct": 30},
    "one kind": {"span_kind": ["client"]},
    "hostile": {"operation": HOSTILE, "name": HOSTILE, "summary": HOSTILE, "labels": {"team": HOSTILE}},
}
EDGES = {
    "plain": {},
    "or more": {"operator": ">="},
    "one client": {"client": "shop-web"},
    "one server": {"server": "payments-api"},
    "one edge": {"client": "shop-web", "server": "payments-api", "threshold_ratio": 0.5},
    "from outside": {"client": "user"},
    "a database": {"connection_type": "database", "server": "postgres"},
    "ratio 1": {"threshold_ratio": 1},
    "ratio 1 or more": {"threshold_ratio": 1.0, "operator": ">="},
    "0.001, 1h": {"threshold_ratio": 0.001, "window": "1h", "for": "0s"},
    "no guard": {"min_requests": 0, "window": "2m", "for": "0s"},
    "hostile": {"client": HOSTILE, "server": HOSTILE, "name": HOSTILE, "summary": HOSTILE},
}
SITES: dict[str, dict[str, Any]] = {
    "5s": {"interval": "5s"},
    "7s": {"interval": "7s", "query_offset": "11s"},
    "20s": {"interval": "20s", "query_offset": "0s"},
    "1m, offset 1s": {"interval": "1m", "query_offset": "1s"},
    "offset 10m": {"query_offset": "10m"},
    "collected each minute": {"metrics": {**METRICS, "interval": "1m"}, "interval": "45s"},
    "collected each 5s": {"metrics": {**METRICS, "interval": "5s"}},
}
CASES = [
    pytest.param({**base, **changes}, {}, id=f"{base['kind']}: {name}")
    for base, table in ((LATENCY, LATENCIES), (ERRORS, RATES), (DEPENDENCY, EDGES))
    for name, changes in table.items()
]
SITE_CASES = [
    pytest.param({**base, "window": "6m", "threshold_pct": 2.5, **extra}, changes, id=f"{base['kind']}: {name}")
    for base, extra in ((LATENCY, {"threshold_ms": 90}), (ERRORS, {}), (DEPENDENCY, {"operator": ">="}))
    for name, changes in SITES.items()
]
ONGRID = [
    pytest.param({**base, **changes}, {"style": "ongrid"}, id=f"ongrid {base['kind']}: {name}")
    for base, table in (
        (
            LATENCY,
            {name: LATENCIES[name] for name in ("plain", "operation", "1 ms", "60 s", "p50", "p99.9", "hostile")},
        ),
        (ERRORS, {name: RATES[name] for name in ("plain", "operation", "0.1 % or more", "100 %", "for 0", "hostile")}),
        (DEPENDENCY, {name: EDGES[name] for name in ("plain", "or more", "one edge", "a database", "hostile")}),
    )
    for name, changes in table.items()
]


@pytest.mark.parametrize(("alert", "changes"), [*CASES, *SITE_CASES, *ONGRID])
def test_the_generated_tests_pass(
    alert: dict[str, Any], changes: dict[str, Any], promtool: Promtool, tmp_path: Path
) -> None:
    bundle = write_bundle(site_with(alert, **changes), tmp_path)
    results = run(bundle, promtool)
    assert results.passed > 0
    assert results.failures == ()
