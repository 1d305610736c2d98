"""What is gathered around an alert: the right time, the right questions, by one deadline, within one size."""

import json
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from answering import answering, silent
from ongrid_gen import cli, selfmon
from ongrid_gen.alerts import KINDS
from ongrid_gen.correlate import Clients, correlate, correlate_all, subject_names, subject_of
from ongrid_gen.correlate.data import LARGEST, document, size_of
from ongrid_gen.correlate.firing import DAY, LONGEST, Firing, around, chosen
from ongrid_gen.correlate.panel import PANELS, REASONS
from ongrid_gen.correlate.reading import READINGS, compared
from ongrid_gen.correlate.run import Asked, Incident
from ongrid_gen.correlate.told import as_text
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.promql import read
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.tracequery import AskedError, Series
from support import ROOT, Ran, site_of

NOW = 1_780_000_000.0
HOSTILE = 'GET /a" } || { true || "\\ $y \\t결제'
SITE = r"""
version: 1
site: demo
services: [{name: pay-api}, {name: web}]
tempo: {port: 23999}
prometheus: {port: 23998}
alerts:
  - {name: Slow, kind: trace_latency, service: pay-api, operation: 'GET /a" } || { true || "\ $y \t결제', threshold_ms: 800}
  - {name: Calls, kind: service_dependency_error_rate, threshold_ratio: 0.05}
  - {name: Waiting, kind: metric_raw, expr: 'sum by (device_id) (up) > 100'}
slos: [{name: pay, service: pay-api, objective: 99, sli: errors}]
"""  # noqa: E501
ID = "ab" * 16


@pytest.fixture(scope="module")
def site() -> Site:
    return site_of(SITE)


def samples(state: str, *spans: tuple[float, float], **labels: str) -> Series:
    """Return samples of an alert, one each 15 seconds of each span."""
    points = [(at, 1.0) for start, end in spans for at in range(int(start), int(end) + 1, 15)]
    return Series({"__name__": "ALERTS", "alertstate": state, **labels}, tuple(points))


def test_every_alert_can_be_asked_about_and_its_queries_are_sound() -> None:
    site = site_of((ROOT / "tests" / "spec" / "site.yaml").read_text(encoding="utf-8"))
    for name in [*subject_names(site), *selfmon.names(site)]:
        for reading in subject_of(site, name).readings:
            assert read(reading.query)
    for name in subject_names(site):
        subject = subject_of(site, name)
        assert subject.readings or subject.kind.startswith("log_"), name


def test_every_kind_that_prometheus_evaluates_has_readings() -> None:
    assert set(READINGS) <= set(KINDS)
    assert {name for name in KINDS if not name.startswith("log_")} == set(READINGS)


def test_a_name_that_nothing_bears_is_told_with_the_nearest(site: Site) -> None:
    with pytest.raises(CommandError, match="did you mean `Slow`"):
        subject_of(site, "Slwo")
    with pytest.raises(CommandError, match="pay/page"):
        subject_of(site, "?")


@pytest.mark.parametrize(
    ("expr", "query", "limit"),
    [("x > 3", "x", 3), ("(sum(x) <= 0.5)", "sum(x)", 0.5), ("3 < x", "3 < x", None), ("absent(x)", "absent(x)", None)],
)
def test_an_expression_is_read_without_its_comparison(expr: str, query: str, limit: float | None) -> None:
    reading = compared(expr)
    assert query == reading.query
    assert limit == (None if reading.threshold is None else float(reading.threshold))


def test_the_last_firing_is_found() -> None:
    found = [samples("pending", (NOW - 9000, NOW - 8970)), samples("firing", (NOW - 8955, NOW - 8000)),
             samples("pending", (NOW - 900, NOW - 840)), samples("firing", (NOW - 825, NOW), service="a")]  # fmt: skip
    firing = chosen(found, 60, NOW, NOW)
    assert ("firing", NOW - 900, NOW - 825, NOW) == (firing.state, firing.began, firing.since, firing.until)
    assert ({"service": "a"},) == firing.labels
    earlier = chosen(found, 60, NOW - 8500, NOW)
    assert ("resolved", NOW - 9000, NOW - 8955) == (earlier.state, earlier.began, earlier.since)


def test_what_fired_goes_before_what_was_only_pending() -> None:
    found = [samples("firing", (NOW - 9000, NOW - 8000)), samples("pending", (NOW - 60, NOW))]
    assert "resolved" == chosen(found, 60, NOW, NOW).state
    assert "pending" == chosen(found[1:], 60, NOW, NOW).state
    assert "inactive" == chosen([samples("pending", (NOW - 900, NOW - 600))], 60, NOW, NOW).state
    assert Firing("inactive") == chosen([], 60, NOW, NOW)
    assert Firing("inactive") == chosen([samples("firing", (NOW - DAY - 900, NOW - DAY - 60))], 60, NOW, NOW)


def test_the_time_holds_the_whole_firing_and_is_bounded() -> None:
    found = around(Firing("resolved", NOW - 7200, NOW - 7100, NOW - 3600), 300, 1800, NOW, NOW)  # type: ignore[arg-type]
    assert (NOW - 8100, NOW - 3600, False) == (found.window.start, found.window.end, found.cut)
    assert (NOW - 7500, NOW - 3600) == (found.suspect.start, found.suspect.end)
    short = around(Firing("firing", NOW - 60, NOW - 30, NOW), 300, 1800, NOW, NOW)  # type: ignore[arg-type]
    assert (NOW - 960, NOW) == (short.window.start, short.window.end)
    long = around(Firing("firing", NOW - 50_000, NOW - 50_000, NOW), 300, 1800, NOW, NOW)  # type: ignore[arg-type]
    assert (LONGEST, True) == (long.window.seconds, long.cut)
    never = around(Firing("inactive"), 300, 1800, NOW, NOW)  # type: ignore[arg-type]
    assert (NOW - 1800, NOW) == (never.window.start, never.window.end)


def matrix(now: float, labels: list[dict[str, str]], points: int = 30) -> dict[str, Any]:
    """Return an answer of Prometheus."""
    values = [[now - 15 * number, "1.5"] for number in reversed(range(points))]
    found = [{"metric": one, "values": values} for one in labels]
    return {"data": {"resultType": "matrix", "result": found}}


def prometheus(firing: dict[str, str], series: int = 1, points: int = 30) -> dict[str, Any]:
    """Return a Prometheus in which an alert fires."""

    def instant(handler: BaseHTTPRequestHandler) -> None:
        asked = dict(parse_qsl(urlsplit(handler.path).query))
        if asked["query"].startswith("ALERTS"):
            reply(handler, matrix(float(asked["time"]), [{"alertstate": "firing", **firing}]))
        elif "ALERTS" in asked["query"]:
            reply(handler, {"data": {"resultType": "vector", "result": []}})
        else:
            reply(
                handler, {"data": {"resultType": "vector", "result": [{"metric": {"job": "tempo"}, "value": [1, "0"]}]}}
            )

    def ranged(handler: BaseHTTPRequestHandler) -> None:
        asked = dict(parse_qsl(urlsplit(handler.path).query))
        reply(handler, matrix(float(asked["end"]), [{"service_name": f"s{one}"} for one in range(series)], points))

    return {"/api/v1/query": instant, "/api/v1/query_range": ranged}


def reply(handler: BaseHTTPRequestHandler, data: Any) -> None:
    """Answer with JSON."""
    body = json.dumps(data).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def tempo(traces: int = 1, name: str = "pay-api") -> dict[str, Any]:
    """Return a Tempo that has traces."""
    began = "1780000000000000000"
    hits = [
        {"traceID": f"{number:032x}", "rootServiceName": name, "durationMs": 900 + number, "startTimeUnixNano": began}
        for number in range(1, traces + 1)
    ]
    return {"/api/status/buildinfo": {"version": "2.10.8"}, "/api/search": {"traces": hits}}


def loki(lines: int = 1, text: str = "boom") -> dict[str, Any]:
    """Return a Loki that has lines."""
    values = [[str(1_780_000_000_000_000_000 + number), text] for number in range(lines)]
    streams = [{"stream": {"service_name": "pay-api"}, "values": values}]
    return {"/loki/api/v1/query_range": {"data": {"resultType": "streams", "result": streams}}}


def gathered(site: Site, name: str, *urls: str | None, seconds: float = 5.0) -> Incident:
    """Return what is around an alert, asked at addresses of Prometheus, Tempo and Loki."""
    found = [None if url is None else Endpoint(url) for url in urls]
    clients = Clients(found[0], found[1], found[2], {"loki": "the spec has no logs"})
    return correlate(Asked(site, clients), subject_of(site, name), Deadline.after(seconds))


def test_every_panel_says_what_it_asked_and_found(site: Site) -> None:
    with answering(prometheus({})) as one, answering(tempo(3)) as two, answering(loki()) as three:
        incident = gathered(site, "Slow", one.url, two.url, three.url)
        queries = [asked for path, asked, _ in two.requests if path == "/api/search"]
        logql = [asked["query"] for _, asked, _ in three.requests]
    data = document([incident])
    assert ([], []) == (data["skipped"], data["truncated"])
    assert "firing" == data["incident"]["state"]
    assert all(part["query"] for panel in PANELS for part in data[panel]["asked"])
    assert {"failing", "slow"} == {part["name"] for part in data["trace_panel"]["asked"]}
    assert 903.0 == data["trace_panel"]["asked"][1]["traces"][0]["duration_ms"], "the slowest first"
    reading = data["metric_panel"]["asked"][0]
    assert (">", 800.0, "ms") == (reading["operator"], reading["threshold"], reading["unit"])
    assert "reading_yesterday" == data["metric_panel"]["asked"][1]["name"]
    # the operation of the alert stays one quoted text, whatever is in it
    assert any("duration >= 800ms" in asked["q"] for asked in queries)
    assert any("status = error" in asked["q"] for asked in queries)
    for asked in queries:
        assert 1 == asked["q"].count('name = "GET /a\\" } || { true')
    assert any(f"{1:032x}|" in query for query in logql)
    assert any('{service_name="pay-api"} | detected_level' in query for query in logql)
    text = as_text(incident)
    assert "fires since" in text
    assert "DOWN for a time: {job=tempo}" in text
    assert "(fires > 800 ms)" in text


def test_the_service_comes_from_what_fires_where_the_spec_does_not_say_it(site: Site) -> None:
    with answering(prometheus({"client": "web", "server": 'pay"}'})) as one, answering(tempo()) as two:
        incident = gathered(site, "Calls", one.url, two.url, None)
    assert ('pay"}', "web") == incident.services
    asked = [one["query"] for one in document([incident])["trace_panel"]["asked"]]
    assert 4 == len(asked)
    assert 'resource.service.name = "pay\\"}"' in asked[0]
    for part in document([incident])["red_panel"]["asked"]:
        assert read(part["query"])


def test_an_alert_about_a_device_finds_its_failing_traces(site: Site) -> None:
    with answering(prometheus({"device_id": "42"})) as one, answering(tempo()) as two:
        data = document([gathered(site, "Waiting", one.url, two.url, None)])
    assert {"red_panel": "no_service", "log_panel": "no_client"} == {
        one["panel"]: one["reason"] for one in data["skipped"]
    }
    (part,) = data["trace_panel"]["asked"]
    assert 'resource.device_id = "42"' in part["query"]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_backend_that_hangs_is_told_by_the_deadline(site: Site, which: int) -> None:
    hung = {path: silent for one in (prometheus({}), tempo(), loki()) for path in one}
    began = time.monotonic()
    with (
        answering(prometheus({})) as one,
        answering(tempo()) as two,
        answering(loki()) as three,
        answering(hung) as dead,
    ):
        urls = [one.url, two.url, three.url]
        urls[which] = dead.url
        incident = gathered(site, "Slow", *urls, seconds=2.0)
        took = time.monotonic() - began
    assert took < 2.5
    reasons = {one["panel"]: one["reason"] for one in document([incident])["skipped"]}
    dead_panels = [{"firing", "metric_panel", "red_panel", "stack_panel"}, {"trace_panel"}, {"log_panel"}][which]
    assert dead_panels == {panel for panel, reason in reasons.items() if reason == "deadline"}
    assert dead_panels == set(reasons)


def test_a_backend_that_is_away_is_told(site: Site) -> None:
    incident = gathered(site, "pay/page", "http://127.0.0.1:9", "http://127.0.0.1:9", None)
    data = document([incident])
    reasons = {one["panel"]: one["reason"] for one in data["skipped"]}
    assert {"query_failed"} == {reasons[name] for name in ("firing", "metric_panel", "trace_panel", "stack_panel")}
    assert "no_client" == reasons["log_panel"]
    assert set(reasons.values()) <= set(REASONS)
    assert "unknown" == data["incident"]["state"]


def test_alertmanager_knows_what_fires_where_prometheus_is_away(site: Site) -> None:
    """Also what another program evaluates. Another alert of the same name is not ours."""
    began = "2026-05-31T04:05:00.123Z"
    alerts = [
        {"labels": {"alertname": "SLOBurnRatePage", "slo": "other"}, "startsAt": "2026-05-31T01:00:00Z"},
        {"labels": {"alertname": "SLOBurnRatePage", "slo": "pay", "service": "pay-api"}, "startsAt": began},
    ]
    with answering({"/api/v2/alerts": alerts}) as one:
        dead, here = Endpoint("http://127.0.0.1:9"), Endpoint(one.url)
        incident = correlate(
            Asked(site, Clients(dead, dead, None, {}, here)), subject_of(site, "pay/page"), Deadline.after(3)
        )
    data = document([incident])
    assert ("firing", "2026-05-31 04:05:00.123Z") == (data["incident"]["state"], data["incident"]["first_fired_at"])
    assert ["pay"] == [labels["slo"] for labels in data["incident"]["firing"]]
    assert "firing" not in {one["panel"] for one in data["skipped"]}


def test_json_is_cut_lines_first_then_traces_then_points(site: Site) -> None:
    texts = "x" * 5000
    with answering(prometheus({}, series=60, points=120)) as one, answering(tempo(50, texts)) as two, \
            answering(loki(50, "\t결제" * 500)) as three:  # fmt: skip
        incident = gathered(site, "Slow", one.url, two.url, three.url)
    whole = document([incident], 10_000_000)
    assert [] == whole["truncated"]
    assert 50 == len(whole["log_panel"]["asked"][0]["lines"])
    data = document([incident])
    assert size_of(data) <= LARGEST
    assert "logs" == data["truncated"][0]
    assert 10 == len(data["log_panel"]["asked"][0]["lines"])
    for most in (60_000, 20_000, 5_000):
        small = document([incident], most)
        assert size_of(small) <= most, small["truncated"]
        assert ["logs", "traces", "points", "panels"][: len(small["truncated"])] == small["truncated"]
    several = document([incident] * 16)
    assert size_of(several) <= LARGEST
    assert 16 == len(several["incidents"])
    assert several["truncated"]


def test_at_most_sixteen_are_asked_about_four_at_a_time(site: Site) -> None:
    subject = subject_of(site, "Slow")
    with answering(prometheus({})) as one, answering(tempo()) as two:
        asked = Asked(site, Clients(Endpoint(one.url), Endpoint(two.url), None, {}))
        assert 16 == len(correlate_all(asked, [subject] * 16, Deadline.after(20)))
        with pytest.raises(AskedError, match="1 to 16"):
            correlate_all(asked, [subject] * 17, Deadline.after(20))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """The command in this process, on a spec of its own."""
    path = tmp_path / "site.yaml"
    path.write_text(SITE, encoding="utf-8")

    def run(*arguments: str) -> Ran:
        code = cli.run(["correlate", str(path), *arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return run


def test_the_command_prints_text_and_json(run: Any) -> None:
    with answering(prometheus({})) as one, answering(tempo()) as two, answering(loki()) as three:
        urls = ("--prometheus", one.url, "--tempo", two.url, "--loki", three.url)
        assert "Slow (trace_latency" in run("Slow", *urls).out
        assert [] == json.loads(run("Slow", "--json", *urls).out)["skipped"]
        assert 2 == len(json.loads(run("Slow", "pay/page", "--json", *urls).out)["incidents"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("Slow", "--window", "241m"), "from 1m to 240m"), (("Slow", "--window", "x"), "no duration"),
     (("Slow", "--at", "noon"), "no moment"), (("Slwo",), "did you mean"), (("Slow",), "no backend could be asked"),
     (tuple(f"a{number}" for number in range(17)), "at most 16")],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(run: Any, arguments: tuple[str, ...], says: str) -> None:
    shown = run(*arguments)
    assert 2 == shown.code
    assert says in shown.err
