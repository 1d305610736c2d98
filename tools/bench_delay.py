"""Measures how long after its end a span is found by a search, and is counted in Prometheus."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from bench_process import say, spread

from ongrid_gen.conventions import CALLS
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.units import format_duration
from ongrid_gen.wait import until

PROBES: Final = 8
APART: Final = 1.9  # seconds: the waits on the way have other lengths
PATIENCE: Final = 90
POLL: Final = 0.1


def section(stack: Stack) -> str:
    """Return the section: each probe is a trace of a service of its own."""
    say("measuring delays")
    with ThreadPoolExecutor(PROBES) as threads:
        probes = [threads.submit(probe, stack, f"probe-{number}", number * APART) for number in range(PROBES)]
        delays = [one.result() for one in probes]
    by_id, searched, counted = zip(*delays, strict=True)
    every = format_duration(stack.site.metrics.interval)
    return (
        f"## From the end of a span to where it is seen\n\n{PROBES} traces through agent and gateway, each of a new "
        f"service, some seconds apart. Agent and gateway wait {format_duration(stack.site.gateway.batch_timeout)} each "
        f"for a batch, and the metrics are written every {every}.\n\n"
        "| seen | after |\n|---|---|\n"
        f"| by its ID in Tempo | {spread(by_id, 1)} |\n| by a search in Tempo | {spread(searched, 1)} |\n"
        f"| counted in Prometheus | {spread(counted, 1)} |\n\n"
    )


def probe(stack: Stack, service: str, wait: float) -> tuple[float, float, float]:
    """Send one trace; return seconds until it is there by its ID, found by a search, and counted."""
    threading.Event().wait(wait)
    tempo, prometheus = stack.tempo, stack.prometheus
    sender = Sender(stack.otlp_http(), Traffic(service, "GET /probe"))
    ended = time.monotonic()
    sender.send(1)
    trace = next(iter(sender.accepted))

    def after(look: Callable[[], object]) -> float:
        until(look, seconds=PATIENCE, what=f"the span of {service}", poll=POLL)
        return time.monotonic() - ended

    def searched() -> object:
        now = int(time.time())
        tags = {"tags": f"service.name={service}", "start": str(now - 600), "end": str(now + 60)}
        return api.get(f"{tempo}/api/search", **tags).get("traces")

    with ThreadPoolExecutor(3) as threads:
        looks = (
            lambda: api.trace(tempo, trace),
            searched,
            lambda: api.promql(prometheus, f'{CALLS}{{service="{service}"}} > 0'),
        )
        by_id, by_search, counted = threads.map(after, looks)
    return by_id, by_search, counted
