"""What `doctor` finds out, on programs that answer as healthy ones do, and as sick ones do."""

import json
import time
from contextlib import ExitStack
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from answering import answering, silent
from ongrid_gen.conventions import DOCTOR
from ongrid_gen.doctor import hops
from ongrid_gen.doctor.configuration import of_plan
from ongrid_gen.doctor.findings import LATE_SPANS, QUEUES, SENDERS, findings
from ongrid_gen.doctor.hops import Places, Walk
from ongrid_gen.doctor.marked import Marked, RefusedError, marked_for, send
from ongrid_gen.doctor.told import as_data, as_text
from ongrid_gen.doctor.verdict import Verdict, is_well
from ongrid_gen.model import Site
from ongrid_gen.plan.base import Action, Component, Plan, Step
from ongrid_gen.promql import read
from ongrid_gen.runtime.fetch import Endpoint
from ongrid_gen.write import Difference
from support import site_of

SITE = """
version: 1
site: demo
services: [{name: pay-api}, {name: web}]
gateway: {batch: {timeout: 200ms}}
"""
TRACE = {
    "batches": [
        {
            "resource": {"attributes": [{"key": "ongrid.edge", "value": {"stringValue": "local"}}]},
            "scopeSpans": [{"spans": [{"spanId": "AAAAAAAAAAE=", "name": "x", "startTimeUnixNano": "1",
                                       "endTimeUnixNano": "2"}]}],
        }
    ]
}  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Site:
    return site_of(SITE)


def vector(*pairs: tuple[dict[str, str], float]) -> dict[str, Any]:
    """Return an answer of Prometheus."""
    result = [{"metric": labels, "value": [time.time(), str(value)]} for labels, value in pairs]
    return {"data": {"resultType": "vector", "result": result}}


def reply(handler: BaseHTTPRequestHandler, data: Any) -> None:
    """Answer with JSON."""
    body = json.dumps(data).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def prometheus(marked: Marked, answers: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a Prometheus that counts the trace from its second look on, and answers queries that hold a text."""
    looks: list[str] = []

    def instant(handler: BaseHTTPRequestHandler) -> None:
        query = dict(parse_qsl(urlsplit(handler.path).query))["query"]
        read(query)
        for part, answer in (answers or {}).items():
            if part in query:
                return reply(handler, answer)
        looks.append(query)
        return reply(handler, vector(({}, 2.0 if len(looks) > 1 else 1.0)))

    exemplars = {"data": [{"exemplars": [{"labels": {"traceID": marked.trace_id}}]}]}
    return {"/api/v1/query": instant, "/api/v1/query_exemplars": exemplars}


def walked(site: Site, marked: Marked, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> dict[str, Verdict]:
    """Return the verdicts of a walk; `changes` say how a program answers, None that there is none."""
    monkeypatch.setattr(hops, "MARGIN", 0.5)
    monkeypatch.setattr(hops, "ASKED", 0.5)
    monkeypatch.setattr(hops, "send", lambda address, path, data: None)
    answers = {
        "prometheus": prometheus(marked),
        "tempo": {f"/api/traces/{marked.trace_id}": TRACE},
        "alertmanager": {"/api/v2/alerts": [{"labels": {"alertname": "Watchdog"}}]},
        "loki": {"/loki/api/v1/query_range": {"data": {"resultType": "streams", "result": [
            {"stream": {}, "values": [["1", "sent by doctor"]]}]}}},
        "grafana": {"/api/datasources": [{"uid": "tempo", "name": "Tempo"}],
                    "/api/datasources/uid/tempo/health": {"status": "OK"}},
        **changes,
    }  # fmt: skip
    with ExitStack() as stack:
        urls = {name: Endpoint(stack.enter_context(answering(one)).url) if one is not None else None
                for name, one in answers.items()}  # fmt: skip
        places = Places("http://127.0.0.1:9", urls["prometheus"], urls["tempo"], urls["alertmanager"], urls["loki"],
                        urls["grafana"], {})  # fmt: skip
        return {one.name: one for one in Walk(site, places, marked).walk()}


def test_every_hop_of_a_healthy_stack_is_well(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found = walked(site, Marked(), monkeypatch)
    assert [
        "application port → agent", "agent → gateway", "gateway → Tempo", "Tempo → series", "series → exemplar",
        "log line → Loki", "Prometheus → Alertmanager", "Grafana → datasources",
    ] == list(found)  # fmt: skip
    assert {"ok"} == {one.verdict for one in found.values()}, found
    assert "the edge `local`" in found["agent → gateway"].said


def test_the_hop_that_fails_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = Marked()
    up = {'up{job="gateway"}': vector(({}, 1))}
    found = walked(site, marked, monkeypatch, tempo={}, prometheus=prometheus(marked, up))
    assert ("ok", "bad") == (found["agent → gateway"].verdict, found["gateway → Tempo"].verdict)
    gateway = prometheus(marked, {"increase(otelcol_receiver": vector(({}, 0.0)), **up})
    assert "took no span" in walked(site, marked, monkeypatch, tempo={}, prometheus=gateway)["agent → gateway"].said
    down = prometheus(marked, {'up{job="gateway"}': vector(({}, 0))})
    assert "does not answer" in walked(site, marked, monkeypatch, tempo={}, prometheus=down)["agent → gateway"].said
    uncounted = prometheus(marked, {"traces_spanmetrics_calls_total": vector(({}, 1.0))})
    assert "bad" == walked(site, marked, monkeypatch, prometheus=uncounted)["Tempo → series"].verdict
    unlinked = {**prometheus(marked), "/api/v1/query_exemplars": {"data": []}}
    assert "bad" == walked(site, marked, monkeypatch, prometheus=unlinked)["series → exemplar"].verdict
    assert (
        "bad"
        == walked(site, marked, monkeypatch, alertmanager={"/api/v2/alerts": []})["Prometheus → Alertmanager"].verdict
    )
    empty = {"/loki/api/v1/query_range": {"data": {"resultType": "streams", "result": []}}}
    assert "bad" == walked(site, marked, monkeypatch, loki=empty)["log line → Loki"].verdict
    sick = {"/api/datasources": [{"uid": "tempo", "name": "Tempo"}],
            "/api/datasources/uid/tempo/health": {"status": "ERROR", "message": "no route"}}  # fmt: skip
    assert "Tempo: no route" == walked(site, marked, monkeypatch, grafana=sick)["Grafana → datasources"].said


def test_what_the_stack_does_not_have_is_skipped(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found = walked(site, Marked(), monkeypatch, loki=None, grafana=None)
    assert {"skipped"} == {found[name].verdict for name in ("log line → Loki", "Grafana → datasources")}
    assert is_well(list(found.values()))


def test_an_agent_that_takes_nothing_ends_the_walk(site: Site) -> None:
    dead = Endpoint("http://127.0.0.1:9")
    found = Walk(site, Places("http://127.0.0.1:9", dead, dead, dead, None, None, {}), Marked()).walk()
    assert ("bad", "skipped") == (found[0].verdict, found[1].verdict)
    assert "refused" in found[0].said
    assert found[0].todo


def test_a_hung_program_does_not_hold_the_walk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = Marked()
    began = time.monotonic()
    found = walked(site, marked, monkeypatch, tempo={f"/api/traces/{marked.trace_id}": silent},
                   prometheus=prometheus(marked, {'up{job="gateway"}': vector(({}, 1))}))  # fmt: skip
    assert "bad" == found["gateway → Tempo"].verdict
    assert time.monotonic() - began < 30


def test_sampling_keeps_the_marked_trace_where_it_can() -> None:
    tail = """
sampling: {tail: {wait: 10s, keep: KEEP}}
budget: {requests_per_second: 10}
"""

    def of(keep: str) -> Marked:
        return marked_for(site_of(SITE + tail.replace("KEEP", keep)).sampling.tail)

    assert of("{errors: true, percent: 5}").failed
    slow = of("{errors: false, slower_than: 800ms, percent: 5}")
    assert (Decimal("1.6"), True) == (slow.took, slow.is_kept)
    assert not of("{errors: false, percent: 5}").is_kept


def test_a_refusal_is_told(site: Site) -> None:
    del site
    with pytest.raises(RefusedError, match=r"501|404|405|Unsupported"), answering({}) as one:
        send(one.url, "/v1/traces", Marked().trace())


def found_in(site: Site, answers: dict[str, dict[str, Any]]) -> dict[str, Verdict]:
    """Return the findings of a Prometheus."""
    healthy = {SENDERS[:20]: vector(({"service": "pay-api"}, 3), ({"service": "web"}, 1), ({"service": DOCTOR}, 1)),
               "up == 0": vector(), "time()": vector(({}, time.time())), "timestamp(": vector(),
               LATE_SPANS[:30]: vector(), QUEUES[:40]: vector()}  # fmt: skip
    with answering(prometheus(Marked(), {**healthy, **answers})) as one:
        return {verdict.name: verdict for verdict in findings(site, Endpoint(one.url))}


def test_a_healthy_stack_has_no_findings(site: Site) -> None:
    assert {"ok"} == {one.verdict for one in found_in(site, {}).values()}


def test_what_goes_wrong_is_found(site: Site) -> None:
    senders = vector(({"service": "web"}, 1), ({"service": "pay-apl"}, 1), ({"service": "pay-api"}, 0))
    found = found_in(site, {SENDERS[:20]: senders})
    assert ("look", "sent nothing within an hour: pay-api") == (found["services"].verdict, found["services"].said)
    assert ("look", "in no spec: pay-apl") == (found["senders"].verdict, found["senders"].said)
    assert "may mean `pay-api`" in found["senders"].todo
    down = found_in(site, {"up == 0": vector(({"job": "tempo", "instance": "tempo:3200"}, 0))})["targets"]
    assert ("bad", "not scraped: tempo (tempo:3200)") == (down.verdict, down.said)
    assert "60 s apart" in found_in(site, {"time()": vector(({}, time.time() + 60.4))})["clocks"].said
    ahead = found_in(site, {"timestamp(": vector(({"instance": "branch"}, time.time() + 60.4))})["clocks"]
    assert "branch by 60 s" in ahead.said
    assert "7 spans" in found_in(site, {LATE_SPANS[:30]: vector(({}, 7))})["clocks"].said
    queue = vector(({"job": "agent", "instance": "local"}, 0.5))
    assert "agent local 50 % full" in found_in(site, {QUEUES[:40]: queue})["queues"].said
    assert {"skipped"} == {one.verdict for one in findings(site, Endpoint("http://127.0.0.1:9"))}


def plan_of(*steps: Step, **files: list[str]) -> Plan:
    """Return a plan."""
    names = ("added", "changed", "removed", "edited", "foreign")
    difference = Difference(**{name: files.get(name, []) for name in names})
    return Plan("demo", Path("x"), True, steps, (), difference)


def test_another_configuration_than_the_rendered_is_told() -> None:
    assert "ok" == of_plan(plan_of(Step(Component("tempo"), Action.NONE))).verdict
    other = of_plan(plan_of(Step(Component("tempo"), Action.RECREATE, why="its image is another one")))
    assert ("bad", "tempo: its image is another one") == (other.verdict, other.said)
    assert "was edited" in of_plan(plan_of(edited=["tempo/tempo.yaml"])).said
    assert "bad" == of_plan(plan_of(changed=["apps/web.env"])).verdict
    elsewhere = Step(Component("agent", "branch"), Action.START, why="does not run", here=False)
    assert "ok" == of_plan(plan_of(elsewhere)).verdict


def test_text_and_data_say_the_same() -> None:
    hop = Verdict("gateway → Tempo", "bad", "lost\x1b[2J", "read the log", 1.5)
    text = as_text([hop], [Verdict("queues", "ok", "none of them fills")], 2.0)
    assert "\x1b" not in text
    assert "→ read the log" in text
    assert text.endswith("1 bad, after 2.0 s")
    data = as_data("demo", [hop], [], "ab" * 16, 2.0)
    assert (False, "bad", 1.5) == (data["healthy"], data["hops"][0]["verdict"], data["hops"][0]["seconds"])
