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
        ({"kind": "log_match", "conditions_json": {}}, "cannot render the kind 'log_match'"),
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


def test_labels_come_over() -> None:
    alert, _ = one(changed(LATENCY, labels={"team": "payments", "tier": 1}))
    assert alert["labels"] == {"team": "payments", "tier": "1"}


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
