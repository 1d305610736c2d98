import json
from typing import Any

import pytest

from ongrid_gen.importer import RulesError, import_rules

# The two rules of the seeds, as they are printed there.
LATENCY = {
    "kind": "trace_latency",
    "scope_type": "global",
    "conditions_json": {
        "service": "payments-api",
        "operation": "POST /v1/charge",
        "quantile": "p95",
        "window": "5m",
        "threshold_ms": 800,
    },
}
ERRORS = {
    "kind": "trace_error_rate",
    "scope_type": "global",
    "conditions_json": {"service": "payments-api", "window": "5m", "operator": ">", "threshold_pct": 1.0},
}


def changed(rule: dict[str, Any], conditions: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"name": "A", **rule, **keys, "conditions_json": {**rule["conditions_json"], **(conditions or {})}}


def one(rule: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    found = import_rules(json.dumps([rule]))
    (alert,) = found.alerts
    return alert, found.notes


def refused(rule: Any) -> str:
    found = import_rules(json.dumps([rule]))
    assert found.alerts == []
    (note,) = found.notes
    return note


def test_the_rules_of_the_seeds_come_over_unchanged() -> None:
    found = import_rules(json.dumps([{**LATENCY, "rule_key": "charge_slow"}, {**ERRORS, "name": "결제 오류"}]))
    assert found.alerts == [
        {"name": "ChargeSlow", "kind": "trace_latency", "service": "payments-api", "operation": "POST /v1/charge",
         "quantile": "p95", "window": "5m", "threshold_ms": 800, "severity": "warning"},
        {"name": "결제 오류", "kind": "trace_error_rate", "service": "payments-api", "window": "5m", "operator": ">",
         "threshold_pct": 1.0, "severity": "warning"},
    ]  # fmt: skip


def test_conditions_may_be_json_text_as_the_database_holds_them() -> None:
    alert, _ = one({**LATENCY, "name": "A", "conditions_json": json.dumps(LATENCY["conditions_json"])})
    assert alert["threshold_ms"] == 800


@pytest.mark.parametrize("written", ["p90", "p99.9", "95", 0.9])
def test_an_unknown_quantile_is_the_p95_that_ongrid_made_of_it_and_is_said(written: Any) -> None:
    alert, notes = one(changed(LATENCY, {"quantile": written}))
    assert alert["quantile"] == "p95"
    assert any(repr(written) in note and "evaluated as p95" in note for note in notes)


def test_a_quantile_as_a_number_keeps_its_meaning() -> None:
    assert one(changed(LATENCY, {"quantile": 0.99}))[0]["quantile"] == "p99"


def test_a_missing_operator_is_what_the_evaluator_did_not_what_the_preview_showed() -> None:
    alert, notes = one(changed(ERRORS, {"operator": None}))
    assert alert["operator"] == ">"
    assert any("preview showed `>=`" in note for note in notes)


def test_names_come_from_the_rule_key_then_from_what_is_watched() -> None:
    found = import_rules(json.dumps([{**LATENCY, "rule_key": "charge_p95_slow"}, ERRORS, ERRORS]))
    assert [alert["name"] for alert in found.alerts] == [
        "ChargeP95Slow",
        "PaymentsApiTraceErrorRate",
        "PaymentsApiTraceErrorRate 3",
    ]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("text", "no JSON object"),
        ({"kind": "log_match", "conditions_json": {}}, "reads logs"),
        ({"kind": "gauge", "conditions_json": {}}, "cannot render the kind 'gauge'"),
        ({"kind": "trace_latency"}, "no conditions_json object"),
        ({"kind": "trace_latency", "conditions_json": "{"}, "but no JSON"),
        (changed(LATENCY, {"service": ""}), "names no service"),
        (changed(LATENCY, {"threshold_ms": 0}), "a number above 0"),
        (changed(LATENCY, {"threshold_ms": "soon"}), "a number above 0"),
        (changed(ERRORS, {"threshold_pct": True}), "a number above 0"),
        (changed(ERRORS, {"threshold_pct": 101}), "never fired"),
        (changed(ERRORS, {"operator": "<"}), "only > and >="),
        (changed(LATENCY, {"window": "five minutes"}), "Prometheus duration"),
        (changed(LATENCY, {"operation": "a\nb"}), "control characters"),
        (changed(LATENCY, enabled=False), "disabled"),
    ],
)
def test_what_cannot_run_is_left_out_with_the_reason(rule: Any, why: str) -> None:
    note = refused(rule)
    assert why in note
    assert "rule 1" in note
    assert "left out" in note


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (changed(LATENCY, {"colour": "red"}), "condition `colour` is left out"),
        (changed(LATENCY, runbook_url="https://x"), "`runbook_url` is left out"),
        (changed(LATENCY, labels={"service": "x"}), "label `service` is left out"),
        (changed(LATENCY, labels={"a-b": "x"}), "label `a-b` is left out"),
        (changed(LATENCY, labels=[1]), "labels are no JSON object"),
        (changed(LATENCY, severity="fatal"), "severity 'fatal'"),
        (changed(LATENCY, scope_type="host"), "scope_type 'host'"),
        (changed(LATENCY, {"operator": "<"}), "operator '<'"),
        (changed(LATENCY, {"threshold_ms": "800"}), "is a number now"),
        (changed(ERRORS, {"operation": "GET /"}), "did not read it"),
        (changed(LATENCY, name="a\nb"), "control characters"),
    ],
)
def test_everything_that_is_changed_is_said(rule: dict[str, Any], said: str) -> None:
    _, notes = one(rule)
    assert any(said in note for note in notes), notes


CPU = {"metric": "cpu_pct", "operator": ">", "threshold": 90, "window": "5m", "for": "5m", "aggregator": "avg"}
DISK = {"metric": "disk_avail_bytes", "selector": '{mountpoint="/data"}', "operator": "<", "threshold": "1000"}
GOOD = (
    'sum(rate(traces_spanmetrics_calls_total{service_name="payments-api",status_code!="STATUS_CODE_ERROR"}[$window]))'
)
EVERY = 'sum(rate(traces_spanmetrics_calls_total{service_name="payments-api"}[$window]))'
FAST = 'sum(rate(traces_spanmetrics_latency_bucket{service_name="payments-api",le="0.5"}[$window]))'
COUNT = 'sum(rate(traces_spanmetrics_latency_count{service_name="payments-api"}[$window]))'
BURNS = [{"window": "1h", "multiplier": 14.4}]
METRICS = [
    {"name": "Cpu", "kind": "metric_threshold", "join_mode": "any", "conditions_json": [CPU, DISK]},
    {"name": "Odd", "kind": "metric_anomaly", "conditions_json": {
        "metric": "mem_pct", "selector": "", "method": "mad", "baseline_window": "1h", "baseline_step": "5m",
        "deviation": 3, "for_seconds": 600}},
    {"name": "Full", "kind": "metric_forecast", "conditions_json": {
        "metric": "disk_avail_bytes", "selector": "mountpoint=\"/\"", "fit_window": "1h", "predict_seconds": 21600,
        "operator": "<=", "threshold": 0, "for_seconds": 300}},
    {"name": "Raw", "kind": "metric_raw", "labels_json": '{"team": "x"}', "runbook_url": "https://x",
     "notify_min_fires": 2, "conditions_json": {"expr": "node_load1 > 3"}},
    {"name": "Burn", "kind": "metric_burn_rate", "conditions_json": {"sli": f"{GOOD} / {EVERY}", "slo": 0.999,
                                                                    "burns": BURNS}},
    {"name": "결제 빠름", "kind": "metric_burn_rate", "conditions_json": {"sli": f"{FAST} / {COUNT}", "slo": 99.5,
                                                                        "burns": BURNS}},
]  # fmt: skip


def test_metric_kinds_come_over_with_what_they_mean_here() -> None:
    cpu, odd, full, raw = import_rules(json.dumps(METRICS)).alerts
    assert (cpu["match"], cpu["for"]) == ("any", "5m")
    assert cpu["conditions"] == [
        {"metric": "cpu_pct", "operator": ">", "threshold": 90, "window": "5m", "aggregator": "avg"},
        {"metric": "disk_avail_bytes", "selector": '{mountpoint="/data"}', "operator": "<", "threshold": 1000,
         "aggregator": "avg"},
    ]  # fmt: skip
    assert (odd["for"], odd["ignore_last"], odd["method"]) == ("10m", "10m30s", "mad")
    assert (full["for"], full["predict_seconds"], full["selector"]) == ("5m", 21600, 'mountpoint="/"')
    assert (raw["expr"], raw["labels"]) == ("node_load1 > 3", {"team": "x"})


def test_a_burn_rate_over_our_span_metrics_is_an_slo() -> None:
    assert import_rules(json.dumps(METRICS)).slos == [
        {"name": "burn", "service": "payments-api", "objective": 99.9, "sli": "errors"},
        {"name": "slo", "service": "payments-api", "objective": 99.5, "sli": "latency", "threshold_ms": 500},
    ]


@pytest.mark.parametrize(
    ("kind", "conditions", "why"),
    [
        ("metric_raw", {"expr": "x > > 1"}, "no PromQL, at character 5"),
        ("metric_raw", {"expr": "sum(x)"}, "compares nothing"),
        ("metric_raw", {}, "has no expr"),
        ("metric_threshold", [], "no list of conditions"),
        ("metric_threshold", [{**CPU, "metric": "gpu_pct"}], "its metric is 'gpu_pct'"),
        ("metric_threshold", [{**CPU, "operator": "~"}], "its operator is '~'"),
        ("metric_threshold", [{**CPU, "threshold": None}], "has no threshold"),
        ("metric_threshold", [{**CPU, "selector": "{a=b}"}], "its selector is no PromQL"),
        ("metric_anomaly", {"metric": "load1", "method": "iqr"}, "its method is 'iqr'"),
        ("metric_forecast", {"metric": "load1", "operator": "==", "threshold": 1}, "its operator is '=='"),
        ("metric_forecast", {"metric": "load1", "operator": ">", "threshold": 1, "for_seconds": 0.5}, "whole number"),
        ("metric_burn_rate", {"sli": "a / b", "slo": 99.9}, "write an entry of `slos`"),
        ("metric_burn_rate", {"sli": f"{GOOD} / {EVERY}", "slo": 100}, "no expression and per cent"),
    ],
)
def test_a_metric_alert_that_cannot_run_is_left_out_with_the_reason(kind: str, conditions: Any, why: str) -> None:
    assert why in refused({"name": "A", "kind": kind, "conditions_json": conditions})


@pytest.mark.parametrize(
    "said",
    ["for_seconds is `for` now", "baseline_step is left out", "is no anomaly now", "moves towards its threshold",
     "`runbook_url` is left out", "`notify_min_fires` is left out", "its burns are left out", "was the text '1000'",
     "its selector stays", "`prometheus.scrape` must have", "the SLO is called burn"],
)  # fmt: skip
def test_what_is_changed_in_metric_alerts_is_said(said: str) -> None:
    assert any(said in note for note in import_rules(json.dumps(METRICS)).notes)


def test_a_big_mixed_export_passes_the_schema_and_every_check() -> None:
    support = pytest.importorskip("support")
    yaml = pytest.importorskip("yaml")
    rules = [LATENCY, ERRORS, *METRICS, {"kind": "log_match", "conditions_json": {}}]
    found = import_rules(json.dumps([{**rule, "name": f"{rule.get('name', 'Rule')} {number}"}
                                     for number, rule in enumerate(rules * 10)]))  # fmt: skip
    assert (len(found.alerts), len(found.slos)) == (60, 20)
    spec = {
        "version": 1, "site": "demo", "alerts": found.alerts, "slos": found.slos,
        "services": [{"name": "payments-api", "operations": ["POST /v1/charge"]}],
        "prometheus": {"scrape": [{"job": "node", "targets": ["node-1:9100"]}], "retention": "60d"},
    }  # fmt: skip
    assert [problem for problem in support.problems_of(yaml.safe_dump(spec)) if problem.severity == "error"] == []


def test_labels_come_over() -> None:
    alert, _ = one(changed(LATENCY, labels={"team": "payments", "floor": 1}))
    assert alert["labels"] == {"team": "payments", "floor": "1"}


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("<html>", "save the answer of Ongrid's rules API"),
        ('{"items": []}', "jq .items"),
        ('{"kind": "trace_latency"}', "put [ and ] around it"),
        ('"rules"', "an export looks like"),
        ("", "no JSON"),
    ],
)
def test_what_is_no_export_is_an_error_that_tells_the_way_out(text: str, way_out: str) -> None:
    with pytest.raises(RulesError, match=way_out.replace("[", r"\[").replace("]", r"\]")):
        import_rules(text)


def test_an_empty_export_gives_nothing() -> None:
    found = import_rules("[]")
    assert (found.alerts, found.notes) == ([], [])


def test_what_is_imported_passes_the_schema_and_every_check() -> None:
    support = pytest.importorskip("support")
    yaml = pytest.importorskip("yaml")
    found = import_rules(json.dumps([LATENCY, ERRORS, changed(LATENCY, {"quantile": "p90"}, severity="critical")]))
    spec = {"version": 1, "site": "demo", "alerts": found.alerts, "services": [
        {"name": "payments-api", "operations": ["POST /v1/charge"]}]}  # fmt: skip
    assert [problem for problem in support.problems_of(yaml.safe_dump(spec)) if problem.severity == "error"] == []


@pytest.mark.parametrize("text", ["[" * 100_000, "[" + "9" * 5000 + "]"], ids=["too deep", "too long a number"])
def test_json_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RulesError, match="no export of rules"):
        import_rules(text)
    rule = {"name": "A", "kind": "metric_raw", "conditions_json": text, "labels": text}
    assert import_rules(json.dumps([rule])).alerts == []
    good = {**rule, "conditions_json": {"expr": "up == 0"}}
    assert "labels" not in import_rules(json.dumps([good])).alerts[0]


@pytest.mark.parametrize("metric", [[], {}, 7])
def test_a_metric_that_is_no_text_leaves_its_rule_out(metric: Any) -> None:
    rule = {"name": "A", "kind": "metric_anomaly", "conditions_json": {"metric": metric}}
    assert import_rules(json.dumps([rule])).alerts == []
