"""A normalised spec leaves nothing out."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from ongrid_gen.load import Document, Source, load
from ongrid_gen.normalise import normalise
from ongrid_gen.schema import alert_schema, site_schema
from ongrid_gen.site_data import site_from
from ongrid_gen.validate import validate

HEAD = "version: 1\nsite: demo\nservices: [{name: payments-api}]\n"


def document(text: str) -> Document:
    loaded = load(Source("site.yaml", text.encode()))
    assert loaded.problems == []
    assert validate(loaded) == []
    return loaded


def data(text: str, *, stand_ins: bool = False) -> dict[str, Any]:
    return normalise(document(text), stand_ins=stand_ins)


def alert(text: str) -> dict[str, Any]:
    found: dict[str, Any] = data(f"{HEAD}alerts: [{{name: A, {text}}}]\n")["alerts"][0]
    return found


def test_the_smallest_spec_becomes_a_site() -> None:
    site = site_from(data(HEAD))
    assert site.environment == "production"
    assert site.tempo.dialect == "2.10"
    assert [edge.name for edge in site.edges] == ["local"]
    assert site.gateway.memory == 512 << 20
    assert site.metrics.max_active_series == 50_000
    assert site.ingest.listen == "127.0.0.1"
    assert site.notify.repeat == 4 * 3600
    assert site.alerting.query_offset == 30
    assert not site.images.stand_ins


def test_every_default_of_the_schema_is_filled_in() -> None:
    found = data(HEAD)
    for key, schema in site_schema()["properties"].items():
        if "default" in schema:
            assert key in found
        for below, part in schema.get("properties", {}).items():
            if part.get("default") not in (None, {}):
                assert found[key][below] == part["default"]


@pytest.mark.parametrize("kind", ["trace_latency", "trace_error_rate", "service_dependency_error_rate"])
def test_the_defaults_of_a_kind_are_filled_in(kind: str) -> None:
    conditions = {
        "trace_latency": "service: x, threshold_ms: 1",
        "trace_error_rate": "service: x, threshold_pct: 1",
        "service_dependency_error_rate": "threshold_ratio: 0.5",
    }
    found = alert(f"kind: {kind}, {conditions[kind]}")
    own = alert_schema(kind)["properties"].items()
    defaults = {key: part["default"] for key, part in own if part is not True and "default" in part}
    assert defaults.items() <= found.items()
    assert "min_requests" not in found


def test_what_is_said_is_kept() -> None:
    found = data(HEAD + "tempo: {port: 0}\nmetrics: {service_graph: {messaging_latency: true}}\n")
    assert found["tempo"]["port"] == 0
    assert found["tempo"]["retention"] == "72h"
    assert found["metrics"]["service_graph"] == {"messaging_latency": True, "dimensions": []}


def test_keep_firing_for_is_the_window() -> None:
    assert alert("kind: trace_latency, service: x, threshold_ms: 1, window: 10m")["keep_firing_for"] == "10m"
    inside = "kind: trace_latency, conditions_json: {service: x, threshold_ms: 1, window: 7m}"
    assert alert(inside)["keep_firing_for"] == "7m"
    assert alert("kind: trace_latency, service: x, threshold_ms: 1, keep_firing_for: 0s")["keep_firing_for"] == "0s"


@pytest.mark.parametrize(("interval", "offset"), [("15s", "30s"), ("1m", "1m15s"), ("500ms", "15s500ms")])
def test_rules_look_as_far_back_as_samples_are_late(interval: str, offset: str) -> None:
    metrics = f"metrics: {{interval: {interval}}}\n"
    assert data(HEAD + metrics)["alerting"]["query_offset"] == offset
    assert data(HEAD + metrics + "alerting: {query_offset: 0s}\n")["alerting"]["query_offset"] == "0s"


def test_an_envelope_is_flattened_and_its_place_is_known() -> None:
    text = "kind: trace_error_rate, scope_type: global, conditions_json: {service: x, window: 10m, threshold_pct: 1.0}"
    found = alert(text)
    assert found["service"] == "x"
    assert found["threshold_pct"] == Decimal("1.0")
    assert str(found["threshold_pct"]) == "1.0"
    site = site_from(data(f"{HEAD}alerts: [{{name: A, {text}}}]\n"))
    assert site.alerts[0].path_to("window") == ("alerts", 0, "conditions_json", "window")
    assert site.alerts[0].path_to("for") == ("alerts", 0, "for")
    assert site.alerts[0].window == 600


def test_an_alert_is_the_same_flat_and_in_an_envelope() -> None:
    flat = alert("kind: trace_latency, service: x, threshold_ms: 800, quantile: p99, window: 10m")
    inside = alert("kind: trace_latency, conditions_json: {service: x, threshold_ms: 800, quantile: p99, window: 10m}")
    del inside["conditions_json"]
    assert flat == inside


def test_a_drill_sends_what_the_service_does_first() -> None:
    text = "version: 1\nsite: demo\nservices: [{name: a, operations: [GET /x, GET /y]}, {name: b}]\ndrills:\n"
    for name in ("a", "b", "unknown"):
        text += f"  - {{send: {{service: {name}}}, expect: {{quiet: [A]}}}}\n"
    text += "  - {send: {service: a, operation: GET /z}, expect: {quiet: [A]}}\n"
    drills = data(text)["drills"]
    assert [drill["send"]["operation"] for drill in drills] == ["GET /x", "GET /drill", "GET /drill", "GET /z"]
    assert drills[0]["send"] == {
        "service": "a", "operation": "GET /x", "duration": "100ms", "rate": 10, "error_percent": 0,
    }  # fmt: skip
    assert drills[0]["expect"] == {"firing": [], "quiet": ["A"]}


def test_stand_ins_choose_the_dialect_that_can_be_built() -> None:
    found = data(HEAD + 'versions: {tempo: "3.0"}\n', stand_ins=True)
    assert found["images"]["stand_ins"] is True
    assert found["versions"]["tempo"] == "1.5"
    assert data(HEAD)["images"] == {"stand_ins": False}


def test_the_document_stays_as_it_is() -> None:
    loaded = document(
        HEAD + "alerts: [{name: A, kind: trace_latency, conditions_json: {service: x, threshold_ms: 1}}]\n"
    )
    before = copy.deepcopy(loaded.data)
    found = normalise(loaded, stand_ins=True)
    found["alerts"][0]["conditions_json"]["service"] = "y"
    assert before == loaded.data


def test_what_an_alias_repeats_is_filled_in_separately() -> None:
    found = data(HEAD + "gateway: &memory {memory: 1Gi}\nprometheus: *memory\n")
    assert found["prometheus"] == data(HEAD + "prometheus: {memory: 1Gi}\n")["prometheus"]
    assert "retention" not in found["gateway"]


def test_defaults_are_not_shared_between_sites() -> None:
    first = data(HEAD)
    first["edges"][0]["attributes"]["x"] = "y"
    first["notify"]["channels"].append("x")
    second = data(HEAD)
    assert second["edges"] == [{"name": "local", "attributes": {}}]
    assert second["notify"]["channels"] == []


def test_a_route_without_match_matches_everything() -> None:
    channels = "channels: [{name: a, type: webhook, url_file: secrets/a}]"
    site = site_from(data(HEAD + f"notify: {{{channels}, routes: [{{channel: a}}], default: a}}\n"))
    assert site.notify.routes[0].match == {}
