"""How Alertmanager's configuration is changed for a drill, and how the sink reads what arrives."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from ongrid_gen.components import alertmanager
from ongrid_gen.drill import sink as sinks
from ongrid_gen.drill.delivery import RECEIVER, with_sink
from ongrid_gen.drill.sink import Sink
from support import site_of

SPEC = """
version: 1
site: demo
services: [{name: payments-api, owner: team-a}]
alerts:
  - {name: Slow, kind: trace_latency, service: payments-api, threshold_ms: 800, severity: critical}
  - {name: Errors, kind: trace_error_rate, service: payments-api, threshold_pct: 5}
notify:
  channels:
    - {name: oncall, type: webhook, url_file: secrets/oncall.url}
    - {name: rest, type: webhook, url_file: secrets/rest.url}
  routes: [{channel: oncall, severity: critical}]
  default: rest
"""


def changed(*, only: bool = False, alerts: tuple[str, ...] = ("Slow", "Errors")) -> dict[str, Any]:
    return with_sink(site_of(SPEC), "http://sink/", [{"alertname": name} for name in alerts], only=only)


def test_the_sink_is_told_first_and_the_others_still() -> None:
    first, second = changed()["route"]["routes"][:2]
    assert [(RECEIVER, True)] * 2 == [(one["receiver"], one["continue"]) for one in (first, second)]
    assert [['alertname="Slow"'], ['alertname="Errors"']] == [first["matchers"], second["matchers"]]


def test_the_other_routes_keep_their_place_so_that_nothing_is_notified_again() -> None:
    before = alertmanager.config(site_of(SPEC))["route"]
    assert before == {**changed()["route"], "routes": changed()["route"]["routes"][2:]}


def test_with_sink_only_nobody_else_is_told() -> None:
    assert {False} == {one["continue"] for one in changed(only=True)["route"]["routes"][:2]}


def test_the_rendered_configuration_is_not_touched() -> None:
    before = json.dumps(alertmanager.config(site_of(SPEC)))
    changed()
    assert before == json.dumps(alertmanager.config(site_of(SPEC)))


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sinks, "bind_address", lambda: "127.0.0.1")
    monkeypatch.setattr(sinks, "HOST", "127.0.0.1")
    with Sink() as one:
        yield one


def post(url: str, body: bytes) -> int:
    request = urllib.request.Request(url, data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


ALERT = {"status": "firing", "labels": {"alertname": "Slow", "service": "a"}, "startsAt": "2026", "surprise": 1}


def test_a_notification_is_kept_alert_by_alert_and_unknown_keys_are_ignored(sink: Sink) -> None:
    body = json.dumps({"version": "4", "alerts": [ALERT, {**ALERT, "status": "resolved"}], "new": {}}).encode()
    assert 200 == post(sink.url, body)
    assert ["firing", "resolved"] == [one.status for one in sink.deliveries]
    found = sink.found("resolved", {"alertname": "Slow"}, since=0)
    assert found is not None
    assert sink.found("resolved", {"alertname": "Other"}, since=0) is None
    assert sink.found("resolved", {"alertname": "Slow"}, since=found.at + 1) is None


def test_another_path_is_nobodys_business(sink: Sink) -> None:
    assert 404 == post(sink.url + "x", b"{}")
    assert [] == sink.deliveries


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"alerts": [{}]}', b'{"alerts": 3}'])
def test_what_is_no_notification_is_refused(sink: Sink, body: bytes) -> None:
    assert 400 == post(sink.url, body)
