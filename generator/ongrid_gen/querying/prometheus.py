"""Prometheus, asked once or over a time."""

from dataclasses import dataclass
from typing import Any

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.runtime.fetch import Deadline, Endpoint, FetchError
from ongrid_gen.tracequery.base import Series, Window


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus, or what speaks like one."""

    endpoint: Endpoint

    def at(self, expression: str, moment: float, deadline: Deadline) -> list[Series]:
        """Return what an expression is at a moment (seconds since 1970): one point a series."""
        answer = self.endpoint.json(
            "/api/v1/query", deadline, query=expression, time=f"{moment:.3f}", timeout=f"{deadline.left:.3f}"
        )
        return result_of(dig(answer, "data"))

    def over(self, expression: str, window: Window, step: int, deadline: Deadline) -> list[Series]:
        """Return what an expression was, a point each `step` seconds."""
        answer = self.endpoint.json(
            "/api/v1/query_range", deadline, query=expression, start=f"{window.start:.3f}", end=f"{window.end:.3f}",
            step=str(step), timeout=f"{deadline.left:.3f}",
        )  # fmt: skip
        return result_of(dig(answer, "data"))


def result_of(data: Any) -> list[Series]:
    """Return the series of an answer, of each sort that there is."""
    if dig(data, "resultType") in ("scalar", "string"):
        return [Series({}, (point(dig(data, "result")),))]
    return [
        Series({str(name): str(value) for name, value in items(dig(one, "metric"))}, points_of(one))
        for _, one in items(dig(data, "result"))
    ]


def points_of(data: Any) -> tuple[tuple[float, float], ...]:
    """Return the points of a series."""
    many = [pair for _, pair in items(dig(data, "values"))]
    return tuple(map(point, many if many else [dig(data, "value")] if dig(data, "value") else []))


def point(pair: Any) -> tuple[float, float]:
    """Return one point; its value is a text, as JSON has no infinity."""
    try:
        return float(dig(pair, 0)), float(dig(pair, 1))
    except (TypeError, ValueError):
        raise FetchError("the answer holds a point that is no number") from None
