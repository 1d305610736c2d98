"""Which labels and bucket bounds the series of Tempo's metrics generator have, and what is asked of them in vain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.conventions import (
    CLIENT,
    GENERATOR,
    LATENCY_BUCKET,
    SERVER,
    SERVICE,
    SERVICE_NAME,
    SERVICE_NAME_DIMENSION,
    SPAN_KIND,
    SPAN_NAME,
    STATUS_CODE,
)
from ongrid_gen.promql import Selector, Written, calls, selectors, sort_of, walk
from ongrid_gen.suggest import listed, nearest
from ongrid_gen.units import plain

SPANS: Final = "traces_spanmetrics_"
GRAPH: Final = "traces_service_graph_"
RELABEL: Final = ("label_replace", "label_join")


@dataclass(frozen=True, slots=True)
class SpanSeries:
    """What is configured: attributes that become labels, of span metrics and of the service graph; labels of all
    series; bucket bounds in seconds, without the infinite one."""

    dimensions: Sequence[str]
    graph_dimensions: Sequence[str]
    external: Mapping[str, str]
    bounds: Sequence[Decimal]

    def labels_of(self, selector: Selector) -> frozenset[str]:
        """Return the labels that the series of a metric of Tempo's can have; none for a metric of another's."""
        name = selector.metric or ""
        own = {*self.external, GENERATOR, *(("le",) if name.endswith("_bucket") else ())}
        if name.startswith(SPANS):
            named = {SERVICE_NAME} if SERVICE_NAME_DIMENSION in self.dimensions else set()
            return frozenset(
                {SERVICE, SPAN_NAME, SPAN_KIND, STATUS_CODE, *own, *named, *map(as_label, self.dimensions)}
            )
        if name.startswith(GRAPH):
            sides = [f"{side}{as_label(one)}" for one in self.graph_dimensions for side in ("", "client_", "server_")]
            return frozenset({CLIENT, SERVER, "connection_type", *own, *sides})
        return frozenset()


@dataclass(frozen=True, slots=True)
class InVain:
    """A label or bound that a query asks for and no series has: what is wrong, what to write, where in the query."""

    message: str
    hint: str
    within: tuple[int, int]


def as_label(attribute: str) -> str:
    """Return the label that an attribute becomes."""
    return "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in attribute)


def asked_in_vain(written: Written, series: SpanSeries) -> Iterator[InVain]:
    """Yield the matchers that select nothing, and the labels that an aggregation keeps although no series has them."""
    for selector in selectors(written.tree):
        yield from matched(written, selector, series)
    if not any(one.func.name in RELABEL for one in calls(written.tree)):
        yield from grouped(written, series)


def matched(written: Written, selector: Selector, series: SpanSeries) -> Iterator[InVain]:
    """Yield the matchers that select nothing."""
    known = series.labels_of(selector)
    for label, sign, value in selector.matchers if known else ():
        if label not in known and not (sign in ("!=", "=~") and value == ""):
            yield unknown(written, label, selector.metric, known)
        elif label == "le" and sign == "=" and selector.metric == LATENCY_BUCKET:
            bounds = [*map(plain, series.bounds), "+Inf"]
            if value not in bounds:
                message = f'no bucket of this site ends at `le="{value}"`'
                yield InVain(message, rewritten(value, bounds), written.place(value))


def rewritten(value: str, bounds: list[str]) -> str:
    """Return what to write instead of a bound that does not exist."""
    try:
        exact = plain(float(value))
    except (ValueError, OverflowError):
        exact = ""
    return f'write `le="{exact}"`' if exact in bounds else f"there are: {listed(bounds)}"


def grouped(written: Written, series: SpanSeries) -> Iterator[InVain]:
    """Yield the labels that an aggregation keeps although no series has them."""
    for node in walk(written.tree):
        if sort_of(node) != "AggregateExpr" or node.modifier is None or not is_by(node):
            continue
        inside = list(selectors(node.expr))
        sets = [series.labels_of(one) for one in inside]
        known = frozenset[str]().union(*sets)
        for label in node.modifier.labels if sets and all(sets) else ():
            if label not in known:
                yield unknown(written, label, inside[0].metric, known)


def is_by(node: Any) -> bool:
    """Tell whether an aggregation says what it keeps."""
    return str(node.modifier.type).endswith("By")


def unknown(written: Written, label: str, metric: str | None, known: frozenset[str]) -> InVain:
    """Return what is wrong with a label."""
    near = nearest(label, sorted(known))
    hint = f"did you mean `{near}`?" if near else f"there are: {listed(sorted(known))}"
    return InVain(f"`{metric}` has no label `{label}`", hint, written.place(label))
