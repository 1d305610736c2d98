"""Real OTLP traces for a drill: what a request to a service would look like, as protobuf over HTTP."""

import http.client
import random
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from decimal import Decimal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

TICK = 0.2
TIMEOUT = 10.0
HEALTHY = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests to one operation of one service. `duration` in seconds, `rate` in requests a second.

    With `client`, each request is a pair of spans: that service calls, `service` serves; an edge of the service graph.
    """

    service: str
    operation: str
    client: str | None = None
    duration: Decimal = HEALTHY
    rate: float = 10
    error_percent: Decimal = Decimal(0)


def request_trace(traffic: Traffic, trace_id: bytes, *, failed: bool, end: int) -> list[ResourceSpans]:
    """Return one request as spans that ended at `end` (nanoseconds since 1970)."""
    start = end - int(traffic.duration * 1_000_000_000)
    served = span(traffic.operation, Span.SPAN_KIND_SERVER, trace_id, failed, start, end)
    if traffic.client is None:
        return [of_service(traffic.service, served)]
    called = span(traffic.operation, Span.SPAN_KIND_CLIENT, trace_id, failed, start, end)
    served.parent_span_id = called.span_id
    return [of_service(traffic.client, called), of_service(traffic.service, served)]


def span(name: str, kind: Span.SpanKind.ValueType, trace_id: bytes, failed: bool, start: int, end: int) -> Span:
    """Return one span."""
    code = Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET
    return Span(
        trace_id=trace_id,
        span_id=random.randbytes(8),
        name=name,
        kind=kind,
        start_time_unix_nano=start,
        end_time_unix_nano=end,
        status=Status(code=code),
    )


def of_service(service: str, one: Span) -> ResourceSpans:
    """Return a span as that service's."""
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value=service))])
    return ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=[one])])


@dataclass(slots=True)
class Sender:
    """Sends traffic from a thread of its own until it is stopped; what it sends can be changed on the way.

    `accepted` are the trace IDs (32 hex digits) that the agent answered with success, by the time of the answer
    (seconds since 1970); `refused` counts the requests it did not take.
    """

    endpoint: str
    traffic: Traffic
    accepted: dict[str, float] = field(default_factory=dict)
    refused: int = 0
    error: str = ""
    _due: float = 0.0
    _failed: Decimal = Decimal(0)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> "Sender":
        self._thread = threading.Thread(target=self._run, name="drill-sender", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2 * TIMEOUT)

    def _run(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(TICK):
            now = time.monotonic()
            self._due += (now - last) * self.traffic.rate
            last = now
            number, self._due = int(self._due), self._due % 1
            if number:
                self.send(number)

    def send(self, number: int) -> None:
        """Send a number of requests in one OTLP message."""
        traffic, ids, spans = self.traffic, [], []
        for _ in range(number):
            trace_id = random.randbytes(16)
            ids.append(trace_id.hex())
            spans += request_trace(traffic, trace_id, failed=self._next_fails(traffic), end=time.time_ns())
        if self._post(ExportTraceServiceRequest(resource_spans=spans).SerializeToString()):
            answered = time.time()
            self.accepted.update(dict.fromkeys(ids, answered))
        else:
            self.refused += number

    def _next_fails(self, traffic: Traffic) -> bool:
        """Spread failures evenly: 5 % is every twentieth, not five in a row."""
        self._failed += traffic.error_percent
        if self._failed >= 100:
            self._failed -= 100
            return True
        return False

    def _post(self, body: bytes) -> bool:
        try:
            if self._connection is None:
                parts = urllib.parse.urlsplit(self.endpoint)
                self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
            self._connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection, self.error = None, str(error) or type(error).__name__
            return False
        if answer.status != http.HTTPStatus.OK:
            self.error = f"HTTP {answer.status}"
        return answer.status == http.HTTPStatus.OK
