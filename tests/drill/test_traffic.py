"""What a drill sends, and what it remembers of the answers."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from ongrid_gen.drill.traffic import Sender, Traffic, request_trace
from ongrid_gen.wait import until

END = 1_700_000_000_000_000_000


@dataclass
class Receiver:
    """An OTLP receiver that keeps what it takes and answers as told."""

    status: int = 200
    taken: list[ExportTraceServiceRequest] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one.taken.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(one.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    one.address = f"http://127.0.0.1:{server.server_port}"
    yield one
    server.shutdown()
    server.server_close()


def spans(traffic: Traffic, *, failed: bool = False) -> list[tuple[str, Span]]:
    """Return the spans of one request, each with its service."""
    return [
        (part.resource.attributes[0].value.string_value, part.scope_spans[0].spans[0])
        for part in request_trace(traffic, b"t" * 16, failed=failed, end=END)
    ]


def test_a_request_is_one_server_span_that_took_its_time() -> None:
    ((service, span),) = spans(Traffic("a", "GET /", duration=Decimal("0.9")))
    assert ("a", "GET /", Span.SPAN_KIND_SERVER) == (service, span.name, span.kind)
    assert 900_000_000 == span.end_time_unix_nano - span.start_time_unix_nano
    assert Status.STATUS_CODE_UNSET == span.status.code


def test_a_request_with_a_client_is_an_edge() -> None:
    (caller, called), (server, served) = spans(Traffic("b", "GET /", client="a"))
    assert ("a", "b") == (caller, server)
    assert (Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_SERVER) == (called.kind, served.kind)
    assert called.span_id == served.parent_span_id
    assert called.trace_id == served.trace_id


def test_a_failed_request_says_so_on_both_sides() -> None:
    assert {Status.STATUS_CODE_ERROR} == {span.status.code for _, span in spans(Traffic("b", "G", "a"), failed=True)}


def test_failures_are_spread_evenly_and_exactly(receiver: Receiver) -> None:
    sender = Sender(receiver.address, Traffic("a", "GET /", error_percent=Decimal(5)))
    sender.send(100)
    codes = [part.scope_spans[0].spans[0].status.code for part in receiver.taken[0].resource_spans]
    failed = [index for index, code in enumerate(codes) if code == Status.STATUS_CODE_ERROR]
    assert [19, 39, 59, 79, 99] == failed


def test_what_was_answered_with_success_is_accepted(receiver: Receiver) -> None:
    sender = Sender(receiver.address, Traffic("a", "GET /"))
    sender.send(3)
    sent = {part.scope_spans[0].spans[0].trace_id.hex() for part in receiver.taken[0].resource_spans}
    assert sent == set(sender.accepted)
    assert 0 == sender.refused


def test_what_was_refused_is_counted_and_not_accepted(receiver: Receiver) -> None:
    receiver.status = 503
    sender = Sender(receiver.address, Traffic("a", "GET /"))
    sender.send(3)
    assert ({}, 3, "HTTP 503") == (sender.accepted, sender.refused, sender.error)


def test_nobody_listening_is_a_refusal_too() -> None:
    sender = Sender("http://127.0.0.1:1", Traffic("a", "GET /"))
    sender.send(1)
    assert 1 == sender.refused
    assert sender.error


def test_the_rate_is_kept(receiver: Receiver) -> None:
    with Sender(receiver.address, Traffic("a", "GET /", rate=100)) as sender:
        until(lambda: len(sender.accepted) >= 100, seconds=5, what="100 requests")
        started = len(sender.accepted)
        until(lambda: len(sender.accepted) >= started + 100, seconds=5, what="100 more")
    assert len(sender.accepted) < 500
