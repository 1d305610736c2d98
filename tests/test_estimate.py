"""The estimate's sums, each worked out by hand, and what it says."""

import json

import pytest

from ongrid_gen.estimate import Estimate, as_data, as_text, estimate
from support import site_of

SITE = """\
version: 1
site: demo
services:
  - {name: payments-api, operations: ["POST /v1/charge", "GET /v1/charge/{id}"]}
  - {name: orders-api}
"""
MISSION = "budget: {requests_per_second: 1000, spans_per_request: 10, stored_spans_per_day: 100000000}\n"


def of(text: str) -> Estimate:
    return estimate(site_of(text))


def value(text: str, key: str) -> int:
    return next(figure.value for figure in of(text).figures if figure.key == key)


def test_span_metrics_are_names_times_statuses_times_series() -> None:
    # (2 + 10 assumed) operations, twice for calls and inner steps; 2 statuses; 1 + 14 + 1 + 2 series
    assert 24 * 2 * 18 == value(SITE, "span_metrics_series")


def test_a_threshold_is_a_bucket_more_and_dimensions_multiply() -> None:
    alert = "alerts: [{name: A, kind: trace_latency, service: orders-api, threshold_ms: 800}]\n"
    assert 24 * 2 * 19 == value(SITE + alert, "span_metrics_series")
    dimensions = "metrics: {dimensions: [http.response.status_code, tenant], size: true}\n"
    assert 24 * 2 * 3 * 5 * 19 == value(SITE + dimensions, "span_metrics_series")


def test_an_edge_has_two_counters_and_two_histograms() -> None:
    # each of two services calls the other and is called from outside; 2 + 2 * (8 + 1 + 2)
    assert 4 * 24 == value(SITE, "service_graph_series")
    assert 4 * 35 == value(SITE + "metrics: {service_graph: {messaging_latency: true}}\n", "service_graph_series")


def test_the_missions_spans_a_day() -> None:
    found = of(SITE + MISSION)
    figures = {figure.key: figure for figure in found.figures}
    assert figures["spans_per_day"].value == 864_000_000
    assert figures["stored_spans_per_day"].value == 864_000_000
    assert figures["stored_bytes"].value == 864_000_000 * 500 * 3
    assert figures["stored_spans_per_day"].is_over
    assert {"stored_spans_per_day", "stored_bytes"} == {figure.key for figure in found.over}


def test_without_a_budget_it_says_what_it_cannot_say() -> None:
    found = of(SITE)
    assert not any("span" in figure.unit for figure in found.figures)
    assert found.unknown == ("spans and bytes: set `budget.requests_per_second`",)
    assert "not known: spans and bytes" in as_text(found)


def test_each_recording_rule_is_a_series_and_named_by_its_file() -> None:
    slo = "slos: [{name: pay, service: payments-api, objective: 99.9, sli: errors}]\n"
    before, after = value(SITE, "rule_series"), value(SITE + "prometheus: {retention: 30d}\n" + slo, "rule_series")
    assert after > before
    assert f"slo-pay: {after - before}" in as_text(of(SITE + "prometheus: {retention: 30d}\n" + slo))


@pytest.mark.parametrize("text", [SITE, SITE + MISSION])
def test_every_assumption_about_the_spec_names_the_key_that_replaces_it(text: str) -> None:
    said = as_text(of(text))
    assert "10 operations for orders-api: list them in `services[].operations`" in said
    assert ("`budget.bytes_per_span`" in said) is (text != SITE)


def test_programs_get_the_same_numbers() -> None:
    found = of(SITE + MISSION)
    data = json.loads(json.dumps(as_data(found)))
    assert {figure.key: figure.value for figure in found.figures} == {
        key: one["value"] for key, one in data["figures"].items()
    }
    assert data["over"] == ["stored_spans_per_day", "stored_bytes"]
