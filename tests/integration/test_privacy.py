"""What `privacy` takes out is on no disk and in no series, from the agent's queue on."""

import hmac
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.conftest import Running, stack_of
from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.naming import ingest_network
from ongrid_gen.runtime import api, docker
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

TRACE = "5b8efff798038103d269b633813fc60c"
OTHER_TRACE = "4a7dfee687927092c158a522702eb59b"
DIRECT_TRACE = "396cedd576816981b0479411691da48a"
MARKER = "quite-harmless"
KEPT = "4929123412341234"  # the number of an order, which looks like a card
# One secret of each kind in each place, told apart by the place, so that a failure says which got through.
PLACES = ("resource", "scope", "span", "event")
SECRETS = {
    place: {
        "deleted": f"deleted-{place}",
        "hashed": f"person-{place}-4711",
        "email": f"jane.{place}@example.com",
        "card": f"4556 7375 8689 98{number}5",
        "token": f"s3cr3t-{place}-0a1b2c",
        "own": f"ORD-100{number}",
    }
    for number, place in enumerate((*PLACES, "name", "status", "event name", "list"))
}
LINKED = "linked@example.com"


@pytest.fixture(scope="module")
def private(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `privacy.yaml`."""
    with stack_of("privacy.yaml", scratch, stand_ins=stand_ins) as one:
        yield one


def text_of(place: str) -> str:
    """Return a text with every secret of a place but those that are deleted or hashed with their attribute."""
    one = SECRETS[place]
    return f"{one['email']} paid with {one['card']}, authorization: Bearer {one['token']}, for {one['own']}"


def attributes(place: str) -> list[dict[str, Any]]:
    """Return attributes with every secret of a place."""
    values = {
        "user.email": SECRETS[place]["deleted"],
        "user.id": SECRETS[place]["hashed"],
        "app.note": text_of(place),
        "app.marker": f"{MARKER}-{place}",
        "order.number": KEPT,
    }
    found: list[dict[str, Any]] = [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
    card = SECRETS[place]["card"].replace(" ", "")
    listed = {"arrayValue": {"values": [{"stringValue": text_of("list")}]}}
    return [*found, {"key": "app.card", "value": {"intValue": card}}, {"key": "app.list", "value": listed}]


def request(now: int, trace: str = TRACE, service_name: str = "payments-api") -> dict[str, Any]:
    """Return one trace that tells everything everywhere; `now` is in nanoseconds."""
    service = {"key": "service.name", "value": {"stringValue": service_name}}
    span = {
        "traceId": trace,
        "spanId": "eee19b7ec3c1b174",
        "name": f"GET /users/{text_of('name')}",
        "kind": 2,
        "startTimeUnixNano": str(now - 10**8),
        "endTimeUnixNano": str(now),
        "attributes": attributes("span"),
        "status": {"code": 2, "message": text_of("status")},
        "events": [{"timeUnixNano": str(now), "name": text_of("event name"), "attributes": attributes("event")}],
        "links": [
            {
                "traceId": TRACE[::-1],
                "spanId": "eee19b7ec3c1b174",
                "attributes": [{"key": "app.note", "value": {"stringValue": LINKED}}],
            }
        ],
    }
    scope = {"name": "app", "attributes": attributes("scope")}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": [service, *attributes("resource")]},
                "scopeSpans": [{"scope": scope, "spans": [span]}],
            }
        ]
    }


def send(running: Running, body: dict[str, Any]) -> None:
    """Send a trace to the agent, as an application does."""
    asked = urllib.request.Request(
        f"{running.stack.otlp_http()}/v1/traces",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


def send_to_gateway(running: Running, body: dict[str, Any]) -> None:
    """Send a trace to the gateway itself, as something beside the agents could."""
    posted = ("wget", "-q", "-O", "-", "--header", "Content-Type: application/json", "--post-data", json.dumps(body))
    image = BUSYBOX.reference(running.site.images)
    docker.run(
        "run", "--rm", "--network", ingest_network(running.site), image, *posted, "http://gateway:4318/v1/traces"
    )


def hashed(running: Running, value: str) -> str:
    """Return the hash of a value by the key of the site."""
    key = (running.stack.secrets / "hash.key").read_bytes()
    return hmac.new(key, value.encode(), "sha256").hexdigest()


def stored(running: Running, trace: str) -> str:
    """Return what Tempo has of a trace."""
    found = until(lambda: api.trace(running.stack.tempo, trace), seconds=90, what="the trace in Tempo")
    return json.dumps(found, ensure_ascii=False)


def secrets() -> Iterator[str]:
    """Yield everything that must be found nowhere."""
    for one in SECRETS.values():
        yield from one.values()
        yield one["card"].replace(" ", "")


def on_disk(running: Running, words: list[str]) -> str:
    """Return which of these words stand in the volumes of the stack."""
    names = [project.call("config", "--format", "json") for project in running.stack.projects]
    volumes = [one["name"] for name in names for one in json.loads(name).get("volumes", {}).values()]
    mounts = [part for volume in volumes for part in ("--volume", f"{volume}:/v/{volume}:ro")]
    patterns = [part for word in words for part in ("-e", word)]
    image = BUSYBOX.reference(running.site.images)
    # grep ends with 1 when it finds nothing
    script = 'grep -r -a -o -h -F "$@" /v || [ $? = 1 ]'
    return docker.run("run", "--rm", "--user", "0:0", "--network", "none", *mounts, image, "sh", "-c", script, "grep",
                      *patterns)  # fmt: skip


def test_nothing_that_is_private_reaches_a_disk_or_a_series(private: Running) -> None:
    centre = private.stack.centre
    centre.call("stop", "gateway", timeout=60)
    send(private, request(time.time_ns()))
    markers = [f"{MARKER}-{place}" for place in PLACES]
    until(lambda: on_disk(private, markers), seconds=30, what="the span in the queue of the agent")
    hashes = {place: hashed(private, SECRETS[place]["hashed"]) for place in PLACES}
    found = set(on_disk(private, [*secrets(), *markers, *hashes.values()]).split())
    assert {*markers, *hashes.values()} == found

    centre.call("start", "gateway", timeout=60)
    kept = stored(private, TRACE)
    for place in PLACES:
        if place != "scope":  # which Tempo 1.5 does not keep
            assert f"{MARKER}-{place}" in kept
            assert hashes[place] in kept
    assert KEPT in kept
    assert [one for one in secrets() if one in kept] == []

    series = until(
        lambda: api.promql(private.stack.prometheus, 'traces_spanmetrics_calls_total{service="payments-api"}'),
        seconds=60, what="the span in the series",
    )  # fmt: skip
    told = json.dumps(series, ensure_ascii=False)
    assert "****" in told
    assert [one for one in secrets() if one in told] == []
    assert set(on_disk(private, list(secrets())).split()) == set()


def test_a_value_has_one_hash_in_every_service_and_on_every_way(private: Running) -> None:
    send(private, request(time.time_ns(), OTHER_TRACE, "orders-api"))
    send_to_gateway(private, request(time.time_ns(), DIRECT_TRACE, "orders-api"))
    wanted = {hashed(private, SECRETS[place]["hashed"]) for place in PLACES if place != "scope"}
    for trace in (OTHER_TRACE, DIRECT_TRACE):
        kept = stored(private, trace)
        assert wanted == set(re.findall(r"\b[0-9a-f]{64}\b", kept)) - {hashed(private, SECRETS["scope"]["hashed"])}
        assert [one for one in secrets() if one in kept] == []
    assert set(on_disk(private, list(secrets())).split()) == set()


def test_the_attributes_of_links_are_out_of_reach(private: Running) -> None:
    """To mend when a collector reaches them: `components/privacy.py`, and the schema that says so."""
    assert LINKED in json.dumps(api.trace(private.stack.tempo, TRACE))
