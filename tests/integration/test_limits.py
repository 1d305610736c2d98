"""What an application may send too much of is cut off in the gateway: names with ids, attributes, long texts."""

import json
import random
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.conftest import Running, stack_of
from ongrid_gen.conventions import CALLS
from ongrid_gen.runtime import api
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

UUID = "0b4f8c1e-9d1a-4b5e-8a1f-1f2e3d4c5b6a"
# What is sent, and what it is in the series.
NAMES = {
    "users-api": {
        "GET /users/123": "GET /users/{id}",
        "GET /users/jane": "GET /users/{id}",
        "GET /users/me": "GET /users/me",
        "GET /users/123/cards": "GET /users/{id}/cards",
        "GET /orders/7/cards": "GET /{kind}/{id}/cards",
        "GET /users/123/orders": "GET /users/123/orders",
        "POST /users/123": "POST /users/123",
    },
    "files-api": {
        "GET /v1/files/123/456/789": "GET /v1/files/{id}/{id}/{id}",
        f"GET /files/{UUID}.png": "GET /files/{id}.png",
        "GET /files/2026-11-28/00ff00ff00ff00ff": "GET /files/{id}/{id}",
        "GET /files/12ab/new": "GET /files/12ab/new",
    },
    "other-api": {"GET /users/123": "GET /users/123"},
}
LONG = "é" * 100


@pytest.fixture(scope="module")
def limited(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `limits.yaml`."""
    with stack_of("limits.yaml", scratch, stand_ins=stand_ins) as one:
        yield one


def pairs(values: dict[str, str]) -> list[dict[str, Any]]:
    """Return attributes as OTLP has them."""
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def span(trace_id: str, name: str, attributes: dict[str, str]) -> dict[str, Any]:
    """Return one span that ended now."""
    now = time.time_ns()
    return {
        "traceId": trace_id, "spanId": random.randbytes(8).hex(), "name": name, "kind": 2,
        "startTimeUnixNano": str(now - 10**7), "endTimeUnixNano": str(now), "attributes": pairs(attributes),
        "events": [{"timeUnixNano": str(now), "name": "e", "attributes": pairs(attributes)}],
    }  # fmt: skip


def send(running: Running, service: str, resource: dict[str, str], spans: list[dict[str, Any]]) -> None:
    """Send spans of a service to the agent."""
    listed = pairs({"service.name": service, **resource})
    body = {"resourceSpans": [{"resource": {"attributes": listed}, "scopeSpans": [{"spans": spans}]}]}
    asked = urllib.request.Request(
        f"{running.stack.otlp_http()}/v1/traces", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


def test_ids_in_names_become_places(limited: Running) -> None:
    for service, named in NAMES.items():
        send(limited, service, {}, [span(random.randbytes(16).hex(), name, {"zone": "a"}) for name in named])
    wanted = {(service, name) for service, named in NAMES.items() for name in named.values()}

    def counted() -> set[tuple[str, str]]:
        found = api.promql(limited.stack.prometheus, CALLS)
        return {(one["metric"]["service"], one["metric"]["span_name"]) for one in found}

    until(lambda: len(counted()) >= len(wanted), seconds=60, what="a series for each name")
    assert counted() == wanted


def test_attributes_are_cut_off_but_for_what_metrics_are_made_of(limited: Running) -> None:
    trace_id, many = random.randbytes(16).hex(), {f"a{number:02}": LONG for number in range(40)}
    send(limited, "other-api", many, [span(trace_id, "GET /", {**many, "zone": "b"})])
    stored = until(lambda: api.trace(limited.stack.tempo, trace_id), seconds=60, what="the trace in Tempo")
    (batch,) = stored["batches"]
    scopes = next(batch[key] for key in ("scopeSpans", "instrumentationLibrarySpans") if key in batch)
    (one,) = scopes[0]["spans"]
    for place, kept in ((batch["resource"], "service.name"), (one, "zone"), (one["events"][0], "a00")):
        attributes = {pair["key"]: pair["value"]["stringValue"] for pair in place["attributes"]}
        assert len(attributes) == 16
        assert kept in attributes
        assert all(len(value.encode()) <= 64 for value in attributes.values())
    assert {pair["key"] for pair in batch["resource"]["attributes"]} >= {"service.name", "ongrid.edge"}
