"""What is asked: the time, the names of queries, and how `query` speaks to whoever made a mistake."""

import json
from pathlib import Path
from typing import Any

import pytest

from answering import answering, silent
from ongrid_gen import cli, library
from ongrid_gen.querying.named import entries, expression_of
from ongrid_gen.querying.times import duration_of, moment_of, step_of, window_of
from ongrid_gen.tracequery import AskedError, Window
from support import Ran, site_of
from tracequery.test_tempo import BUILD, SEARCH

SITE = """
version: 1
site: demo
services: [{name: payments-api}]
tempo: {port: 23999}
queries:
  slow-charge: '{ name = "POST /v1/charge" && duration > 1s }'
  failed: '{ status = error }'
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """The command in this process."""

    def run(*arguments: str) -> Ran:
        code = cli.run(["query", *arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return run


def test_the_time_is_an_hour_unless_it_is_said() -> None:
    assert 3600 == window_of(None, None, "2026-05-31T14:00:00Z").seconds
    assert 90 == window_of("1m30s", None, "2026-05-31T14:00:00Z").seconds
    found = window_of(None, "2026-05-31T13:00:00+09:00", "2026-05-31T06:00:00Z")
    assert 7200 == found.seconds
    assert moment_of("2026-05-31T04:00:00Z") == found.start


@pytest.mark.parametrize(
    ("since", "start", "end", "says"),
    [("1 hour", None, None, "no duration"), ("1h", "2026-05-31T14:00:00Z", None, "not both"),
     (None, "yesterday", None, "no moment"), (None, "2026-05-31T14:00:00", None, "time zone"),
     (None, "2026-05-31T14:00:00Z", "2026-05-31T13:00:00Z", "before it ends"), ("0s", None, None, "before it ends")],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(since: str | None, start: str | None, end: str | None, says: str) -> None:
    with pytest.raises(AskedError, match=says):
        window_of(since, start, end)


@pytest.mark.parametrize(("seconds", "step"), [(300, 15), (3600, 60), (21600, 300), (86400, 720)])
def test_the_step_goes_by_the_time(seconds: int, step: int) -> None:
    assert step == step_of(Window(1, 1 + seconds), None)
    assert 30 == step_of(Window(1, 1 + seconds), "30s")


def test_a_duration_of_spans_may_be_a_fraction() -> None:
    assert [None, 1500, 800] == [found and int(found * 1000) for found in map(duration_of, (None, "1.5s", "800ms"))]
    with pytest.raises(AskedError):
        duration_of("1")


def test_a_name_is_a_query_of_the_spec_or_of_the_program() -> None:
    site = site_of(SITE)
    assert "{ .a }" == expression_of("{ .a }", {}, site)
    assert site.queries["slow-charge"] == expression_of("@slow-charge", {}, site)
    assert "{ status = error }" == expression_of("@failed", {}, site)
    assert '{ resource.service.name = "payments-api" }' == expression_of("@service", {}, site)
    assert '{ resource.service.name = "a\\"b" }' == expression_of("@service", {"service": 'a"b'}, None)
    assert len(entries(None)) + 1 == len(entries(site))


@pytest.mark.parametrize(
    ("text", "given", "says"),
    [("@slow-chrage", {}, "did you mean `@slow-charge`"), ("@qqqq", {}, "query list"),
     ("{ }", {"a": "b"}, "write @name"),
     ("@slow", {"service": "a"}, "it has `min_duration`"), ("@failed", {"service": "a"}, "it has none"),
     ("@slow", {"min_duration": "1"}, "no duration")],
)  # fmt: skip
def test_a_name_or_value_that_is_wrong_is_told(text: str, given: dict[str, str], says: str) -> None:
    with pytest.raises(AskedError, match=says):
        expression_of(text, given, site_of(SITE))


def test_without_a_spec_nothing_is_made_up() -> None:
    for query in library.queries():
        if query.parameters:
            with pytest.raises(AskedError, match="open: give -p"):
                expression_of(f"@{query.name}", {}, None)


def test_a_search_prints_a_table_or_json(run: Any) -> None:
    with answering({"/api/status/buildinfo": BUILD, "/api/search": SEARCH}) as program:
        shown = run("traceql", "@slow", "-p", "min_duration=1s", "--url", program.url)
        found = run("traceql", "--service", "a", "--json", "--limit", "2", "--url", program.url)
    assert (0, "@slow: { duration > 1s }\n") == (shown.code, shown.err)
    assert ["TRACE", "BEGAN", "TOOK", "SPANS", "SERVICE", "OPERATION"] == shown.out.splitlines()[0].split()
    said = json.loads(found.out)
    assert ("Tempo 2.10.8", False, 900.0) == (said["backend"], said["complete"], said["traces"][0]["duration_ms"])


def test_a_name_that_nothing_bears_is_told_with_the_nearest(run: Any) -> None:
    answers = {
        "/api/status/buildinfo": BUILD,
        "/api/search": {"traces": []},
        "/api/v2/search/tag/resource.service.name/values": {"tagValues": [{"value": "payments-api"}]},
    }
    with answering(answers) as program:
        found = run("traceql", "--service", "payment-api", "--url", program.url)
    assert (0, "no trace\n") == (found.code, found.out)
    assert "no span has the service `payment-api` in this time; did you mean `payments-api`?\n" == found.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("traceql", '{ .a = "결제" && duration == 1s }'), 1, "query:1:25: error[OG007]: `==` is no operator"),
        (("traceql", '{ .a = "결제" && duration == 1s }'), 1, "  |                           ^^ write `=`"),
        (("traceql", "{ .a }\n&& { .b"), 1, "query:2:4: error[OG007]: `{` is never closed"),
        (("traceql", "{ } | rate()"), 1, "it gives series, not traces"),
        (("metrics", "{ }"), 1, "it gives traces, not series"),
        (("promql", "rate(up)"), 1, "query:1:1: error[OG045]: `rate` takes a range"),
        (("traceql",), 2, "say what to search for"),
        (("traceql", "--resource", "device_id"), 2, "`device_id` is no NAME=VALUE"),
        (("traceql", "--min-duration", "2s", "--max-duration", "1s"), 2, "must not be longer"),
        (("traceql", "{ }", "--limit", "1001"), 2, "1<=x<=1000"),
        (("traceql", "{ }", "--since", "8d"), 2, "at most 168 h"),
        (("trace", "xyz"), 2, "no ID of a trace"),
        (("trace", "1"), 1, "Tempo 2.10.8 has no trace 1"),
    ],
)
def test_a_mistake_is_told_where_it_is(run: Any, arguments: tuple[str, ...], code: int, says: str) -> None:
    with answering({"/api/status/buildinfo": BUILD}) as program:
        found = run(*arguments, "--url", program.url)
    assert (code, "") == (found.code, found.out)
    assert says in found.err


def test_what_only_the_program_finds_wrong_is_marked_too(run: Any) -> None:
    answers = {"/loki/api/v1/query_range": (400, "parse error at line 1, col 9: syntax error: unexpected }")}
    with answering(answers) as program:
        found = run("logql", '{app="a"}}', "--url", program.url)
    assert (1, "") == (found.code, found.out)
    assert "it is refused: parse error at line 1, col 9" in found.err
    assert '1 | {app="a"}}\n  |         ^\n' in found.err


def test_lines_of_a_log_come_latest_first_and_move_no_cursor(run: Any) -> None:
    streams = [
        {"stream": {"app": "a"}, "values": [["1700000000000000000", "old"], ["1700000001000000000", "new\x1b[2J"]]}
    ]
    with answering({"/loki/api/v1/query_range": {"data": {"resultType": "streams", "result": streams}}}) as program:
        found = run("logql", '{app="a"}', "--url", program.url, "--since", "1h", "--end", "2023-11-14T23:00:00Z")
        asked = program.requests[0][1]
    assert ["2023-11-14 22:13:21.000Z  new\ufffd[2J", "2023-11-14 22:13:20.000Z  old"] == found.out.splitlines()
    assert ("50", "1699999200000000000") == (asked["limit"], asked["start"])


@pytest.mark.parametrize(
    "arguments", [("traceql", "{ }"), ("trace", "1"), ("metrics", "{ } | rate()"), ("promql", "up")]
)
def test_a_dead_program_is_no_hang(run: Any, arguments: tuple[str, ...]) -> None:
    dead = {"/api/status/buildinfo": silent, "/api/v1/query": silent}
    with answering(dead) as program:
        found = run(*arguments, "--url", program.url, "--timeout", "0.5")
    assert (2, "") == (found.code, found.out)
    assert "no answer within 0.5 s" in found.err


def test_a_file_of_headers_is_sent_and_never_told(run: Any, tmp_path: Path) -> None:
    headers = tmp_path / "headers"
    headers.write_text("X-Scope-OrgID: shop\n\nAuthorization: Bearer s3cret\n")
    with answering({"/api/status/buildinfo": BUILD, "/api/search": SEARCH}) as program:
        assert 0 == run("traceql", "{ }", "--url", program.url, "--header-file", str(headers)).code
        assert all("Bearer s3cret" == sent["Authorization"] for _, _, sent in program.requests)
        headers.write_text("Bearer s3cret\n")
        found = run("traceql", "{ }", "--url", program.url, "--header-file", str(headers))
    assert 2 == found.code
    assert "s3cret" not in found.err


def test_the_port_of_the_spec_is_asked(run: Any, tmp_path: Path) -> None:
    spec = tmp_path / "site.yaml"
    spec.write_text(SITE)
    found = run("traceql", "@slow-charge", "--site", str(spec))
    assert 2 == found.code
    assert "http://127.0.0.1:23999" in found.err
    assert "by --url" in run("logql", '{a="b"}', "--site", str(spec)).err
    listed = json.loads(run("list", "--json", "--site", str(spec)).out)
    assert {"name": "slow-charge", "answers": '{ name = "POST /v1/charge" && duration > 1s }', "parameters": [],
            "gives": "traces"} in listed  # fmt: skip


def test_without_a_spec_it_says_how_to_name_one(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "give a spec by --site, or an address by --url" in run("traceql", "{ }").err
    assert "@slow-in-service" in run("list").out
