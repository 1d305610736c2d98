"""OG007: every TraceQL query is one that the Tempo of the bundle takes."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import is_tempo
from ongrid_gen.bundle.plain import dig, listed
from ongrid_gen.bundle.queries import Query
from ongrid_gen.bundle.traceql import traceql_queries
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem
from ongrid_gen.traceql import VERSIONS, WITHOUT, TraceqlError, read

CODE: Final = "OG007"
LOCAL_BLOCKS: Final = "local-blocks"
# The version that makes series of spans only with that processor.
NEEDS_BLOCKS: Final = "2.10"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Tempo refuses a query only when somebody asks it, amid an incident; before 2.0 it answers with anything."""
    for query in traceql_queries(wiring.bundle):
        yield from judged(query, wiring)


def judged(query: Query, wiring: Wiring) -> Iterator[Problem]:
    """Yield what is wrong with one query."""
    version = version_of(wiring)
    try:
        written = read(query.text, version)
    except TraceqlError as error:
        within = query.within((error.start, error.end))
        yield Problem(CODE, query.path, f"{query.who}: {error.message}", error.hint, within=within)
        return
    if written.is_metrics and version == NEEDS_BLOCKS and not has_blocks(wiring):
        message = f"{query.who}: Tempo {version} makes series of spans only with the processor `{LOCAL_BLOCKS}`"
        yield Problem(CODE, query.path, message, "add it to the processors of the metrics generator, or run Tempo 3.0")


def version_of(wiring: Wiring) -> str:
    """Return the version that is asked; the newest where the bundle does not tell it."""
    found = (service.version_among((WITHOUT, *VERSIONS)) for service in wiring.running(is_tempo))
    return next(filter(None, found), VERSIONS[-1])


def has_blocks(wiring: Wiring) -> bool:
    """Tell whether a Tempo has that processor."""
    places = (dig(service.settings, "overrides", "defaults", "metrics_generator", "processors")
              for service in wiring.running(is_tempo))  # fmt: skip
    return any(LOCAL_BLOCKS in listed(processors) for processors in places)
