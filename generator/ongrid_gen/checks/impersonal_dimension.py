"""OG109: a dimension of the metrics tells nothing of a person."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import dimensions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG109"
# Attributes of OpenTelemetry's conventions, and usual ones, that mean one person or the machine of one.
PERSONAL: Final = frozenset(
    {"client.address", "client.ip", "customer.id", "customer_id", "email", "enduser.id", "http.client_ip",
     "http.user_agent", "net.peer.ip", "network.peer.address", "phone", "source.address", "user.email",
     "user.full_name", "user.hash", "user.id", "user.name", "user_agent.original", "user_id", "username"}
)  # fmt: skip


def check(site: Site) -> Iterator[Problem]:
    """A label is kept as long as the metrics are, and goes with every alert to the chat; nobody redacts it any more."""
    for dimension, path in dimensions(site):
        if dimension.lower() in PERSONAL:
            yield Problem(
                code=CODE,
                path=path,
                message=f"`{dimension}` tells who it was, in every series and every notification",
                hint="leave it out: it stays on the spans, where TraceQL finds it",
                severity=Severity.WARNING,
            )
