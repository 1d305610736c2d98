"""Tempo from 2.0 on: filters become TraceQL, and what somebody wrote is read before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.runtime.fetch import Deadline, Endpoint, FetchError
from ongrid_gen.traceql import TraceqlError, Written, conjoin, read
from ongrid_gen.tracequery.base import (
    TRACE_ID,
    Filters,
    Hit,
    Hits,
    Search,
    Series,
    Trace,
    UnsupportedError,
    Window,
    trace_id_of,
)
from ongrid_gen.tracequery.condition import attribute, condition
from ongrid_gen.tracequery.otlp import trace_of

MILLION: Final = 1_000_000
NOT_FOUND: Final = 404
# Tempo answers with the first traces that it comes upon; with this hint with the latest.
LATEST: Final = " with (most_recent=true)"
TAGS: Final[Mapping[str, str]] = {"service": "resource.service.name", "operation": "name"}
SCOPES: Final = ("resource", "span")
# What 2.10 says, with HTTP 500, when it makes no series of spans.
NO_BLOCKS: Final = "localblocks processor not found"


@dataclass(frozen=True, slots=True)
class Tempo:
    """A Tempo that has TraceQL. `version` is what it says of itself, `grammar` that of the queries it is sent."""

    endpoint: Endpoint
    version: str
    grammar: str

    @property
    def name(self) -> str:
        """What answers."""
        return f"Tempo {self.version}"

    @property
    def language(self) -> str | None:
        """What expressions are written in."""
        return "TraceQL"

    def search(self, search: Search, deadline: Deadline) -> Hits:
        """Return the traces of which spans hold what was asked. TraceqlError when the expression cannot be asked."""
        query = self.query_of(search)
        answer = self.endpoint.json(
            "/api/search", deadline, q=query, limit=str(search.limit), **seconds_of(search.window)
        )
        return hits_of(answer, search.limit)

    def query_of(self, search: Search) -> str:
        """Return the one query that says the expression and the filters."""
        query = self.held(search.expression, search.filters)
        written = read(query, self.grammar)
        refuse_series(written)
        return query if written.tree.hints else query + LATEST

    def held(self, expression: str | None, filters: Filters) -> str:
        """Return an expression of which every spanset is held to the filters."""
        added = condition(filters)
        if expression is None:
            return f"{{ {added} }}"
        return conjoin(expression, added, self.grammar) if added else expression

    def trace(self, trace_id: str, deadline: Deadline) -> Trace | None:
        """Return a trace, None when Tempo does not have it."""
        return trace_by_id(self.endpoint, trace_id, deadline)

    def values(self, tag: str, window: Window, deadline: Deadline) -> list[str]:
        """Return the values of a tag, sorted."""
        asked = tag_of(tag)
        answer = self.endpoint.json(f"/api/v2/search/tag/{asked}/values", deadline, **seconds_of(window))
        return sorted(str(dig(one, "value")) for _, one in items(dig(answer, "tagValues")))

    def series(self, expression: str, window: Window, step: int, deadline: Deadline) -> list[Series]:
        """Return series of spans. TraceqlError for what gives none; UnsupportedError when this Tempo makes none."""
        written = read(expression, self.grammar)
        if not written.is_metrics:
            raise TraceqlError("it gives traces, not series", 0, len(expression), "add `| rate()` or the like")
        try:
            answer = self.endpoint.json(
                "/api/metrics/query_range", deadline, q=expression, step=f"{step}s", **seconds_of(window)
            )
        except FetchError as error:
            if NO_BLOCKS in error.said:
                raise UnsupportedError(
                    f"{self.name} makes series of spans only with the processor `local-blocks` of its metrics generator"
                ) from None
            raise
        return [series_of(one) for _, one in items(dig(answer, "series"))]


def refuse_series(written: Written) -> None:
    """Refuse what gives series: Tempo answers a search for it with traces that nothing chose (2.10.8, measured)."""
    metrics = written.tree.metrics
    if metrics is not None:
        raise TraceqlError("it gives series, not traces", metrics.start, metrics.end,
                           "ask for series, or leave this out")  # fmt: skip


def tag_of(tag: str) -> str:
    """Return a tag as TraceQL writes it. UnsupportedError for one of no scope."""
    scope, _, name = tag.partition(".")
    if tag in TAGS:
        return TAGS[tag]
    if scope not in SCOPES or not name:
        raise UnsupportedError(f"`{tag}` is no tag: write `service`, `operation`, `resource.…` or `span.…`")
    return attribute(scope, name)


def seconds_of(window: Window) -> dict[str, str]:
    """Return the time as Tempo wants it. Both ends: without them it searches only what is in memory."""
    return {"start": str(int(window.start)), "end": str(int(window.end) + 1)}


def hits_of(answer: Any, limit: int) -> Hits:
    """Return what a search found, the latest first."""
    found = [hit_of(one) for _, one in items(dig(answer, "traces"))]
    latest = sorted(found, key=lambda hit: (-hit.start, hit.trace_id))
    return Hits(tuple(latest[:limit]), len(found) < limit)


def hit_of(data: Any) -> Hit:
    """Return one trace of a search. Tempo leaves zeros at the beginning of an ID away."""
    matched = sum(int(dig(one, "matched") or 0) for _, one in items(dig(data, "spanSets")))
    return Hit(
        trace_id=str(dig(data, "traceID")).rjust(TRACE_ID, "0"),
        service=str(dig(data, "rootServiceName") or ""),
        operation=str(dig(data, "rootTraceName") or ""),
        start=int(dig(data, "startTimeUnixNano") or 0),
        duration=int(dig(data, "durationMs") or 0) * MILLION,
        matched=matched,
    )


def trace_by_id(endpoint: Endpoint, trace_id: str, deadline: Deadline) -> Trace | None:
    """Return a trace, None when Tempo does not have it."""
    full = trace_id_of(trace_id)
    try:
        answer = endpoint.json(f"/api/traces/{full}", deadline)
    except FetchError as error:
        if error.status == NOT_FOUND:
            return None
        raise
    return trace_of(full, answer)


def series_of(data: Any) -> Series:
    """Return one series. What is 0 is left away in the JSON."""
    labels = {str(dig(one, "key")): label_of(dig(one, "value")) for _, one in items(dig(data, "labels"))}
    points = (
        (int(dig(one, "timestampMs") or 0) / 1000, float(dig(one, "value") or 0))
        for _, one in items(dig(data, "samples"))
    )
    return Series(labels, tuple(sorted(points)))


def label_of(value: Any) -> str:
    """Return the value of a label, which has a type."""
    return next((str(inside) for _, inside in items(value)), "")
