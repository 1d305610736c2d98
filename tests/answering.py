"""A program that answers what a test wants, also what no sound program would: for what only a broken one does."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Answering:
    """Where it answers, and the requests that came: path, parameters, headers."""

    url: str
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)


@contextmanager
def answering(answers: dict[str, Any]) -> Iterator[Answering]:
    """Answer while inside: by path with JSON, with `(status, text)`, or with what a function writes. Else 404."""
    seen = Answering("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            seen.requests.append((parts.path, dict(parse_qsl(parts.query)), dict(self.headers)))
            answer = answers.get(parts.path, (404, "404 page not found"))
            if callable(answer):
                answer(self)
                return
            status, body = answer if isinstance(answer, tuple) else (200, json.dumps(answer))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    seen.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing for a long time."""
    time.sleep(20)


def trickling(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, so that no wait for the next one is long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def huge(handler: BaseHTTPRequestHandler) -> None:
    """Send more than anybody reads."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n[")
    try:
        for _ in range(18):
            handler.wfile.write(b"1," * (1 << 19))
    except OSError:
        return


def moved(handler: BaseHTTPRequestHandler) -> None:
    """Send somewhere else."""
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:9/elsewhere")
    handler.end_headers()
