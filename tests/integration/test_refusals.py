"""Who cannot prove to be an edge of the site is refused, counted, and leaves nothing; who can is that edge."""

import base64
import contextlib
import http.client
import json
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from integration.conftest import Running, Tree, compose, free_port, stack_of
from ongrid_gen import certificates
from ongrid_gen.certificates import CLIENT, SERVER
from ongrid_gen.components.images import OTELCOL
from ongrid_gen.conventions import OTLP_HTTP
from ongrid_gen.credentials import read_certificate, read_key
from ongrid_gen.runtime import api, docker
from ongrid_gen.runtime.compose import Project
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

ENDPOINT = "host.docker.internal"
DENIED = 'http_server_request_duration_count{job="gateway",http_response_status_code="401"}'
HANDSHAKE = "TLS handshake error"


def knows_its_host(tree: Tree) -> Tree:
    """Return the bundle with agents that find the machine they are on, as they would find the gateway's."""
    hosts = f"    hostname: agent\n    extra_hosts:\n    - {ENDPOINT}:host-gateway\n"
    return {
        path: text.replace("    hostname: agent\n", hosts) if path.startswith("edge/") else text
        for path, text in tree.items()
    }


@pytest.fixture(scope="module")
def port() -> int:
    """The port at which the gateway is reached."""
    return free_port()


@pytest.fixture(scope="module")
def guarded(scratch: Path, stand_ins: bool, port: int) -> Iterator[Running]:
    """The stack of `refusals.yaml`."""
    with stack_of(
        "refusals.yaml",
        scratch,
        stand_ins=stand_ins,
        spec_change=lambda text: text.replace("14318", str(port)),
        tree_change=knows_its_host,
    ) as one:
        yield one


@dataclass(frozen=True)
class Visitor:
    """Somebody who calls the gateway: with these files of a certificate, and this header."""

    secrets: Path
    port: int
    certificate: Path | None
    authorization: str | None

    def send(self, body: bytes) -> int:
        """Return the status that the gateway answers with; OSError when it does not come to that."""
        context = ssl.create_default_context(cafile=self.secrets / "ca.crt")
        if self.certificate:
            context.load_cert_chain(self.certificate, self.certificate.with_suffix(".key"))
        connection = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=10)
        return posted(connection, body, self.authorization)


def posted(connection: http.client.HTTPConnection, body: bytes, authorization: str | None = None) -> int:
    """Send a body and return the status of the answer."""
    headers = {"Content-Type": "application/json"}
    if authorization:
        headers["Authorization"] = authorization
    with contextlib.closing(connection):
        connection.request("POST", "/v1/traces", body, headers)
        return connection.getresponse().status


def basic(user: str, password: str) -> str:
    """Return the header of a user and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def visitor(guarded: Running, port: int, edge: str = "local") -> Visitor:
    """Return an edge that is what it says."""
    secrets = guarded.stack.secrets
    own = secrets / "edges" / edge
    return Visitor(secrets, port, own / "client.crt", basic(edge, secret_of(guarded, edge)))


def secret_of(running: Running, edge: str) -> str:
    """Return the password or token of an edge."""
    own = running.stack.secrets / "edges" / edge
    return next(own / name for name in ("password", "token") if (own / name).exists()).read_text(encoding="utf-8")


def a_trace(**claims: str) -> tuple[str, bytes]:
    """Return the id of a new trace, and the request with it; its resource says `claims` of itself."""
    now = time.time_ns()
    trace_id = random.randbytes(16).hex()
    attributes = {"service.name": "payments-api", **claims}
    span = {
        "traceId": trace_id,
        "spanId": random.randbytes(8).hex(),
        "name": "POST /v1/charge",
        "kind": 2,
        "startTimeUnixNano": str(now - 10**7),
        "endTimeUnixNano": str(now),
    }
    listed = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    body = {"resourceSpans": [{"resource": {"attributes": listed}, "scopeSpans": [{"spans": [span]}]}]}
    return trace_id, json.dumps(body).encode()


def resource_of(running: Running, trace_id: str) -> dict[str, str]:
    """Return what Tempo has of the resource of a trace, when it is there."""
    found = until(lambda: api.trace(running.stack.tempo, trace_id), seconds=60, what="the trace in Tempo")
    return {
        one["key"]: one["value"]["stringValue"] for batch in found["batches"] for one in batch["resource"]["attributes"]
    }


def pair(folder: Path, name: str, running: Running, **changes: Any) -> Path:
    """Return the file of a certificate like that of an edge of the site, but for what is changed; its key is beside."""
    secrets = running.stack.secrets
    key = certificates.new_key()
    ca_key = changes.get("ca_key") or read_key(secrets / "ca.key")
    ca = changes.get("ca") or read_certificate(secrets / "ca.crt")
    names = changes.get("names", [])
    use = SERVER if names else CLIENT
    made = certificates.signed(key.public_key(), "local", use, names, ca, ca_key)
    path = folder / f"{name}.crt"
    path.write_bytes(certificates.certificate_text(made))
    path.with_suffix(".key").write_bytes(certificates.key_text(key))
    return path


def strangers() -> dict[str, Any]:
    """Return another authority, of the same name as the site's."""
    key = certificates.new_key()
    return {"ca_key": key, "ca": certificates.new_authority(key, "ongrid-gen proof")}


def refused_by_name(guarded: Running, port: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Visitor]:
    """Return everybody who must not get in."""
    right = visitor(guarded, port)
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "LASTS", timedelta(minutes=59))
        expired = pair(folder, "expired", guarded)
    own = secret_of(guarded, "local")

    def like(certificate: Path | None, authorization: str | None) -> Visitor:
        return Visitor(right.secrets, port, certificate, authorization)

    return {
        "a wrong password": like(right.certificate, basic("local", "wrong")),
        "no password": like(right.certificate, None),
        "another edge's name": like(right.certificate, basic("branch", own)),
        "an edge that is not there": like(right.certificate, basic("depot", own)),
        "no certificate": like(None, right.authorization),
        "a certificate of another site": like(pair(folder, "stranger", guarded, **strangers()), right.authorization),
        "a certificate that has expired": like(expired, right.authorization),
        "a certificate of the gateway": like(
            pair(folder, "server", guarded, names=[x509.DNSName("local")]), right.authorization
        ),
    }


def handshakes(running: Running) -> int:
    """Return how many connections the gateway's log says to have broken off."""
    return running.stack.centre.logs("gateway", 2000).count(HANDSHAKE)


def denied(running: Running) -> int:
    """Return how many requests Prometheus knows to have been denied."""
    return sum(int(one["value"][1]) for one in api.promql(running.stack.prometheus, DENIED))


def test_an_edge_is_what_its_credential_says_and_not_what_its_spans_say(guarded: Running, port: int) -> None:
    trace_id, body = a_trace(**{"ongrid.edge": "branch", "device_id": "43", "rack": "b7"})
    assert visitor(guarded, port).send(body) == 200
    stored = resource_of(guarded, trace_id)
    assert (stored["ongrid.edge"], stored["device_id"]) == ("local", "42")
    assert "rack" not in stored  # only `branch` has one


def test_what_an_agent_sends_arrives_with_its_name(guarded: Running) -> None:
    trace_id, body = a_trace(device_id="99")
    address = guarded.stack.otlp_http().removeprefix("http://")
    assert posted(http.client.HTTPConnection(address, timeout=10), body) == 200
    stored = resource_of(guarded, trace_id)
    assert (stored["ongrid.edge"], stored["device_id"], stored["deployment.environment"]) == ("local", "42", "test")


def test_an_agent_tells_of_itself_by_the_same_way(guarded: Running) -> None:
    until(lambda: api.promql(guarded.stack.prometheus, 'otelcol_process_uptime{job="agent",instance="local"}'),
          seconds=60, what="the agent's own metrics")  # fmt: skip


def test_who_cannot_prove_it_is_refused_and_counted_and_leaves_nothing(
    guarded: Running, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, answers, sent = handshakes(guarded), {}, {}
    for name, one in refused_by_name(guarded, port, tmp_path, monkeypatch).items():
        sent[name], body = a_trace()
        try:
            answers[name] = one.send(body)
        except OSError:  # the gateway, or ssl, breaks off
            answers[name] = 0
    plain = http.client.HTTPConnection("localhost", port, timeout=10)
    sent["in clear"], body = a_trace()
    answers["in clear"] = posted(plain, body, visitor(guarded, port).authorization)
    assert answers == {
        "a wrong password": 401,
        "no password": 401,
        "another edge's name": 401,
        "an edge that is not there": 401,
        "no certificate": 0,
        "a certificate of another site": 0,
        "a certificate that has expired": 0,
        "a certificate of the gateway": 0,
        "in clear": 400,
    }
    until(lambda: denied(guarded) == 4, seconds=60, what="four denied requests in Prometheus")
    until(lambda: handshakes(guarded) == before + 5, seconds=10, what="five broken connections in the gateway's log")
    until(lambda: [one for one in api.alerts(guarded.stack.prometheus)
                   if one["labels"]["alertname"] == "GatewayDenying"], seconds=90, what="GatewayDenying")  # fmt: skip

    last, body = a_trace()
    assert visitor(guarded, port).send(body) == 200
    assert resource_of(guarded, last)  # what was sent before it would be there too
    assert [name for name, trace_id in sent.items() if api.trace(guarded.stack.tempo, trace_id)] == []


def test_a_request_that_is_too_large_is_refused(guarded: Running, port: int) -> None:
    trace_id, body = a_trace(padding="x" * (2 << 20))
    assert 400 <= visitor(guarded, port).send(body) < 500
    assert api.trace(guarded.stack.tempo, trace_id) is None


class Impostor:
    """Somebody who answers in the gateway's place, and shows a certificate."""

    def __init__(self, certificate: Path) -> None:
        self.refused, self.heard = 0, 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self._listener = socket.create_server(("0.0.0.0", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> "Impostor":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(connection, server_side=True) as one:
                    self.heard += len(one.recv(1 << 16))
            except OSError:
                self.refused += 1


def misled(running: Running, folder: Path, gateway: int, impostor: int) -> Path:
    """Return the folder of the edge `branch` as it would be, were its gateway somebody else; with ports of its own."""
    shutil.copytree(running.stack.bundle / "edge" / "branch", folder)
    ingest = running.site.ingest
    for path, old, new in (
        ("otelcol/agent.yaml", f"{ENDPOINT}:{gateway}", f"{ENDPOINT}:{impostor}"),
        *(("compose.yaml", f":{ingest.ports[key]}:", f":{free_port()}:") for key in ("grpc_port", "http_port")),
    ):
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize("of", ["an edge of the site", "another site"])
def test_an_agent_tells_nothing_to_who_is_not_the_gateway(
    guarded: Running, port: int, scratch: Path, tmp_path: Path, of: str
) -> None:
    shown = visitor(guarded, port).certificate
    if of == "another site":
        names = [x509.DNSName(ENDPOINT)]
        shown = pair(tmp_path, "impostor", guarded, names=names, **strangers())
    assert shown
    with Impostor(shown) as impostor:
        folder = misled(guarded, scratch / f"misled-{impostor.port}", port, impostor.port)
        with compose(folder):
            agent = Project(folder, guarded.stack.secrets)
            _, body = a_trace()
            address = f"127.0.0.1:{agent.port('agent', OTLP_HTTP)}"
            assert posted(http.client.HTTPConnection(address, timeout=10), body) == 200
            until(lambda: impostor.refused >= 2, seconds=60, what="the agent to turn away twice")
            assert impostor.heard == 0
            assert "x509: " in agent.logs("agent", 200)


@pytest.mark.parametrize(("origin", "may"), [("https://shop.example.com", True), ("https://evil.example.com", False)])
def test_a_browser_is_told_whether_a_page_may_send(guarded: Running, origin: str, may: bool) -> None:
    connection = http.client.HTTPConnection(guarded.stack.otlp_http().removeprefix("http://"), timeout=10)
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    with contextlib.closing(connection):
        connection.request("OPTIONS", "/v1/traces", headers=asks)
        allowed = connection.getresponse().headers.get("Access-Control-Allow-Origin")
    assert allowed == (origin if may else None)


@pytest.fixture(scope="module")
def program(guarded: Running, scratch: Path) -> Path:
    """The collector's program, out of its image, as it would be on a host without Docker."""
    identifier = docker.run("create", OTELCOL.reference(guarded.site.images), "validate").strip()
    path = scratch / "otelcol-contrib"
    try:
        docker.run("cp", f"{identifier}:/otelcol-contrib", str(path))
    finally:
        docker.run("rm", identifier)
    return path


def test_an_edge_without_docker_is_the_same_edge(guarded: Running, port: int, scratch: Path, program: Path) -> None:
    """The program is started as the unit of systemd starts it, but for the address: this host has another name here."""
    state, edge = scratch / "state", guarded.stack.bundle / "edge" / "branch"
    state.mkdir()
    taken = guarded.site.ingest.ports
    own = {f":{taken['grpc_port']}": f":{free_port()}", f":{taken['http_port']}": f":{(http_port := free_port())}",
           ":13133": f":{free_port()}", "8888": str(free_port())}  # fmt: skip
    laid_over = (edge / "otelcol" / "host.yaml").read_text(encoding="utf-8")
    for old, new in own.items():
        assert old in laid_over
        laid_over = laid_over.replace(old, new)
    (scratch / "host.yaml").write_text(laid_over, encoding="utf-8")
    address = f"https://localhost:{port}"
    command = [
        program,
        f"--config={edge / 'otelcol' / 'agent.yaml'}",
        f"--config={scratch / 'host.yaml'}",
        *(f"--config=yaml:exporters::otlp_http/{name}::endpoint: {address}" for name in ("gateway", "own")),
    ]
    where = {"STATE_DIRECTORY": str(state), "CREDENTIALS_DIRECTORY": str(guarded.stack.secrets / "edges" / "branch")}
    with (scratch / "host.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=where, stdout=log, stderr=log)
    try:
        trace_id, body = a_trace(device_id="42")
        until(lambda: posted(http.client.HTTPConnection("127.0.0.1", http_port, timeout=10), body) == 200,
              seconds=30, what="the program to take a span")  # fmt: skip
        stored = resource_of(guarded, trace_id)
        assert (stored["ongrid.edge"], stored["device_id"], stored["rack"]) == ("branch", "43", "b7")
        assert list((state / "queue").iterdir())
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_token_says_which_edge_too(scratch: Path, stand_ins: bool) -> None:
    port = free_port()

    def with_tokens(text: str) -> str:
        return text.replace("14318", str(port)).replace("auth: {basic:", "auth: {bearer:")

    with stack_of(
        "refusals.yaml", scratch, stand_ins=stand_ins, spec_change=with_tokens, tree_change=knows_its_host
    ) as running:
        token = secret_of(running, "local")
        right = visitor(running, port)
        sent = {}
        for name, shown, status in (
            ("its own", token, 200),
            ("its own, with another name", token.replace("local.", "branch.", 1), 401),
            ("no name", token.partition(".")[2], 401),
        ):
            sent[name], body = a_trace(
                **{"ongrid.edge": "branch", "ongrid.proof": "Bearer branch.x", "device_id": "43"}
            )
            assert Visitor(right.secrets, port, right.certificate, f"Bearer {shown}").send(body) == status
        stored = resource_of(running, sent.pop("its own"))
        assert (stored["ongrid.edge"], stored["device_id"]) == ("local", "42")
        assert "ongrid.proof" not in stored
        assert token not in json.dumps(stored)
        through, body = a_trace()
        address = running.stack.otlp_http().removeprefix("http://")
        assert posted(http.client.HTTPConnection(address, timeout=10), body) == 200
        assert resource_of(running, through)["ongrid.edge"] == "local"
        until(lambda: api.promql(running.stack.prometheus, 'otelcol_process_uptime{job="agent",instance="local"}'),
              seconds=60, what="the agent's own metrics")  # fmt: skip
        assert [name for name, trace_id in sent.items() if api.trace(running.stack.tempo, trace_id)] == []
