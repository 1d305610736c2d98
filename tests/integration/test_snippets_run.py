"""What `env --snippet` prints is run as it is printed, around a small program; its spans arrive at a real collector.

Packages come from the registries of each language, and stay in the caches of their clients.
"""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

from integration.conftest import free_port
from ongrid_gen.components import agent
from ongrid_gen.components.images import OTELCOL
from ongrid_gen.conventions import OTLP_HTTP
from ongrid_gen.model import Site
from ongrid_gen.render import render
from ongrid_gen.runtime import docker, images
from ongrid_gen.snippets import snippet
from ongrid_gen.wait import until
from support import lacking, site_of

pytestmark = pytest.mark.integration

PROGRAMS: Final = Path(__file__).resolve().parent / "programs"
ORIGIN: Final = "https://shop.example.com"
ESBUILD: Final = "esbuild@0.28.2"
SPEC: Final = """
version: 1
site: snippets
environment: test
ingest: {{http_port: {port}, cors: ["{origin}"]}}
services:
  - {{name: python-api, language: python, version: "1.4.2"}}
  - {{name: node-api, language: node, version: "1.4.2"}}
  - {{name: java-api, language: java, version: "1.4.2"}}
  - {{name: go-api, language: go, version: "1.4.2"}}
  - {{name: web, language: browser, version: "1.4.2"}}
"""


@dataclass(frozen=True)
class Receiver:
    """An agent that prints the spans it gets, for the applications of a site."""

    site: Site
    container: str
    folder: Path

    def spans(self, service: str) -> list[dict[str, str]]:
        """Return what arrived of one service: `Kind`, `Trace ID`, `Name` and the attributes of each span."""
        printed = docker.attempt("logs", self.container)
        batches = (printed.stdout + printed.stderr).decode().split("ResourceSpans #")
        own = [batch for batch in batches if f"-> service.name: Str({service})" in batch]
        found = [(batch.split("Span #")[0], span) for batch in own for span in batch.split("\nSpan #")[1:]]
        return [{**fields(resource), **fields(span)} for resource, span in found]


def fields(text: str) -> dict[str, str]:
    """Return the lines `key : value` and `-> key: Str(value)` of the debug exporter."""
    lines = re.findall(r"^ +(?:-> )?([\w.]+(?: \w+)?) *: (?:(?:Str|Int)\((.*)\)|(.*))$", text, re.MULTILINE)
    return {key: value or bare for key, value, bare in lines}


@pytest.fixture(scope="module")
def receiver(scratch: Path, stand_ins: bool) -> Iterator[Receiver]:
    """An agent's own receivers in a collector that prints."""
    folder = scratch / "snippets"
    (folder / "otelcol").mkdir(parents=True)
    port = free_port()
    site = site_of(SPEC.format(port=port, origin=ORIGIN), stand_ins=stand_ins)
    images.provide(site, print)
    receivers = agent.config(site, site.edges[0])["receivers"]["otlp"]
    traces = {"receivers": ["otlp"], "exporters": ["debug"]}
    config = {
        "receivers": {"otlp": receivers},
        "exporters": {"debug": {"verbosity": "detailed"}},
        "service": {"pipelines": {"traces": traces}},
    }
    (folder / "otelcol" / "agent.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    container = docker.run(
        *("run", "--detach", f"--publish=127.0.0.1:{port}:{OTLP_HTTP}", f"--volume={folder}/otelcol:/etc/otelcol:ro"),
        *(OTELCOL.reference(site.images), "--config=/etc/otelcol/agent.yaml"),
    ).strip()
    try:
        yield Receiver(site, container, folder)
    finally:
        docker.run("rm", "--force", container)


def project(receiver: Receiver, name: str, *needs: str) -> Path:
    """Return a new folder of an application, with its environment beside it as the snippet wants it."""
    for program in needs:
        if shutil.which(program) is None:
            lacking(f"the snippet of {name} is not run: there is no `{program}`")
    folder = receiver.folder / name
    folder.mkdir()
    environments = {Path(path).name: text for path, text in render(receiver.site).items() if path.startswith("apps/")}
    if f"{name}.env" in environments:
        (folder / f"{name}.env").write_text(environments[f"{name}.env"], encoding="utf-8")
    return folder


def run(folder: Path, *command: str, path: Path | None = None) -> str:
    """Run a command in a folder, without variables of tracing; return what it prints."""
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "PYTHONPATH"))}
    if path:
        bare["PATH"] = f"{path}{os.pathsep}{bare['PATH']}"
    done = subprocess.run(command, cwd=folder, env=bare, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def script(receiver: Receiver, service: str) -> str:
    """Return the snippet."""
    found = receiver.site.service(service)
    assert found is not None
    return snippet(receiver.site, found)


def python_program(folder: Path) -> Path:
    run(folder, sys.executable, "-m", "venv", "venv")
    run(folder, "venv/bin/pip", "install", "--quiet", "flask==3.1.2")
    shutil.copy(PROGRAMS / "app.py", folder)
    return folder / "venv" / "bin"


def node_program(folder: Path) -> None:
    run(folder, "npm", "init", "--yes")
    shutil.copy(PROGRAMS / "app.js", folder)


def java_program(folder: Path) -> None:
    run(folder, "javac", "-d", "classes", str(PROGRAMS / "App.java"))
    run(folder, "jar", "--create", "--file=app.jar", "--main-class=App", "-C", "classes", ".")


def go_program(folder: Path) -> None:
    run(folder, "go", "mod", "init", "example.com/app")
    shutil.copy(PROGRAMS / "main.go", folder)


@pytest.mark.parametrize(
    ("service", "needs", "prepare"),
    [
        ("python-api", (), python_program),
        ("node-api", ("node", "npm"), node_program),
        ("java-api", ("java", "javac", "mvn"), java_program),
        ("go-api", ("go",), go_program),
    ],
)
def test_a_program_with_the_snippet_around_it_is_traced(
    receiver: Receiver, service: str, needs: tuple[str, ...], prepare: Callable[[Path], Path | None]
) -> None:
    folder = project(receiver, service, *needs)
    path = prepare(folder)
    assert "hello you\n" in run(folder, "sh", "-e", "-c", script(receiver, service), path=path)
    spans = until(lambda: kinds(receiver, service), seconds=30, what=f"client and server spans of {service}")
    server, client = spans["Server"], spans["Client"]
    assert client["Trace ID"] == server["Trace ID"]
    assert client["ID"] == server["Parent ID"]
    assert server["http.request.method"] == "GET"
    assert server["http.response.status_code"] == "200"
    assert server["deployment.environment"] == "test"
    assert server["service.version"] == "1.4.2"


def kinds(receiver: Receiver, service: str) -> dict[str, dict[str, str]]:
    """Return a service's spans by kind once both kinds are there."""
    found = {span["Kind"]: span for span in receiver.spans(service)}
    return found if {"Server", "Client"} <= found.keys() else {}


def test_what_a_go_program_gets_is_formatted_and_vetted(receiver: Receiver) -> None:
    folder = project(receiver, "go-vet", "go")
    go_program(folder)
    before, _, _ = script(receiver, "go-api").partition("# at each start")
    run(folder, "sh", "-e", "-c", before)
    assert run(folder, "gofmt", "-l", ".") == ""
    run(folder, "go", "vet", "./...")


def test_a_page_with_the_snippet_is_bundled_and_carries_what_the_spec_says(receiver: Receiver) -> None:
    folder = project(receiver, "web", "node", "npm")
    run(folder, "npm", "init", "--yes")
    shutil.copy(PROGRAMS / "page.js", folder)
    run(folder, "sh", "-e", "-c", script(receiver, "web"))
    run(folder, "npx", "--yes", ESBUILD, "page.js", "--bundle", "--outfile=page.bundle.js", "--log-level=warning")
    run(folder, "node", "--check", "page.bundle.js")
    text = (folder / "page.bundle.js").read_text(encoding="utf-8")
    assert f"http://localhost:{receiver.site.ingest.http_port}/v1/traces" in text
    assert '"service.name": "web"' in text


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://shop.example.com.evil.example", None)])
def test_the_agent_hears_pages_of_declared_origins_only(receiver: Receiver, origin: str, allowed: str | None) -> None:
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    address = f"http://127.0.0.1:{receiver.site.ingest.http_port}/v1/traces"

    def answer() -> dict[str, str]:
        request = urllib.request.Request(address, headers=asking, method="OPTIONS")
        with urllib.request.urlopen(request, timeout=5) as response:
            return {"status": str(response.status), **dict(response.headers)}

    assert until(answer, seconds=30, what="the collector to answer").get("Access-Control-Allow-Origin") == allowed
