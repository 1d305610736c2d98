"""Where notifications arrive in tests: what every service answers over HTTP, and a mail server."""

import json
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ongrid_gen.drill.sink import HOST, bind_address

TELEGRAM_SENT = {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "group"}}}


@dataclass(frozen=True)
class Arrived:
    """One request: `at` is seconds since 1970."""

    at: float
    method: str
    path: str
    body: Any


@dataclass
class HttpSink:
    """Takes what is posted to any path, and answers as the service that the path names would."""

    arrived: list[Arrived] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "HttpSink":
        self._server = ThreadingHTTPServer((bind_address(), 0), handler_of(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str) -> str:
        """Return an address of the sink, as a container reaches it."""
        assert self._server is not None
        return f"http://{HOST}:{self._server.server_port}{path}"

    def bodies(self, path: str, wanted: Callable[[str], bool] = lambda text: True) -> list[Any]:
        """Return the bodies that came to paths that begin so, and of whose text the condition holds."""
        return [
            one.body
            for one in list(self.arrived)
            if one.path.startswith(path) and wanted(json.dumps(one.body, ensure_ascii=False))
        ]


def handler_of(sink: HttpSink) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of one sink."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sink.arrived.append(Arrived(time.time(), self.command, self.path, json.loads(body or b"{}")))
            answer, kind = (b"ok", "text/plain") if self.path == "/slack" else (b"{}", "application/json")
            if self.path.startswith("/bot"):
                answer = json.dumps(TELEGRAM_SENT).encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_POST  # noqa: N815 - the name that http.server calls

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@dataclass
class MailSink:
    """A mail server without encryption and without users: it keeps what it is given."""

    mails: list[EmailMessage] = field(default_factory=list)
    _server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> "MailSink":
        self._server = socketserver.ThreadingTCPServer((bind_address(), 0), mail_handler_of(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Host and port, as a container reaches them."""
        assert self._server is not None
        return f"{HOST}:{self._server.server_address[1]}"


def mail_handler_of(sink: MailSink) -> type[socketserver.StreamRequestHandler]:
    """Return the handler of one connection: as much of SMTP as one client needs."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 sink")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.say("354 go on")
                    sink.mails.append(message_from_bytes(self.read_mail(), policy=modern))
                self.say("221 bye" if verb == b"QUIT" else "250 sink")

        def read_mail(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            return b"".join(lines)

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    return Handler
