"""The metric kinds under promtool: their generated tests hold for whatever numbers a spec may choose."""

from pathlib import Path
from typing import Any

import pytest

from alerts.bundle import write_bundle
from alerts.sites import metric_alert, site_with
from ongrid_gen.ruletest import Promtool, run

pytestmark = pytest.mark.engine

HOSTILE = 'a"b\\c{d}}${e}{{ $x }}`f` é 결제/100%'
CPU = {"metric": "cpu_pct", "operator": ">", "threshold": 90}
MEM = {"metric": "mem_pct", "operator": ">=", "threshold": 80.5}
DISK = {"metric": "disk_avail_bytes", "operator": "<", "threshold": 1_000_000_000}
THRESHOLDS: dict[str, dict[str, Any]] = {
    "one": {"conditions": [CPU]},
    "a window": {"conditions": [{**CPU, "window": "5m"}]},
    "all": {"conditions": [{**CPU, "window": "5m"}, MEM]},
    "any": {"conditions": [{**CPU, "window": "5m", "aggregator": "max"}, DISK], "match": "any"},
    "three": {"conditions": [CPU, MEM, {**DISK, "window": "3m", "aggregator": "min"}]},
    "three, any": {"conditions": [CPU, MEM, {**DISK, "operator": "<="}], "match": "any"},
    "last": {"conditions": [{**MEM, "window": "4m", "aggregator": "last"}]},
    "between": {"conditions": [CPU, {**CPU, "operator": "<", "threshold": 95}]},
    "equal": {"conditions": [{**CPU, "operator": "==", "threshold": 0}]},
    "not equal": {"conditions": [{**CPU, "operator": "!=", "threshold": 1.25}]},
    "negative": {"conditions": [{"expr": "x - y", "operator": "<", "threshold": -0.001, "window": "90s"}]},
    "no for": {"conditions": [{**CPU, "window": "2m"}], "for": "0s"},
    "odd for and keep": {"conditions": [{**CPU, "window": "7m"}], "for": "47s", "keep_firing_for": "1m1s"},
    "by others": {"conditions": [CPU, MEM], "by": ["instance", "job"]},
    "hostile": {"conditions": [{**MEM, "selector": {"job": HOSTILE}}], "name": HOSTILE, "summary": HOSTILE,
                "labels": {"team": HOSTILE}},
    "selector text": {"conditions": [{**DISK, "selector": '{mountpoint=~"/data|/var", fstype!="tmpfs"}'}]},
    "long window": {"conditions": [{**CPU, "window": "1d"}], "for": "10m"},
}  # fmt: skip
ANOMALIES: dict[str, dict[str, Any]] = {
    "zscore": {},
    "mad": {"method": "mad"},
    "mad, other numbers": {"method": "mad", "baseline_window": "35m", "ignore_last": "4m", "deviation": 2, "floor": 0.7,
                           "min_samples": 11},
    "other numbers": {"metric": "disk_avail_bytes", "baseline_window": "33m", "ignore_last": "4m", "deviation": 2.5},
    "small floor": {"expr": "sum by (device_id) (x)", "floor": 0.001, "min_samples": 1},
    "full history": {"min_samples": 120},
    "nothing ignored but one": {"ignore_last": "30s", "for": "0s"},
    "keep": {"keep_firing_for": "10m", "for": "1m"},
    "long": {"baseline_window": "1d", "ignore_last": "1h"},
    "long mad": {"baseline_window": "12h", "ignore_last": "1h", "method": "mad"},
}  # fmt: skip
FORECASTS: dict[str, dict[str, Any]] = {
    "falls": {},
    "falls or equal": {"operator": "<=", "threshold": 1_000_000_000},
    "rises": {"metric": "mem_pct", "operator": ">", "threshold": 95, "predict_seconds": 3600},
    "rises or equal": {"metric": "load5", "operator": ">=", "threshold": 0.5, "fit_window": "30m", "min_samples": 2},
    "full": {"min_samples": 120, "for": "0s"},
    "short ahead": {"predict_seconds": 60, "fit_window": "10m", "keep_firing_for": "5m"},
    "long": {"fit_window": "1d", "predict_seconds": 604_800},
}
RAW: dict[str, dict[str, Any]] = {
    "plain": {"expr": 'node_load1{job="node"} > 3'},
    "aggregated": {"expr": "max by (instance) (node_load1) <= 0.5"},
    "absent": {"expr": 'absent(up{job="node"})'},
    "always": {"expr": "(sum(rate(x[5m])) or vector(0)) == 0"},
    "joined": {"expr": "x > 1\nand on (a) # why\ny < 2"},
    "raw string": {"expr": "x{a=~`\\d+`} > 1"},
    "hostile": {"expr": 'x{a="{{ .Bogus }} 결제 \\"q\\""} > 1', "name": HOSTILE, "summary": HOSTILE},
}
SITES: dict[str, dict[str, Any]] = {
    "7s": {"interval": "7s", "query_offset": "11s"},
    "20s, no offset": {"interval": "20s", "query_offset": "0s"},
    "1m, offset 1s": {"interval": "1m", "query_offset": "1s"},
}
TABLES = (
    ("metric_threshold", {}, THRESHOLDS),
    ("metric_anomaly", {"metric": "cpu_pct"}, ANOMALIES),
    ("metric_forecast", {"metric": "disk_avail_bytes", "operator": "<", "threshold": 0}, FORECASTS),
    ("metric_raw", {}, RAW),
)  # fmt: skip
CASES = [
    pytest.param({"kind": kind, **base, **changes}, {}, id=f"{kind}: {name}")
    for kind, base, table in TABLES
    for name, changes in table.items()
]
SITE_CASES = [
    pytest.param({"kind": kind, **base, **next(iter(table.values()))}, changes, id=f"{kind}: {name}")
    for kind, base, table in TABLES
    for name, changes in SITES.items()
]


@pytest.mark.parametrize(("alert", "changes"), CASES + SITE_CASES)
def test_the_generated_tests_pass(
    alert: dict[str, Any], changes: dict[str, Any], promtool: Promtool, tmp_path: Path
) -> None:
    result = run(write_bundle(site_with(metric_alert(**alert), **changes), tmp_path), promtool)
    assert not result.failures
