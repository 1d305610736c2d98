"""What old applications speak: their requests are found in Tempo, and their errors are counted, like everybody's."""

import json
import random
import struct
import time
import urllib.request

import pytest

from integration.conftest import Running
from ongrid_gen.conventions import CALLS, JAEGER_HTTP, ZIPKIN
from ongrid_gen.runtime import api
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

REQUESTS, FAILED = 20, 5
PATIENCE = 120
# Types of Thrift's binary protocol, and of Jaeger's tags.
STOP, BOOL, I32, I64, STRING, STRUCT, LIST = 0, 2, 8, 10, 11, 12, 15
TEXT_TAG, BOOL_TAG = 0, 2


def zipkin(trace_ids: list[str]) -> bytes:
    """Return server spans as Zipkin's JSON; the first ones failed."""
    now = time.time_ns() // 1000
    spans = [
        {
            "traceId": trace_id,
            "id": random.randbytes(8).hex(),
            "kind": "SERVER",
            "name": "get /zipkin",
            "timestamp": now - 20_000,
            "duration": 20_000,
            "localEndpoint": {"serviceName": "zipkin-api"},
            "tags": {"error": "true"} if number < FAILED else {},
        }
        for number, trace_id in enumerate(trace_ids)
    ]
    return json.dumps(spans).encode()


def jaeger(trace_ids: list[str]) -> bytes:
    """Return server spans as a batch of Jaeger's Thrift, in the binary protocol; the first ones failed."""
    now = time.time_ns() // 1000
    spans = []
    for number, trace_id in enumerate(trace_ids):
        high, low = struct.unpack(">qq", bytes.fromhex(trace_id))
        tags = [tag("span.kind", TEXT_TAG, (3, STRING, text("server")))]
        if number < FAILED:
            tags.append(tag("error", BOOL_TAG, (5, BOOL, bytes([1]))))
        spans.append(struct_of(
            (1, I64, struct.pack(">q", low)), (2, I64, struct.pack(">q", high)),
            (3, I64, random.randbytes(8)), (4, I64, bytes(8)), (5, STRING, text("GET /jaeger")),
            (7, I32, struct.pack(">i", 1)), (8, I64, struct.pack(">q", now - 20_000)),
            (9, I64, struct.pack(">q", 20_000)), (10, LIST, list_of(tags)),
        ))  # fmt: skip
    process = struct_of((1, STRING, text("jaeger-api")))
    return struct_of((1, STRUCT, process), (2, LIST, list_of(spans)))


def tag(key: str, kind: int, value: tuple[int, int, bytes]) -> bytes:
    """Return a tag."""
    return struct_of((1, STRING, text(key)), (2, I32, struct.pack(">i", kind)), value)


def struct_of(*fields: tuple[int, int, bytes]) -> bytes:
    """Return a structure of fields: identifier, type, value."""
    return b"".join(struct.pack(">bh", type_, number) + value for number, type_, value in fields) + bytes([STOP])


def list_of(structs: list[bytes]) -> bytes:
    """Return a list of structures."""
    return struct.pack(">bi", STRUCT, len(structs)) + b"".join(structs)


def text(value: str) -> bytes:
    """Return a text."""
    return struct.pack(">i", len(value.encode())) + value.encode()


SPOKEN = {
    "zipkin": (ZIPKIN, "/api/v2/spans", "application/json", zipkin),
    "jaeger": (JAEGER_HTTP, "/api/traces?format=jaeger.thrift", "application/x-thrift", jaeger),
}


@pytest.mark.parametrize("name", list(SPOKEN))
def test_what_it_speaks_is_understood(running: Running, name: str) -> None:
    port, path, content, body = SPOKEN[name]
    address = f"http://127.0.0.1:{running.stack.edge('local').port('agent', port)}{path}"
    trace_ids = [random.randbytes(16).hex() for _ in range(REQUESTS)]
    request = urllib.request.Request(address, body(trace_ids), {"Content-Type": content})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status in (200, 202)
    until(lambda: api.trace(running.stack.tempo, trace_ids[0]), seconds=PATIENCE, what="the trace in Tempo")
    query = f'sum by (status_code) ({CALLS}{{service="{name}-api", span_kind="SPAN_KIND_SERVER"}})'
    wanted = {"STATUS_CODE_ERROR": FAILED, "STATUS_CODE_UNSET": REQUESTS - FAILED}

    def counted() -> bool:
        found = api.promql(running.stack.prometheus, query)
        return {one["metric"]["status_code"]: float(one["value"][1]) for one in found} == wanted

    until(counted, seconds=PATIENCE, what=f"{wanted}")
