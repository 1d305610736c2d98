"""Tempo before 2.0: no TraceQL, and a search that finds more than it is asked for.

It takes a text for any that contains it (`payments-api` finds `payments-api-2`), looks for each tag anywhere in the
trace, and bounds the duration of the whole trace (1.5.0, measured). So it only says where to look: every trace is
fetched, and stays when one of its spans holds all the filters.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.text import promql_string
from ongrid_gen.tracequery.base import MOST, Filters, Hit, Hits, Search, Series, Trace, UnsupportedError, Window
from ongrid_gen.tracequery.condition import milliseconds, named, passes
from ongrid_gen.tracequery.tempo import TAGS, hits_of, seconds_of, tag_of, trace_by_id

# How many traces are looked through for each that is wanted, and how many are fetched at once: Tempo makes 20 requests
# of its own of each, and refuses to hold more than 100.
THROUGH: Final = 5
AT_ONCE: Final = 4
# Keys that the tags of the search cannot bear are looked at in the traces only.
BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@dataclass(frozen=True, slots=True)
class TempoTags:
    """A Tempo without TraceQL."""

    endpoint: Endpoint
    version: str

    @property
    def name(self) -> str:
        """What answers."""
        return f"Tempo {self.version}"

    @property
    def language(self) -> str | None:
        """It has none."""
        return None

    def search(self, search: Search, deadline: Deadline) -> Hits:
        """Return the traces of which a span holds all filters. UnsupportedError when there is an expression."""
        if search.expression is not None:
            self.refuse()
        most = min(MOST, search.limit * THROUGH)
        asked = {**tags_of(search.filters), **seconds_of(search.window), "limit": str(most)}
        looked = hits_of(self.endpoint.json("/api/search", deadline, **asked), most)
        found = list(self.sieved(looked.traces, search.filters, deadline))
        return Hits(tuple(found[: search.limit]), looked.complete and len(found) <= search.limit)

    def sieved(self, hits: tuple[Hit, ...], filters: Filters, deadline: Deadline) -> Iterator[Hit]:
        """Yield the traces of which a span holds the filters."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            traces = pool.map(lambda hit: self.trace(hit.trace_id, deadline), hits)
            for hit, trace in zip(hits, traces, strict=True):
                matched = sum(passes(span, filters) for span in trace.spans) if trace else 0
                if matched:
                    yield replace(hit, matched=matched)

    def trace(self, trace_id: str, deadline: Deadline) -> Trace | None:
        """Return a trace, None when Tempo does not have it."""
        return trace_by_id(self.endpoint, trace_id, deadline)

    def values(self, tag: str, window: Window, deadline: Deadline) -> list[str]:
        """Return the values of a tag, sorted. This Tempo knows no time here, and tells only what is recent."""
        del window
        asked = tag_of(tag)
        bare = asked.partition(".")[2] if asked != TAGS["operation"] else asked
        answer = self.endpoint.json(f"/api/search/tag/{bare}/values", deadline)
        return sorted(str(value) for _, value in items(dig(answer, "tagValues")))

    def series(self, expression: str, window: Window, step: int, deadline: Deadline) -> list[Series]:
        """Refuse: there is no TraceQL."""
        del expression, window, step, deadline
        self.refuse()

    def refuse(self) -> NoReturn:
        """Refuse an expression, which this Tempo would ignore."""
        raise UnsupportedError(
            f"{self.name} has no TraceQL and would answer with traces that nothing chose; search by service, "
            "operation, status and duration, or run Tempo 2.10 or 3.0"
        )


def tags_of(filters: Filters) -> dict[str, str]:
    """Return what leaves away no trace that has such a span: of the bounds only the lower one."""
    tags = {name: value for name, value in named(filters) if BARE.issuperset(name)}  # twice would be refused
    if filters.operation is not None:
        tags["name"] = filters.operation
    if filters.status == "error":
        tags["status.code"] = "error"
    found = {"tags": " ".join(f"{name}={promql_string(value)}" for name, value in tags.items())} if tags else {}
    if filters.min_duration is not None:
        found["minDuration"] = milliseconds(filters.min_duration)
    return found
