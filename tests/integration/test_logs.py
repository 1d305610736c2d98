"""Logs on the real stack: from the application to Loki, what is taken out of them, and the alerts on them.

promtool does not read LogQL: the drills here are the proof of the kinds that do.
"""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.conftest import Running, stack_of
from integration.test_privacy import on_disk
from integration.test_query import query
from ongrid_gen.alerts.drills import drilling_of
from ongrid_gen.conventions import LOG_LABELS
from ongrid_gen.drill.run import Outcome, Run
from ongrid_gen.querying.loki import Line, Loki
from ongrid_gen.runtime import api
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.series import as_label
from ongrid_gen.tracequery import Window
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

TRACE, SPAN = "5b8efff798038103d269b633813fc60d", "eee19b7ec3c1b175"
MARKER = "quite-harmless"
KEPT = "4929123412341234"  # the number of an order, which looks like a card
PLACES = ("resource", "scope", "record", "text", "mapping", "severity")
SECRETS = {
    place: {
        "deleted": f"deleted-{place}",
        "email": f"jane.{place}@example.com",
        "card": f"4556 7375 8689 97{number}5",
        "token": f"s3cr3t-{place}-0a1b2c",
        "own": f"ORD-200{number}",
    }
    for number, place in enumerate(PLACES)
}


@pytest.fixture(scope="module")
def logging(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `logs.yaml`."""
    with stack_of("logs.yaml", scratch, stand_ins=stand_ins) as one:
        yield one


@pytest.fixture(scope="module")
def outcomes(logging: Running) -> dict[tuple[int, str], Outcome]:
    """What came of the drills, one after the other: those on one service would spoil each other."""
    found = {}
    for number, drill in enumerate(logging.site.drills):
        ran = Run(logging.stack, drill, logging.sink, print, logging.stack.prometheus).run()
        found |= {(number, one.alert): one for one in ran}
        if not drill.firing:
            time.sleep(35)  # what was logged is out of every window
    return found


def text_of(place: str) -> str:
    one = SECRETS[place]
    return f"{one['email']} paid with {one['card']}, authorization: Bearer {one['token']}, for {one['own']}"


def value(text: str) -> dict[str, Any]:
    return {"stringValue": text}


def attributes(place: str) -> list[dict[str, Any]]:
    """Return attributes with every secret of a place."""
    values = {"user.email": SECRETS[place]["deleted"], "app.note": text_of(place),
              f"app.marker_{place}": f"{MARKER}-{place}", "order.number": KEPT}  # fmt: skip
    return [{"key": key, "value": value(text)} for key, text in values.items()]


def record(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"timeUnixNano": str(time.time_ns()), "traceId": TRACE, "spanId": SPAN, "severityNumber": 9, "body": body,
            **more}  # fmt: skip


def send(running: Running, service: str, *records: dict[str, Any], more: list[dict[str, Any]] | None = None) -> None:
    """Send records to the agent, as an application does."""
    resource = {"attributes": [{"key": "service.name", "value": value(service)}, *(more or [])]}
    scope = {"name": "app", "attributes": attributes("scope")}
    body = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": scope, "logRecords": list(records)}]}]}
    asked = urllib.request.Request(f"{running.stack.otlp_http()}/v1/logs", json.dumps(body).encode(),
                                   {"Content-Type": "application/json"})  # fmt: skip
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


def lines(running: Running, query: str) -> list[Line]:
    """Return what a query finds in the last quarter of an hour."""
    now = time.time()
    loki = Loki(Endpoint(running.stack.loki or ""))
    found = loki.ask(query, Window(now - 900, now + 60), 15, 1000, Deadline.after(20))
    return [one for one in found if isinstance(one, Line)]


def series(running: Running) -> list[dict[str, str]]:
    """Return the labels of every stream."""
    asked = urllib.parse.urlencode({"match[]": '{service_name=~".+"}'})
    found: list[dict[str, str]] = api.get(f"{running.stack.loki}/loki/api/v1/series?{asked}")["data"]
    return found


def secrets() -> Iterator[str]:
    """Yield everything that must be found nowhere."""
    for one in SECRETS.values():
        yield from one.values()
        yield one["card"].replace(" ", "")


def test_nothing_that_is_private_is_in_loki_or_on_a_disk(logging: Running) -> None:
    centre = logging.stack.centre
    centre.call("stop", "gateway", timeout=60)
    inner = {"kvlistValue": {"values": [{"key": "note", "value": value(text_of("mapping"))}]}}
    mapping = {"kvlistValue": {"values": [*attributes("mapping"), {"key": "inner", "value": inner}]}}
    send(logging, "Payments API",
         record(value(f"{MARKER}-text {text_of('text')}"), attributes=attributes("record"),
                severityText=f"INFO {text_of('severity')}"),
         record(mapping), more=attributes("resource"))  # fmt: skip
    markers = [f"{MARKER}-{place}" for place in ("resource", "record", "text", "mapping")]
    until(lambda: on_disk(logging, markers), seconds=30, what="the record in the queue of the agent")
    assert set(on_disk(logging, [*secrets(), *markers]).split()) == set(markers)

    centre.call("start", "gateway", timeout=60)
    query = f'{{service_name="payments-api"}} | trace_id="{TRACE}"'
    found = until(lambda: lines(logging, query) if len(lines(logging, query)) == 2 else None, seconds=90,
                  what="both records in Loki")  # fmt: skip
    stored = json.dumps([[one.text, dict(one.labels)] for one in found], ensure_ascii=False)
    assert [marker for marker in markers if marker not in stored] == []
    assert KEPT in stored
    assert "****" in stored
    assert [one for one in secrets() if one in stored] == []
    # what Loki has in memory goes to its disk when it stops
    centre.call("stop", "loki", timeout=60)
    centre.call("start", "loki", timeout=60)
    assert set(on_disk(logging, list(secrets())).split()) == set()
    until(lambda: lines(logging, query), seconds=90, what="Loki to answer again, with what it had")


def test_a_record_has_its_trace_and_few_labels(logging: Running) -> None:
    more = [{"key": "service.instance.id", "value": value(f"i-{number}")} for number in range(2)]
    for one in more:
        send(logging, "orders-api", record(value("order placed")), more=[one])
    query = f'{{service_name="orders-api"}} | trace_id="{TRACE}" | span_id="{SPAN}"'
    found = until(lambda: lines(logging, query) if len(lines(logging, query)) == 2 else None, seconds=60,
                  what="the records in Loki")  # fmt: skip
    assert {one.labels["service_instance_id"] for one in found} == {"i-0", "i-1"}
    known = series(logging)
    assert {label for one in known for label in one} == {as_label(name) for name in LOG_LABELS}
    assert len([one for one in known if one["service_name"] == "orders-api"]) == 1


def test_query_asks_the_loki_of_the_spec(logging: Running) -> None:
    send(logging, "orders-api", record(value("asked for")))
    asked = '{service_name="orders-api"} |= "asked for"'
    until(lambda: lines(logging, asked), seconds=60, what="the record in Loki")
    shown = query(logging, "logql", asked)
    assert shown.code == 0, shown.err
    assert "asked for" in shown.out
    data = json.loads(query(logging, "logql", asked, "--json").out)
    assert [TRACE] == [one["labels"]["trace_id"] for one in data["lines"]]
    number = f"sum by (service_name) (count_over_time({asked} [10m]))"
    assert "orders-api" in query(logging, "logql", number).out
    wrong = query(logging, "logql", '{service_name="orders-api"} |~ "("')
    assert wrong.code == 1
    assert "missing closing )" in wrong.err


@pytest.mark.parametrize(("drill", "name"), [(0, "ChargePanics"), (2, "CardTimesOut"), (3, "OrdersLoud")])
def test_the_drill_fires_is_delivered_and_resolves(
    outcomes: dict[tuple[int, str], Outcome], logging: Running, drill: int, name: str
) -> None:
    outcome = outcomes[drill, name]
    assert not outcome.failed, outcome.why
    assert outcome.hops["firing"] <= outcome.hops["delivered"] < outcome.hops["resolved"]
    alert = logging.site.alert(name)
    assert alert is not None
    heard = [one for one in logging.sink.deliveries if one.labels["alertname"] == name]
    assert {"service_name": alert.service, "kind": alert.kind, "site": logging.site.name, "environment": "test"} \
        .items() <= heard[0].labels.items()  # fmt: skip


@pytest.mark.parametrize(
    ("drill", "name"),
    [
        (0, "CardTimesOut"),
        (0, "Escapes"),
        (0, "EscapesToo"),
        (1, "CardTimesOut"),
        (1, "ChargePanics"),
        (3, "OrdersLouder"),
    ],
)
def test_the_drill_stays_quiet_when_it_must(outcomes: dict[tuple[int, str], Outcome], drill: int, name: str) -> None:
    assert not outcomes[drill, name].failed, outcomes[drill, name].why


@pytest.mark.parametrize("name", ["Quoted", "Escapes", "EscapesToo"])
def test_a_line_of_odd_characters_is_matched_as_it_stands(
    outcomes: dict[tuple[int, str], Outcome], logging: Running, name: str
) -> None:
    """Also that a pattern that is quiet above is quiet for want of its line, and not because Loki cannot read it."""
    assert outcomes
    alert = logging.site.alert(name)
    assert alert is not None
    drilling = drilling_of(alert, logging.site)
    assert drilling is not None
    send(logging, "payments-api", record(value(drilling.default().log or "")))

    def fires() -> bool:
        found = api.alerts(f"{logging.stack.loki}/prometheus")
        return any(one["labels"]["alertname"] == name and one["state"] == "firing" for one in found)

    until(fires, seconds=45, what=f"{name} to fire")


def test_every_rule_is_evaluated_without_an_error(logging: Running) -> None:
    groups = api.get(f"{logging.stack.loki}/prometheus/api/v1/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in rules} == {alert.name for alert in logging.site.alerts}
    assert {rule["health"] for rule in rules} == {"ok"}
