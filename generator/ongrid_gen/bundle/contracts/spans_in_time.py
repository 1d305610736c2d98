"""OG002: spans reach Tempo before it leaves them out of its metrics."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.bundle.network import is_collector, is_tempo
from ongrid_gen.bundle.plain import dig, items, seconds
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.components.tempo.base import LATENCY_OF_SENDERS
from ongrid_gen.components.tempo.base import SLACK as USUAL_SLACK
from ongrid_gen.problems import Path, Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG002"
SLACK: Final = ("metrics_generator", "metrics_ingestion_time_range_slack")


def check(wiring: Wiring) -> Iterator[Problem]:
    """What is older than the slack is stored, but makes no metric: traces are there, and no alert ever fires."""
    waits = dict(waiting(wiring))
    total = sum(waits.values(), Decimal(0))
    for service in wiring.running(is_tempo):
        slack = seconds(dig(service.settings, *SLACK))
        if slack is None or total + LATENCY_OF_SENDERS <= slack:
            continue
        path, longest = max(waits.items(), key=lambda item: item[1], default=((service.config, *SLACK), Decimal(0)))
        place = path if slack >= USUAL_SLACK and longest else (service.config, *SLACK)
        message = (
            f"spans wait up to {format_duration(total)} in the collectors, and Tempo leaves those out of its metrics "
            f"that ended {format_duration(slack)} ago"
        )
        hint = f"keep {format_duration(LATENCY_OF_SENDERS)} between the two, for the senders' own waiting"
        yield Problem(CODE, place, message, hint, related=((service.config, *SLACK),) if place == path else ())


def waiting(wiring: Wiring) -> Iterator[tuple[Path, Decimal]]:
    """Yield the longest wait for a full batch in a gateway and in an agent, with its place."""
    found: dict[str, tuple[Path, Decimal]] = {}
    for service in wiring.running(is_collector):
        for name, exporter in items(service.settings.get("exporters")):
            wait = seconds(dig(exporter, "sending_queue", "batch", "flush_timeout"))
            if wait is not None and wait > found.get(service.name, ((), Decimal(-1)))[1]:
                path = (service.config, "exporters", name, "sending_queue", "batch", "flush_timeout")
                found[service.name] = (path, wait)
    yield from found.values()
