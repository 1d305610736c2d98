"""Loki, asked for lines or for series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.querying.prometheus import result_of
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.tracequery.base import Series, Window


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log; `at` is nanoseconds since 1970."""

    at: int
    labels: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Loki:
    """A Loki."""

    endpoint: Endpoint

    def ask(
        self, expression: str, window: Window, step: int, limit: int, deadline: Deadline
    ) -> list[Line] | list[Series]:
        """Return lines, the latest first, or series: what the expression gives."""
        answer = self.endpoint.json(
            "/loki/api/v1/query_range", deadline, query=expression, start=nano(window.start), end=nano(window.end),
            step=str(step), limit=str(limit), direction="backward",
        )  # fmt: skip
        data = dig(answer, "data")
        return lines_of(data)[:limit] if dig(data, "resultType") == "streams" else result_of(data)


def nano(seconds: float) -> str:
    """Return a moment in nanoseconds."""
    return str(int(seconds * 1_000_000_000))


def lines_of(data: Any) -> list[Line]:
    """Return the lines of all streams, the latest first."""
    found = [
        Line(int(dig(pair, 0) or 0), {str(name): str(value) for name, value in items(dig(one, "stream"))},
             str(dig(pair, 1) or ""))
        for _, one in items(dig(data, "result"))
        for _, pair in items(dig(one, "values"))
    ]  # fmt: skip
    return sorted(found, key=lambda line: -line.at)
