"""The tools as a client of the protocol sees them: by stdin and stdout, and by HTTP; and what they refuse."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from answering import Answering, answering
from correlate.test_correlate import loki, prometheus, tempo
from integration.conftest import free_port
from ongrid_gen import cli
from ongrid_gen.commands.mcp import loopback
from ongrid_gen.errors import CommandError
from ongrid_gen.mcptools.scope import refuse_other_device
from ongrid_gen.traceql import conjoin, read
from ongrid_gen.traceql.tree import Binary, filters
from ongrid_gen.tracequery import AskedError

SITE = """
version: 1
site: demo
services: [{name: pay-api}]
prometheus: {retention: 35d}
alerts: [{name: Slow, kind: trace_latency, service: pay-api, threshold_ms: 800}]
slos: [{name: pay, service: pay-api, objective: 99, sli: errors}]
"""
HOSTILE = 'a" } || { true || "\\ \t결제'
Use = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def backends() -> Iterator[tuple[Answering, Answering, Answering]]:
    with answering(prometheus({})) as one, answering(tempo(1200)) as two, answering(loki()) as three:
        yield one, two, three


@pytest.fixture
def words(tmp_path: Path, backends: tuple[Answering, Answering, Answering]) -> list[str]:
    """The command that offers the tools."""
    path = tmp_path / "site.yaml"
    path.write_text(SITE, encoding="utf-8")
    one, two, three = (each.url for each in backends)
    return ["-m", "ongrid_gen", "mcp", str(path), "--prometheus", one, "--tempo", two, "--loki", three]


def used(words: list[str], use: Use) -> Any:
    """Return what comes of using the tools by stdin and stdout."""

    async def main() -> Any:
        with anyio.fail_after(60):
            async with Client(
                StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))
            ) as client:
                return await use(client)

    return anyio.run(main)


def called(words: list[str], tool: str, **arguments: Any) -> tuple[bool, str]:
    """Return whether a call failed, and its text."""

    async def use(client: Client) -> tuple[bool, str]:
        result = await client.call_tool(tool, arguments)
        return bool(result.is_error), "".join(getattr(one, "text", "") for one in result.content)

    found: tuple[bool, str] = used(words, use)
    return found


def asked_of(tempo: Answering) -> str:
    """Return the query that came last."""
    return [query["q"] for path, query, _ in tempo.requests if path == "/api/search"][-1]


def test_two_tools_are_offered_that_only_read(words: list[str]) -> None:
    async def use(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in used(words, use)}
    assert {"query_traceql", "correlate_incident"} == set(tools)
    assert all(tool.annotations.read_only_hint for tool in tools.values())
    arguments = tools["query_traceql"].input_schema["properties"]
    assert {
        "query",
        "device_id",
        "service",
        "operation",
        "start",
        "end",
        "limit",
        "min_duration",
        "max_duration",
    } == set(arguments)
    assert (1, 1000, 50) == tuple(arguments["limit"][key] for key in ("minimum", "maximum", "default"))
    assert {"incident_id", "incident_ids", "window_minutes"} == set(
        tools["correlate_incident"].input_schema["properties"]
    )


def test_a_search_is_held_to_all_its_filters(words: list[str], backends: tuple[Answering, ...]) -> None:
    failed, text = called(words, "query_traceql", query="{ status = error || duration > 1s }", device_id=24,
                          service=HOSTILE, min_duration="800ms", limit=3)  # fmt: skip
    assert not failed, text
    data = json.loads(text)
    assert 3 == len(data["traces"])
    query = asked_of(backends[1])
    assert query.startswith("{ ( status = error || duration > 1s ) && (")
    assert 'resource.device_id = "24"' in query
    assert "duration >= 800ms" in query
    assert 1 == len(read(query).tree.search.stages)  # type: ignore[union-attr]


def test_a_large_answer_is_cut(words: list[str]) -> None:
    failed, text = called(words, "query_traceql", service="pay-api", limit=1000)
    assert not failed
    data = json.loads(text)
    assert len(text.encode()) <= 100_000
    assert (True, False) == (data["truncated"], data["complete"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "say what to search for"),
        ({"query": "{ x", "service": "a"}, "wrong at character"),
        ({"service": "a", "limit": 0}, "greater than or equal to 1"),
        ({"service": "a", "limit": 1001}, "less than or equal to 1000"),
        ({"query": '{ resource.device_id = "25" }', "device_id": "24"}, "conflicts"),
        ({"service": "a" * 2000}, "too long"),
        ({"service": "a", "min_duration": "1 h"}, "no duration"),
        ({"service": "a", "start": "noon"}, "no moment"),
        ({"query": "{ } | rate()"}, "series, not traces"),
        ({"query": "a" * 9000}, "too long"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: list[str], arguments: dict[str, Any], says: str) -> None:
    failed, text = called(words, "query_traceql", **arguments)
    assert failed
    assert says in text
    assert "Traceback" not in text


def test_what_happened_around_an_alert_is_told(words: list[str]) -> None:
    failed, text = called(words, "correlate_incident", incident_id="Slow", window_minutes=60)
    assert not failed, text
    data = json.loads(text)
    assert ("Slow", "firing", []) == (data["incident"]["alert"], data["incident"]["state"], data["skipped"])
    failed, text = called(words, "correlate_incident", incident_ids=["Slow", "pay/page"])
    assert ["Slow", "pay/page"] == [one["incident"]["alert"] for one in json.loads(text)["incidents"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({}, "incident_id"), ({"incident_id": "Slwo"}, "did you mean `Slow`"), ({"incident_ids": ["a"] * 17}, "16"),
     ({"incident_id": "Slow", "window_minutes": 241}, "240")],
)  # fmt: skip
def test_an_alert_that_is_none_is_refused(words: list[str], arguments: dict[str, Any], says: str) -> None:
    failed, text = called(words, "correlate_incident", **arguments)
    assert failed
    assert says in text


@contextmanager
def served(words: list[str]) -> Iterator[str]:
    """Serve by HTTP while inside."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *words, "--http", f"127.0.0.1:{port}"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        yield process.stderr.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_the_same_goes_by_http(words: list[str]) -> None:
    async def main(url: str) -> Any:
        until = time.monotonic() + 20
        while True:
            try:
                async with Client(url) as client:
                    return await client.call_tool("query_traceql", {"service": "pay-api", "limit": 2})
            except Exception:
                if time.monotonic() > until:
                    raise
                await anyio.sleep(0.3)

    with served(words) as url:
        assert url.endswith("/mcp")
        result = anyio.run(main, url)
    assert not result.is_error
    assert 2 == len(json.loads(result.content[0].text)["traces"])


@pytest.mark.parametrize(
    "address", ["0.0.0.0:8765", "192.0.2.1:1", "[::]:1", "example.com:1", "127.0.0.1", ":8", "127.0.0.1:0"]
)
def test_only_this_machine_is_served(address: str) -> None:
    with pytest.raises(CommandError):
        loopback(address)


def test_loopback_is_known() -> None:
    assert ("127.0.0.1", 8765) == loopback("127.0.0.1:8765")
    assert ("::1", 8765) == loopback("[::1]:8765")
    assert ("localhost", 1) == loopback("localhost:1")


@pytest.mark.parametrize(
    "query",
    ['{ resource.device_id = "25" }', '{ resource.device_id = "24" || resource.device_id = "25" }',
     '{ .device_id = "24" }', '{ resource.device_id != "24" }', '{ resource.device_id =~ "2.*" }',
     '{ } >> { span.device_id = "25" }', '{ resource.device_id != nil }', '{ resource."device_id" = "25" }',
     '{ resource.device_id = "24" && resource.device_id = `25` }', "{ resource.device_id = resource.device_id }"],
)  # fmt: skip
def test_a_query_that_chooses_by_device_itself_is_refused(query: str) -> None:
    with pytest.raises(AskedError, match="conflicts"):
        refuse_other_device(read(query), "24")


@pytest.mark.parametrize(
    "query",
    ['{ resource.device_id = "24" || true }', "{ true } && { status = error }", "{ } || { } >> { name = `}` }",
     "({ } | count() > 1) || ({ duration > 1s } | count() > 2)", '{ name = "x" } // } || { true',
     "{ } | select(resource.device_id)"],
)  # fmt: skip
def test_no_spanset_leaves_its_device(query: str) -> None:
    refuse_other_device(read(query), "24")
    held = read(conjoin(query, 'resource.device_id = "24"'))
    for one in filters(held.tree):
        condition = one.condition
        while isinstance(condition, Binary) and condition.op == "&&" and held.text[condition.right.start] != "(":
            condition = condition.right
        assert held.text[one.start : one.end].rstrip(" }").endswith('(resource.device_id = "24")')


def test_without_the_library_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                        capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    path = tmp_path / "site.yaml"
    path.write_text(SITE, encoding="utf-8")
    for name in [
        name for name in sys.modules if name == "mcp" or name.startswith(("mcp.", "ongrid_gen.mcptools.server"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert 2 == cli.run(["mcp", str(path)])
    assert "ongrid-gen[mcp]" in capsys.readouterr().err
