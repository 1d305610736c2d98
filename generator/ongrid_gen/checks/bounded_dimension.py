"""OG107: a dimension of the metrics has few values."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import dimensions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG107"
# Attributes of OpenTelemetry's conventions, and usual ones, with a value of its own for almost every span.
UNBOUNDED: Final = frozenset(
    {"client.port", "container.id", "correlation.id", "db.query.text", "db.statement", "exception.message",
     "exception.stacktrace", "http.request_id", "http.target", "http.url", "k8s.pod.uid", "message.id",
     "messaging.message.id", "net.peer.port", "network.peer.port", "order.id", "process.pid", "request.id",
     "request_id", "rpc.message.id", "session.id", "session_id", "span.id", "span_id", "thread.id", "trace.id",
     "trace_id", "url.full", "url.path", "url.query"}
)  # fmt: skip


def check(site: Site) -> Iterator[Problem]:
    """Each value is a series of its own for each service, operation and bucket: the limit is reached within minutes."""
    for dimension, path in dimensions(site):
        if dimension.lower() in UNBOUNDED:
            yield Problem(
                code=CODE,
                path=path,
                message=f"`{dimension}` has a new value for nearly every span, and each one is a set of series",
                hint="leave it out: it stays on the spans, where TraceQL finds it",
                severity=Severity.WARNING,
            )
