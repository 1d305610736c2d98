"""Tracing can be taken out of an application by its environment alone; it keeps answering in each state."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.conftest import Running, free_port
from ongrid_gen.components import apps
from ongrid_gen.runtime import api
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

APP = Path(__file__).resolve().parent / "app" / "app.py"
INSTRUMENT = Path(sys.executable).parent / "opentelemetry-instrument"


@contextmanager
def application(environment: dict[str, str]) -> Iterator[str]:
    """Run the application with auto-instrumentation in front; yield its address."""
    port = free_port()
    bare = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
    command = [str(INSTRUMENT), sys.executable, str(APP), str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**bare, **environment}, stdout=quiet, stderr=quiet)
    try:
        address = f"http://127.0.0.1:{port}/hello/you"
        until(lambda: answer(address), seconds=30, what="the application to answer")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def answer(address: str) -> str:
    """Return what the application answers; it must do so within two seconds."""
    with urllib.request.urlopen(address, timeout=2) as response:
        assert response.status == 200
        text: str = response.read().decode()
        return text


def calls(running: Running, service: str) -> float:
    """Return how many requests of a service were counted."""
    found = api.promql(running.stack.prometheus, f'sum(traces_spanmetrics_calls_total{{service_name="{service}"}})')
    return float(found[0]["value"][1]) if found else 0.0


def environment_of(running: Running, service: str) -> dict[str, str]:
    """Return the environment that `ongrid-gen env` prints, batches sent at once."""
    found = running.site.service(service)
    assert found is not None
    return {**apps.variables(running.site, found), "OTEL_BSP_SCHEDULE_DELAY": "200"}


def test_with_our_environment_the_application_answers_and_is_traced(running: Running) -> None:
    with application(environment_of(running, "shop-web")) as address:
        for _ in range(10):
            assert answer(address) == "hello you"
        until(lambda: calls(running, "shop-web") >= 10, seconds=60, what="its requests to be counted")


def test_switched_off_while_the_agent_runs_it_answers_and_is_not_traced(running: Running) -> None:
    environment = {**environment_of(running, "edge-api"), apps.REMOVE: "true"}
    before = calls(running, "edge-api")
    with application(environment) as address:
        for _ in range(10):
            assert answer(address) == "hello you"
        time.sleep(float(running.site.metrics.interval) + 3)  # nothing to poll for: nothing must come
        assert calls(running, "edge-api") == before


def test_without_any_variable_it_answers_while_the_agent_runs(running: Running) -> None:
    del running
    with application({}) as address:
        assert answer(address) == "hello you"


def test_without_the_agent_it_answers_too(running: Running) -> None:
    environment = {**environment_of(running, "shop-web"), apps.EXPORT: f"http://127.0.0.1:{free_port()}"}
    with application(environment) as address:
        for _ in range(10):
            assert answer(address) == "hello you"
