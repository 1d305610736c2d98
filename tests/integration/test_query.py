"""`query` on the real stack: what was sent is found, by each filter, and nothing else; and by each name that it has.

Where the stack has a Tempo without TraceQL, that is refused, and the filters mean the same.
"""

import json
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

import pytest

from integration.conftest import Running
from ongrid_gen import library
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.tracequery import Backend, Filters, Search, Window, connect
from ongrid_gen.wait import until
from support import Ran
from tracing import CHECKOUT, Call, send

pytestmark = pytest.mark.integration

# A name that the search of Tempo 1.5 takes for another, and one that tries to get out of its quotes.
HOSTILE = 'POST "/x" } || { true || "\\ $y \t결제'
SENT = {
    "checkout": CHECKOUT,
    "failed": Call("find-api", "GET /a", 0, 900, failed=True, attributes={"http.response.status_code": 500}),
    "well": Call("find-api", "GET /a", 0, 100),
    "longer-name": Call("find-api-2", "GET /a", 0, 120),
    "hostile": Call("find-api", HOSTILE, 0, 50, kind="internal"),
    "beside": Call("find-web", "GET /", 0, 950, (Call("find-api", "GET /b", 10, 20, kind="client"),)),
}  # fmt: skip
ASKED: list[tuple[dict[str, Any], set[str]]] = [
    ({"service": "find-api"}, {"failed", "well", "hostile", "beside"}),
    ({"service": "find-api", "status": "error"}, {"failed"}),
    ({"service": "find-api", "operation": "GET /a"}, {"failed", "well"}),
    ({"service": "find-api", "min_duration": Decimal("0.1")}, {"failed", "well"}),
    ({"service": "find-api", "max_duration": Decimal("0.1")}, {"well", "hostile", "beside"}),
    ({"service": "find-api", "min_duration": Decimal("0.02"), "max_duration": Decimal("0.05")}, {"hostile", "beside"}),
    ({"operation": HOSTILE}, {"hostile"}),
    ({"service": "find-api", "kinds": ("client", "internal")}, {"hostile", "beside"}),
    ({"operation": "GET /a", "resource": {"service.name": "find-api"}}, {"failed", "well"}),
    ({"service": "find-api", "resource": {"name": "find-api"}}, set()),
    ({"service": "find-api-2"}, {"longer-name"}),
    ({"service": "find"}, set()),
    ({"operation": "db_query", "min_duration": Decimal("0.68")}, {"checkout"}),
]


@pytest.fixture(scope="module")
def backend(running: Running) -> Backend:
    """The client of the stack's Tempo."""
    return connect(Endpoint(running.stack.tempo), Deadline.after(10))


@pytest.fixture(scope="module")
def sent(running: Running, backend: Backend) -> dict[str, str]:
    """The IDs of the traces, all of which can be found."""
    ids = {name: send(running.stack.otlp_http(), call) for name, call in SENT.items()}
    short = send(running.stack.otlp_http(), SENT["well"], trace_id=bytes(8) + b"\x01" * 8)
    until(lambda: all(backend.trace(one, Deadline.after(5)) for one in [*ids.values(), short]), seconds=60,
          what="every trace by its ID")  # fmt: skip
    until(lambda: len(found(backend, {"service": "find-api"})) == 5, seconds=90, what="the traces in a search")
    return {**ids, "short": short}


def found(backend: Backend, filters: dict[str, Any]) -> set[str]:
    """Return the IDs of what a search finds."""
    now = time.time()
    hits = backend.search(Search(window=Window(now - 600, now), filters=Filters(**filters)), Deadline.after(20))
    assert hits.complete
    return {hit.trace_id for hit in hits.traces}


def query(running: Running, *arguments: str) -> Ran:
    """Run the command as a user does."""
    spec = running.stack.bundle.parent / "site.yaml"
    command = [sys.executable, "-m", "ongrid_gen", "query", *arguments, "--site", str(spec), "-o",
               str(running.stack.bundle), *(["--stand-ins"] if running.site.images.stand_ins else [])]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert "Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(("filters", "names"), ASKED, ids=lambda one: str(one) if isinstance(one, dict) else "")
def test_a_search_finds_what_holds_all_filters_and_nothing_else(
    backend: Backend, sent: dict[str, str], filters: dict[str, Any], names: set[str]
) -> None:
    ids = {sent[name] for name in names} | ({sent["short"]} if "well" in names else set())
    assert ids == found(backend, filters)


def test_the_command_prints_what_was_found(running: Running, sent: dict[str, str]) -> None:
    shown = query(running, "traceql", "--service", "find-api", "--min-duration", "800ms", "--since", "30m")
    assert shown.code == 0, shown.err
    assert sent["failed"] in shown.out
    assert sent["well"] not in shown.out
    data = json.loads(query(running, "traceql", "--operation", HOSTILE, "--json").out)
    assert [sent["hostile"]] == [one["trace_id"] for one in data["traces"]]


def test_at_most_so_many_are_given(running: Running, sent: dict[str, str]) -> None:
    shown = query(running, "traceql", "--service", "find-api", "--limit", "2", "--json")
    data = json.loads(shown.out)
    assert (2, False) == (len(data["traces"]), data["complete"])
    assert sent


def test_a_trace_is_drawn_with_what_was_waited_for(running: Running, sent: dict[str, str]) -> None:
    shown = query(running, "trace", sent["checkout"])
    assert shown.code == 0, shown.err
    assert "1.2s, 5 spans, 4 services, 0 failed" in shown.out
    path = shown.out.split("critical path\n")[1].splitlines()
    assert path[0].split() == ["680ms", "56.7", "%", "user-service", "db_query"]
    data = json.loads(query(running, "trace", sent["failed"], "--json").out)
    (span,) = data["spans"]
    assert ("find-api", "GET /a", "server", "error", "boom", 900.0) == tuple(
        span[key] for key in ("service", "operation", "kind", "status", "message", "duration_ms")
    )
    assert 500 == span["attributes"]["http.response.status_code"]


def test_an_id_without_its_zeros_finds_the_trace(running: Running, sent: dict[str, str]) -> None:
    assert sent["short"] in query(running, "trace", "01" * 8).out
    missing = query(running, "trace", "f" * 32)
    assert missing.code == 1
    assert "has no trace" in missing.err


def test_a_name_that_nothing_bears_is_told_with_the_nearest(running: Running, sent: dict[str, str]) -> None:
    shown = query(running, "traceql", "--service", "find-apii")
    assert (0, "no trace\n") == (shown.code, shown.out)
    assert "did you mean `find-api`?" in shown.err
    assert sent


def test_values_of_tags_are_those_that_were_sent(backend: Backend, sent: dict[str, str]) -> None:
    now = time.time()
    window, soon = Window(now - 600, now), Deadline.after(20)
    assert {"find-api", "find-api-2", "frontend"} <= set(backend.values("service", window, soon))
    assert {"GET /a", HOSTILE} <= set(backend.values("operation", window, soon))
    assert "500" in backend.values("span.http.response.status_code", window, soon)
    assert sent


def test_each_named_query_is_answered_or_refused(running: Running, sent: dict[str, str]) -> None:
    """Tempo from 2.0 on answers each, if it makes series; before, it would answer with anything."""
    dialect = dialect_of(running.site)
    for one in library.queries():
        series = one.needs == library.METRICS
        shown = query(running, "metrics" if series else "traceql", f"@{one.name}")
        if dialect.TRACEQL_METRICS if series else dialect.TRACEQL:
            assert shown.code == 0, shown.err
        else:
            assert "Tempo" in shown.err
            assert shown.code in (1, 2)
    assert sent


def test_prometheus_is_asked_for_a_moment_and_a_time(running: Running) -> None:
    shown = query(running, "promql", "up", "--json")
    assert shown.code == 0, shown.err
    now = json.loads(shown.out)
    assert {"prometheus"} <= {one["labels"]["job"] for one in now["series"]}
    assert all(len(one["points"]) == 1 for one in now["series"])
    over = query(running, "promql", "up", "--since", "10m", "--step", "15s")
    assert over.code == 0, over.err
    assert over.out.split()[:3] == ["LAST", "MIN", "MAX"]


def test_what_stopped_is_no_hang(running: Running) -> None:
    began = time.monotonic()
    shown = query(running, "traceql", "--service", "a", "--url", "http://127.0.0.1:9", "--timeout", "2")
    assert shown.code == 2
    assert time.monotonic() - began < 30
