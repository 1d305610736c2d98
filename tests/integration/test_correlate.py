"""`correlate` and `doctor` on the real stack: each kind of alert finds what belongs to it; what breaks is named."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from integration.conftest import Running, stack_of
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api
from ongrid_gen.wait import until
from support import Ran

pytestmark = pytest.mark.integration

HOSTILE = 'POST "/x" } || { true || "\\ $y \t결제'
SENT = {
    "pay-api": Traffic("pay-api", "POST /v1/charge", duration=Decimal("0.9"), rate=10),
    "orders-api": Traffic("orders-api", HOSTILE, rate=10, error_percent=Decimal(100)),
    "stock-api": Traffic("stock-api", "GET /stock", client="shop-web", rate=10, error_percent=Decimal(50)),
    "fewer-api": Traffic("fewer-api", "GET /", rate=10),
}
FIRE = {"PaySlow", "OrdersErrors", "CallsFail", "GoneSilent", "SLOBurnRatePage", "Raw", "Threshold"}
# What each alert is about, and which of its traces must be found: None where there can be none.
ABOUT = {
    "PaySlow": ("pay-api", "slow"),
    "OrdersErrors": ("orders-api", "failing"),
    "CallsFail": ("stock-api", "failing"),
    "orders/page": ("orders-api", "failing"),
    "FewerFell": ("fewer-api", "slow"),
    "GoneSilent": ("gone-api", None),
    "Raw": (None, None),
    "Threshold": (None, None),
    "Anomaly": (None, None),
    "Forecast": (None, None),
}
SECONDS = 5.0


@pytest.fixture(scope="module")
def running(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    with stack_of("correlate.yaml", scratch, stand_ins=stand_ins) as one:
        yield one


@pytest.fixture(scope="module")
def senders(running: Running) -> Iterator[dict[str, Sender]]:
    """Bad traffic that goes on, once every alert that it fires does fire."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(Sender(running.stack.otlp_http(), one)) for name, one in SENT.items()}
        until(lambda: firing(running) >= FIRE, seconds=240, what=f"{', '.join(sorted(FIRE))} to fire")
        yield found


def firing(running: Running) -> set[str]:
    """Return the names of the alerts that fire."""
    return {one["labels"]["alertname"] for one in api.alerts(running.stack.prometheus) if one["state"] == "firing"}


def command(running: Running, *arguments: str) -> Ran:
    """Run a command on the spec as a user does."""
    name, *rest = arguments
    spec = running.stack.bundle.parent / "site.yaml"
    words = [sys.executable, "-m", "ongrid_gen", name, str(spec), *rest, "-o", str(running.stack.bundle),
             *(["--stand-ins"] if running.site.images.stand_ins else [])]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def correlated(running: Running, *arguments: str) -> dict[str, Any]:
    """Return what `correlate` finds."""
    shown = command(running, "correlate", *arguments, "--json")
    assert shown.code == 0, shown.err
    found: dict[str, Any] = json.loads(shown.out)
    return found


def parts(data: dict[str, Any], panel: str) -> dict[str, dict[str, Any]]:
    """Return what was asked for a panel, by name."""
    return {one["name"]: one for one in data[panel]["asked"]}


@pytest.mark.parametrize("name", list(ABOUT))
def test_every_kind_of_alert_finds_what_belongs_to_it(running: Running, senders: dict[str, Sender], name: str) -> None:
    service, wanted = ABOUT[name]
    data = correlated(running, name)
    assert data["took_ms"] < 1000 * SECONDS, {one["name"]: one["took_ms"] for one in data["trace_panel"]["asked"]}
    fires = {"orders/page": "SLOBurnRatePage"}.get(name, name) in FIRE
    assert (data["incident"]["state"] == "firing") is fires, data["incident"]
    assert any(one.get("series") for one in data["metric_panel"]["asked"]), data["metric_panel"]
    assert {one["labels"]["job"] for one in parts(data, "stack_panel")["up"]["series"]} >= {"tempo", "gateway"}
    assert "no_client" == data["log_panel"]["skipped"]["reason"]
    if service is None:
        assert "no_service" == data["red_panel"]["skipped"]["reason"]
        return
    assert service in data["incident"]["services"]
    if wanted is None:
        return
    assert any(one["labels"] == {"service_name": service} for one in parts(data, "red_panel")["rate"]["series"])
    sent = {trace_id for sender in senders.values() for trace_id in sender.accepted}
    traces = parts(data, "trace_panel")[wanted]["traces"]
    assert traces
    assert {one["trace_id"] for one in traces} <= sent
    assert any("waited_for" in one for one in traces)
    if name == "PaySlow":
        assert all(one["duration_ms"] >= 800 for one in traces)
        reading = data["metric_panel"]["asked"][0]
        assert float(reading["series"][0]["max"]) > reading["threshold"] == 800


def test_a_failing_call_shows_both_ends(running: Running, senders: dict[str, Sender]) -> None:
    data = correlated(running, "CallsFail")
    assert ["stock-api", "shop-web"] == data["incident"]["services"]
    edges = parts(data, "red_panel")["call_errors"]["series"]
    assert {"client": "shop-web", "server": "stock-api"} in [one["labels"] for one in edges]
    assert senders


def test_all_of_it_takes_no_longer_than_the_slowest_question(running: Running, senders: dict[str, Sender]) -> None:
    """Beside it goes what must be known first: when the alert fired, and what the traces that were found waited for."""
    ratios = []
    for name in ("PaySlow", "OrdersErrors", "CallsFail", "orders/page") * 2:
        data = correlated(running, name)
        asked = {(panel, part): one["took_ms"] for panel in ("metric_panel", "red_panel", "trace_panel", "stack_panel")
                 for part, one in parts(data, panel).items()}  # fmt: skip
        slowest = max(asked, key=lambda key: asked[key])
        ratios.append(data["took_ms"] / max(1, asked[slowest]))
        print(f"{name}: {data['took_ms']} ms, slowest {slowest} {asked[slowest]} ms, {ratios[-1]:.2f} times")
    assert sorted(ratios)[len(ratios) // 2] < 2
    assert senders


def test_several_at_once_are_one_document(running: Running, senders: dict[str, Sender]) -> None:
    shown = command(running, "correlate", *ABOUT, "--json", "--timeout", "20")
    assert len(shown.out.encode()) <= 100_001
    assert list(ABOUT) == [one["incident"]["alert"] for one in json.loads(shown.out)["incidents"]]
    assert senders


def test_text_is_for_people(running: Running, senders: dict[str, Sender]) -> None:
    shown = command(running, "correlate", "PaySlow")
    print(shown.out)
    assert "PaySlow (trace_latency, critical): fires since" in shown.out
    assert "(fires > 800 ms)" in shown.out
    assert "pay-api POST /v1/charge" in shown.out
    assert senders


@pytest.mark.parametrize("which", ["prometheus", "tempo"])
def test_a_backend_that_hangs_is_told_by_the_deadline(running: Running, senders: dict[str, Sender], which: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        data = correlated(running, "PaySlow", f"--{which}", url, "--timeout", "4")
    assert data["took_ms"] < 4500
    reasons = {one["panel"]: one["reason"] for one in data["skipped"]}
    hung = {"prometheus": {"metric_panel", "red_panel", "stack_panel"}, "tempo": {"trace_panel"}}[which]
    assert hung == {panel for panel, reason in reasons.items() if reason == "deadline"}
    assert "firing" == data["incident"]["state"], "where Prometheus hangs, Alertmanager knows"
    if which == "prometheus":
        assert parts(data, "trace_panel")["slow"]["traces"], "Tempo is asked all the same"
    assert senders


def test_the_tools_answer_from_the_stack(running: Running, senders: dict[str, Sender]) -> None:
    """By a client of the protocol, over stdin and stdout."""
    spec = running.stack.bundle.parent / "site.yaml"
    words = ["-m", "ongrid_gen", "mcp", str(spec), "-o", str(running.stack.bundle),
             *(["--stand-ins"] if running.site.images.stand_ins else [])]  # fmt: skip

    async def use() -> list[Any]:
        with anyio.fail_after(90):
            async with Client(
                StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))
            ) as client:
                return [
                    await client.call_tool("query_traceql", {"operation": HOSTILE, "limit": 5}),
                    await client.call_tool("query_traceql", {"service": "pay-api", "device_id": 24}),
                    await client.call_tool("correlate_incident", {"incident_id": "PaySlow"}),
                ]

    hostile, elsewhere, incident = anyio.run(use)
    found = {one["trace_id"] for one in json.loads(hostile.content[0].text)["traces"]}
    assert found
    assert found <= set(senders["orders-api"].accepted)
    assert [] == json.loads(elsewhere.content[0].text)["traces"]
    data = json.loads(incident.content[0].text)
    assert "firing" == data["incident"]["state"]
    assert parts(data, "trace_panel")["slow"]["traces"]


def test_doctor_finds_a_healthy_stack_well(running: Running, senders: dict[str, Sender]) -> None:
    began = time.monotonic()
    shown = command(running, "doctor", "--json")
    took = time.monotonic() - began
    data = json.loads(shown.out)
    print(json.dumps(data, indent=1, ensure_ascii=False), took)
    assert 0 == shown.code, shown.out
    verdicts = {one["name"]: one["verdict"] for one in data["hops"]}
    assert {"application port → agent", "agent → gateway", "gateway → Tempo", "Tempo → series", "series → exemplar",
            "Prometheus → Alertmanager"} == {name for name, one in verdicts.items() if one == "ok"}  # fmt: skip
    found = {one["name"]: one for one in data["findings"]}
    assert "look" == found["services"]["verdict"]
    assert "gone-api" in found["services"]["said"]
    assert "ok" == found["configuration"]["verdict"], found["configuration"]
    assert max(one["seconds"] or 0 for one in data["hops"]) < 20
    assert data["seconds"] < 60, "on a machine with nothing else to do it is 20"
    assert senders


def test_doctor_names_what_is_broken(running: Running, senders: dict[str, Sender]) -> None:
    """The last test: it stops the gateway."""
    alertmanager = running.stack.bundle / "alertmanager" / "alertmanager.yaml"
    text = alertmanager.read_text(encoding="utf-8")
    alertmanager.write_text(text + "\n# by hand\n", encoding="utf-8")
    running.stack.centre.call("stop", "gateway")
    shown = command(running, "doctor")
    print(shown.out)
    assert 1 == shown.code
    lines = {line[:4].strip(): line for line in shown.out.splitlines() if line.startswith("BAD")}
    assert lines
    bad = [line for line in shown.out.splitlines() if line.startswith("BAD")]
    assert any("agent → gateway" in line for line in bad)
    assert any("alertmanager/alertmanager.yaml was edited" in line for line in bad)
    assert any("gateway" in line and "configuration" in line for line in bad)
    assert senders
