"""The trace and the line that are followed: OTLP as JSON, of a service of its own, so that no alert counts them."""

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.conventions import DOCTOR
from ongrid_gen.errors import CommandError
from ongrid_gen.model import TailSampling

OPERATION: Final = "marked trace"
TOOK: Final = Decimal("0.02")
SERVER: Final = 2
FAILED: Final = 2
INFO: Final = 9
TIMEOUT: Final = 5.0


class RefusedError(CommandError):
    """Nobody took it; the message says why."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A trace of one span, and the line that belongs to it. `failed` and `took` are what sampling keeps."""

    trace_id: str = field(default_factory=lambda: random.randbytes(16).hex())
    span_id: str = field(default_factory=lambda: random.randbytes(8).hex())
    began: int = field(default_factory=time.time_ns)
    took: Decimal = TOOK
    failed: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    is_kept: bool = True

    def trace(self) -> dict[str, Any]:
        """Return the trace as OTLP."""
        span = {
            "traceId": self.trace_id,
            "spanId": self.span_id,
            "name": OPERATION,
            "kind": SERVER,
            "startTimeUnixNano": str(self.began),
            "endTimeUnixNano": str(self.began + int(self.took * 1_000_000_000)),
            "attributes": [attribute(name, value) for name, value in self.attributes],
            "status": {"code": FAILED, "message": "sent by doctor"} if self.failed else {},
        }
        return {"resourceSpans": [{"resource": resource(), "scopeSpans": [{"spans": [span]}]}]}

    def line(self) -> dict[str, Any]:
        """Return the line as OTLP."""
        record = {
            "timeUnixNano": str(self.began),
            "observedTimeUnixNano": str(self.began),
            "severityNumber": INFO,
            "severityText": "INFO",
            "body": {"stringValue": f"sent by doctor, trace_id={self.trace_id}"},
            "traceId": self.trace_id,
            "spanId": self.span_id,
        }
        return {"resourceLogs": [{"resource": resource(), "scopeLogs": [{"logRecords": [record]}]}]}


def marked_for(tail: TailSampling | None) -> Marked:
    """Return a trace that the gateway keeps, if there is a way to be kept for certain."""
    if tail is None:
        return Marked()
    attributes = tuple((one.key, one.values[0]) for one in tail.attributes[:1])
    took = TOOK if tail.slower_than is None else tail.slower_than * 2
    certain = tail.errors or tail.slower_than is not None or bool(attributes)
    certain = certain or (tail.percent == 100 and tail.spans_per_second is None)
    return Marked(took=took, failed=tail.errors, attributes=attributes, is_kept=certain)


def resource() -> dict[str, Any]:
    """Return who sends it."""
    return {"attributes": [attribute("service.name", DOCTOR)]}


def attribute(name: str, value: str) -> dict[str, Any]:
    """Return an attribute."""
    return {"key": name, "value": {"stringValue": value}}


def send(address: str, path: str, data: dict[str, Any]) -> None:
    """Hand data over by OTLP over HTTP. RefusedError when it is not taken."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", json.dumps(data).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            refused = refused_of(answer.read(10_000))
    except urllib.error.HTTPError as error:
        raise RefusedError(f"it answers {error.code}: {error.read(200).decode(errors='replace').strip()}") from None
    except (OSError, http.client.HTTPException) as error:
        raise RefusedError(str(getattr(error, "reason", error)) or type(error).__name__) from None
    if refused:
        raise RefusedError(refused)


def refused_of(body: bytes) -> str:
    """Return why a part was refused that was answered with success; nothing when none was."""
    try:
        partial = json.loads(body or b"{}").get("partialSuccess") or {}
    except (ValueError, AttributeError):
        return ""
    return str(partial.get("errorMessage") or "") if partial.get("errorMessage") else ""
