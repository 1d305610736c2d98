"""Traces to send: real OTLP, with the shape and the times that a test wants."""

import random
import time
import urllib.request
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

MS = 1_000_000
KINDS = {"server": Span.SPAN_KIND_SERVER, "client": Span.SPAN_KIND_CLIENT, "internal": Span.SPAN_KIND_INTERNAL}


@dataclass(frozen=True)
class Call:
    """A span: when it begins after the first (milliseconds), how long it takes, and what it calls."""

    service: str
    name: str
    at: int
    takes: int
    calls: tuple["Call", ...] = ()
    kind: str = "server"
    failed: bool = False
    attributes: dict[str, str | int] = field(default_factory=dict)


CHECKOUT = Call("frontend", "GET /checkout", 0, 1200, (
    Call("api-gateway", "route", 200, 850, (
        Call("auth", "verify", 220, 50),
        Call("user-service", "GET /users/{id}", 300, 700, (
            Call("user-service", "db_query", 310, 680, kind="client"),
        )),
    )),
))  # fmt: skip


def send(endpoint: str, call: Call, *, trace_id: bytes | None = None, ago: float = 2) -> str:
    """Send one trace that began some seconds ago by OTLP over HTTP; return its ID."""
    trace_id = trace_id or random.randbytes(16)
    start = time.time_ns() - int(ago * 1e9)
    message = ExportTraceServiceRequest(resource_spans=spans(call, trace_id, b"", start))
    headers = {"Content-Type": "application/x-protobuf"}
    request = urllib.request.Request(f"{endpoint}/v1/traces", message.SerializeToString(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    return trace_id.hex()


def spans(call: Call, trace_id: bytes, parent: bytes, start: int) -> list[ResourceSpans]:
    """Return a call and all below it as spans."""
    begun = start + call.at * MS
    span = Span(
        trace_id=trace_id,
        span_id=random.randbytes(8),
        parent_span_id=parent,
        name=call.name,
        kind=KINDS[call.kind],
        start_time_unix_nano=begun,
        end_time_unix_nano=begun + call.takes * MS,
        status=Status(code=Status.STATUS_CODE_ERROR, message="boom") if call.failed else None,
        attributes=[attribute(key, value) for key, value in call.attributes.items()],
    )
    resource = Resource(attributes=[attribute("service.name", call.service)])
    own = ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=[span])])
    return [own, *(one for below in call.calls for one in spans(below, trace_id, span.span_id, start))]


def attribute(key: str, value: str | int) -> KeyValue:
    """Return an attribute."""
    said = AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value)
    return KeyValue(key=key, value=said)
