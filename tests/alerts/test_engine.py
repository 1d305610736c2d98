"""Every kind under promtool: its generated tests hold for whatever numbers a spec may choose."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.bundle import write, write_bundle
from alerts.conftest import processor_time
from alerts.sites import ABSENT, DEPENDENCY, DROP, ERRORS, LATENCY, site_with
from ongrid_gen.alerts.timing import earliest
from ongrid_gen.ruletest import Promtool, run
from ongrid_gen.units import format_duration, parse_duration

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
    "or more": {"operator": ">="},
    "p99.9 or more": {"quantile": "p99.9", "threshold_ms": 250, "operator": ">="},
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
ABSENTS = {
    "plain": {},
    "after seen": {"expect": "after_seen"},
    "after seen, 30m": {"expect": "after_seen", "seen_within": "30m"},
    "after seen, operation": {"expect": "after_seen", "seen_within": "47m", "operation": "POST /v1/charge"},
    "operation": {"operation": "POST /v1/charge"},
    "2m": {"window": "2m", "for": "15s"},
    "1h": {"window": "1h", "for": "30m"},
    "for 0": {"for": "0s"},
    "for 0, keep": {"for": "0s", "keep_firing_for": "3m"},
    "odd": {"window": "7m13s", "for": "1m7s", "keep_firing_for": "41s", "expect": "after_seen", "seen_within": "33m"},
    "one kind": {"span_kind": ["consumer"]},
    "hostile": {"operation": HOSTILE, "name": HOSTILE, "summary": HOSTILE, "labels": {"team": HOSTILE},
                "expect": "after_seen", "seen_within": "1h"},
}  # fmt: skip
DROPS = {
    "plain": {},
    "or more": {"operator": ">="},
    "30 %": {"drop_pct": 30},
    "30 % or more": {"drop_pct": 30, "operator": ">="},
    "33.3 % or more": {"drop_pct": 33.3, "operator": ">="},
    "99.9 %": {"drop_pct": 99.9},
    "0.5 %": {"drop_pct": 0.5},
    "operation": {"operation": "POST /v1/charge"},
    "short": {"window": "2m", "compare_to": "10m", "for": "15s"},
    "half a day": {"compare_to": "12h"},
    "odd": {"window": "4m7s", "compare_to": "31m11s", "for": "37s", "keep_firing_for": "1m1s", "drop_pct": 71},
    "for 0": {"for": "0s", "keep_firing_for": "0s"},
    "no guard": {"min_requests": 0},
    "no guard or more": {"min_requests": 0, "operator": ">="},
    "guard 1": {"min_requests": 1},
    "guard 12345": {"min_requests": 12345},
    "never fires": {"compare_to": "5m", "for": "10m"},
    "one kind": {"span_kind": ["client"]},
    "hostile": {"operation": HOSTILE, "name": HOSTILE, "summary": HOSTILE, "labels": {"team": HOSTILE}},
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
    for base, table in ((LATENCY, LATENCIES), (ERRORS, RATES), (DEPENDENCY, EDGES), (ABSENT, ABSENTS), (DROP, DROPS))
    for name, changes in table.items()
]
SITE_CASES = [
    pytest.param({**base, "window": "6m", "threshold_pct": 2.5, **extra}, changes, id=f"{base['kind']}: {name}")
    for base, extra in (
        (LATENCY, {"threshold_ms": 90}),
        (ERRORS, {}),
        (DEPENDENCY, {"operator": ">="}),
        (ABSENT, {}),
        (ABSENT, {"expect": "after_seen", "seen_within": "30m"}),
        (DROP, {"operator": ">="}),
    )
    for name, changes in SITES.items()
]
ONGRID = [
    pytest.param({**base, **changes}, {"style": "ongrid"}, id=f"ongrid {base['kind']}: {name}")
    for base, table in (
        (
            LATENCY,
            {
                name: LATENCIES[name]
                for name in ("plain", "operation", "or more", "1 ms", "60 s", "p50", "p99.9", "hostile")
            },
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


def test_five_alerts_and_the_stack_take_less_than_twelve_seconds_of_a_processor(
    own_promtool: Promtool, tmp_path: Path
) -> None:
    five = [{**LATENCY, "operation": "POST /v1/charge"}, LATENCY, ERRORS, {**ERRORS, "operation": "GET /"}, DEPENDENCY]
    bundle = write_bundle(site_with(*five), tmp_path)
    before = processor_time()
    assert run(bundle, own_promtool).failures == ()
    assert 1 < processor_time() - before < 12


@pytest.mark.parametrize("changes", [{}, {"interval": "10s", "query_offset": "5s"}], ids=["default", "fast"])
@pytest.mark.parametrize("share", ["1", "0.5", "0.2"])
@pytest.mark.parametrize("base", [LATENCY, ERRORS, DEPENDENCY, {**LATENCY, "quantile": "p90"}])
def test_the_earliest_time_is_what_promtool_sees(
    base: dict[str, Any], share: str, changes: dict[str, Any], promtool: Promtool, tmp_path: Path
) -> None:
    """Steady good traffic turns bad for this share. Batches are no matter here: the counters are given."""
    site = site_with(base, **changes)
    bundle = write_bundle(site, tmp_path)
    (path,) = (bundle / "prometheus" / "tests").glob("*.yaml")
    content = yaml.safe_load(path.read_text())
    story = next(test for test in content["tests"] if "a little above" in test["name"])
    step, alert = parse_duration(story["interval"]), site.alerts[0]
    steps = int(alert.window / step) + 2
    for one in story["input_series"]:
        one["values"] = turning(one["series"], steps, Decimal(share))
    timing = earliest(alert, site, Decimal(share))
    assert timing is not None
    due = step * steps + timing.total
    slack = step + site.alerting.interval * 2 + site.metrics.interval + 2
    early = {"eval_time": format_duration(due - slack), "alertname": alert.name, "exp_alerts": []}
    fires = {"eval_time": format_duration(due), "alertname": alert.name, "exp_alerts": [{"exp_labels": {"any": "one"}}]}
    write(path, {**content, "tests": [{**story, "alert_rule_test": [early, fires]}]})
    (failure,) = run(bundle, promtool).failures
    assert f"time: {early['eval_time']}," not in failure.message, "fires earlier than it can"
    assert "got:[\n" in failure.message, "does not fire in time"


def turning(series: str, steps: int, share: Decimal) -> str:
    """Return the counter of a series when 1000 requests a step turn bad for this share after some steps."""
    bad = int(1000 * share)
    bad_only = "STATUS_CODE_ERROR" in series or "failed" in series
    good_only = 'le="0.8"' in series or "STATUS_CODE_UNSET" in series
    before, after = (0, bad) if bad_only else (1000, 1000 - bad if good_only else 1000)
    base = 1_000_000
    return f"{base}+{before}x{steps} {base + before * steps + after}+{after}x400"
