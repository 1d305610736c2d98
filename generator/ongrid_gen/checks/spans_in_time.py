"""OG002: spans reach Tempo before it leaves them out of its metrics."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components import tempo
from ongrid_gen.components.tempo.base import LATENCY_OF_SENDERS, SLACK
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG002"


def check(site: Site) -> Iterator[Problem]:
    """What is older than the slack is stored, but makes no metric: traces are there, and no alert ever fires."""
    wait = site.gateway.batch_timeout
    most = (SLACK - LATENCY_OF_SENDERS) / 2
    if wait > most and tempo.dialect_of(site).WATCHED.late_spans:
        yield Problem(
            code=CODE,
            path=("gateway", "batch", "timeout"),
            message=f"spans wait up to {format_duration(wait)} in the agent, and again in the gateway; Tempo leaves "
            f"those out of its metrics that ended {format_duration(SLACK)} ago",
            hint=f"write `timeout: {format_duration(most)}` or less",
        )
