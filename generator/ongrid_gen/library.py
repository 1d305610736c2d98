"""TraceQL queries with names (`stack/queries/traceql.yaml`), and the values that a site fills them with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

from ongrid_gen.model import Service, Site
from ongrid_gen.resources import stack_text
from ongrid_gen.text import Code, fill, traceql_string
from ongrid_gen.units import go_seconds, plain
from ongrid_gen.yamlio import parse

SOURCE: Final = "queries/traceql.yaml"
METRICS: Final = "metrics"


@dataclass(frozen=True, slots=True)
class Named:
    """A query with a name: what it answers, its text with places for values, which values, and what it needs."""

    name: str
    answers: str
    text: str
    parameters: tuple[str, ...]
    note: str
    needs: str

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the query with values in their places, quoted. ValueError when one cannot be what it must be."""
        types = {name: data["type"] for name, data in source()["parameters"].items()}
        return fill(self.text, **{name: QUOTING[types[name]](values[name]) for name in self.parameters})


def duration(value: str) -> Code:
    """Return a duration as TraceQL writes it. ValueError when it is none."""
    if go_seconds(value) is None:
        raise ValueError(f"`{value}` is no duration: write it like 800ms, 1.5s or 2h")
    return Code(value)


def number(value: str) -> Decimal:
    """Return a number. ValueError when it is none."""
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"`{value}` is no number") from None
    if not found.is_finite():
        raise ValueError(f"`{value}` is no number")
    return found


QUOTING: Final[Mapping[str, Callable[[str], Code | Decimal]]] = {
    "text": traceql_string, "duration": duration, "number": number,
}  # fmt: skip


@cache
def source() -> Any:
    """Return the queries as they are written."""
    return parse(stack_text(SOURCE))


@cache
def queries() -> tuple[Named, ...]:
    """Return every query."""
    known = source()["parameters"]
    return tuple(
        Named(
            one["name"], one["answers"], one["query"], tuple(name for name in known if f"<< {name} >>" in one["query"]),
            one.get("note", ""), one.get("needs", ""),
        )
        for one in source()["queries"]
    )  # fmt: skip


def values(site: Site) -> dict[str, str]:
    """Return what the parameters are for a site: its own names and thresholds where it has some."""
    found = {name: str(data["value"]) for name, data in source()["parameters"].items()}
    slow = next((alert for alert in site.alerts if alert.kind == "trace_latency" and alert.service), None)
    service = watched(site, slow.service if slow else None)
    if service is None:
        return found
    found["service"] = found["callee"] = service.name
    found["caller"] = next((one.name for one in reversed(site.services) if one is not service), found["caller"])
    if service.operations:
        found["operation"] = service.operations[0]
    if slow is not None:
        found["min_duration"] = f"{plain(Decimal(slow.params['threshold_ms']))}ms"
        found["operation"] = slow.params.get("operation") or found["operation"]
    return found


def watched(site: Site, name: str | None) -> Service | None:
    """Return the service of that name, or the first."""
    return next((one for one in site.services if name in (None, one.name)), None)
