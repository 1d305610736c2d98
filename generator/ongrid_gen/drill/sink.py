"""A webhook sink: what Alertmanager delivers during a drill, as it arrives."""

import ipaddress
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ongrid_gen.runtime import docker

HOST = "host.docker.internal"  # compose.yaml gives this name to Alertmanager
LARGEST = 10 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert of one notification: `status` is firing or resolved, `at` seconds since 1970."""

    at: float
    status: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: str
    ends_at: str


@dataclass(slots=True)
class Sink:
    """An HTTP server that containers of this machine can reach, at a path nobody can guess."""

    deliveries: list[Delivery] = field(default_factory=list)
    path: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(16)}")
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "Sink":
        self._server = ThreadingHTTPServer((bind_address(), 0), handler(self))
        threading.Thread(target=self._server.serve_forever, name="drill-sink", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The address that Alertmanager posts to."""
        assert self._server is not None, "the sink is not open"
        return f"http://{HOST}:{self._server.server_port}{self.path}"

    def take(self, body: Mapping[str, Any]) -> None:
        """Keep the alerts of one notification (webhook version 4; unknown keys are ignored)."""
        now = time.time()
        for alert in body.get("alerts", []):
            self.deliveries.append(
                Delivery(
                    at=now,
                    status=alert["status"],
                    labels=alert["labels"],
                    annotations=alert.get("annotations", {}),
                    starts_at=alert.get("startsAt", ""),
                    ends_at=alert.get("endsAt", ""),
                )
            )

    def found(self, status: str, labels: Mapping[str, str], since: float) -> Delivery | None:
        """Return the first delivery since then with this status and these labels."""
        return next(
            (
                one
                for one in list(self.deliveries)
                if one.at >= since and one.status == status and labels.items() <= one.labels.items()
            ),
            None,
        )


def handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of one sink."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LARGEST)
            body = self.rfile.read(length)
            if self.path != sink.path:
                self.send_response(404)
            else:
                try:
                    sink.take(json.loads(body))
                    self.send_response(200)
                except (ValueError, KeyError, TypeError, AttributeError):
                    self.send_response(400)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: progress is the drill's business."""

    return Handler


def bridge_address(network: Mapping[str, str]) -> str:
    """Return this host's address in a network, as Docker tells it: some versions leave out that it is the first one.

    An empty one would be every address of the machine.
    """
    return network.get("Gateway") or str(next(ipaddress.ip_network(network["Subnet"]).hosts()))


def bind_address() -> str:
    """Return the address behind the containers' name for this host: the bridge's, or loopback where Docker is a
    virtual machine."""
    found = json.loads(docker.run("network", "inspect", "bridge", "--format", "{{json (index .IPAM.Config 0)}}"))
    gateway = bridge_address(found)
    try:
        ThreadingHTTPServer((gateway, 0), BaseHTTPRequestHandler).server_close()
    except OSError:
        return "127.0.0.1"
    return gateway
