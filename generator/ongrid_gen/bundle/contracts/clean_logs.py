"""OG095: what a collector takes out of spans for privacy, it takes out of logs too."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.contracts.whole_redaction import TRACES, is_telling, taken_out
from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig, items, listed
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.components.logs import PIPELINE
from ongrid_gen.components.privacy import LOG_PLACES
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG095"
Found = dict[str, Path]


def check(wiring: Wiring) -> Iterator[Problem]:
    """What a span may not say is in the line beside it: a log is where secrets are written most."""
    for service in wiring.running(is_collector):
        ways = dict(pipelines(service))
        logs = ways.get(PIPELINE)
        for order in ways.values() if logs is not None else ():
            if order is not logs:
                yield from left_in(service, order, logs or [])


def pipelines(service: Service) -> Iterator[tuple[str, list[str]]]:
    """Yield the processors of the pipelines of spans and of logs, by name."""
    for name, pipeline in items(dig(service.settings, "service", "pipelines")):
        if str(name).split("/")[0] in (TRACES, PIPELINE):
            yield str(name), [str(one) for one in listed(dig(pipeline, "processors"))]


def left_in(service: Service, spans: list[str], logs: list[str]) -> Iterator[Problem]:
    """Yield what is deleted or masked in spans and left in logs."""
    masked, seen = masks(service, spans), masks(service, logs)
    for pattern, path in masked.items():
        if pattern not in seen:
            yield Problem(CODE, path, f"`{service.name}` masks this in spans, and lets logs pass with it",
                          f"name the processor in the pipeline `{PIPELINE}` as well")  # fmt: skip
    gone = {(key, place) for key, place, _ in deletions(service, logs, "log_statements")}
    told: set[str] = set()
    for key, _, path in deletions(service, spans, "trace_statements"):
        if is_telling(key) and key not in told and not gone.issuperset((key, place) for place in LOG_PLACES):
            told.add(key)
            yield Problem(CODE, path, f"`{service.name}` takes `{key}` out of spans, and leaves it in logs",
                          f"take it out of {', '.join(f'{place}.attributes' for place in LOG_PLACES)} in the pipeline "
                          f"`{PIPELINE}` too")  # fmt: skip


def masks(service: Service, order: list[str]) -> Found:
    """Return what is masked, with where that is said."""
    found: Found = {}
    for name in order:
        if name.split("/")[0] == "redaction":
            path = (service.config, "processors", name, "blocked_values")
            for index, pattern in items(dig(service.settings, "processors", name, "blocked_values")):
                found.setdefault(str(pattern), (*path, index))
    return found


def deletions(service: Service, order: list[str], statements: str) -> Iterator[tuple[str, str, Path]]:
    """Yield what is deleted, a `transform` being told so by these statements."""
    for name in order:
        data: Any = dig(service.settings, "processors", name)
        yield from taken_out(name, data, (service.config, "processors", name), statements=statements)
