"""OG049: a label that an alert asks for is one that its series have."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.expressions import Expression, sound_expressions
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.conventions import (
    CLIENT,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    LATENCY_BUCKET,
    SERVER,
    SERVICE,
    SERVICE_NAME,
    SPAN_KIND,
    SPAN_NAME,
    STATUS_CODE,
)
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.promql import Selector, calls, kept_labels, selectors, sort_of, walk
from ongrid_gen.suggest import listed
from ongrid_gen.units import plain

CODE: Final = "OG049"
SPANS: Final = "traces_spanmetrics_"
GRAPH: Final = "traces_service_graph_"
RELABEL: Final = ("label_replace", "label_join")


def check(site: Site) -> Iterator[Problem]:
    """A matcher on a label that no series has selects nothing; `by` on one throws what it should keep together."""
    for expression in sound_expressions(site):
        for selector in selectors(expression.written.tree):
            yield from matched(expression, selector, site)
        if not any(one.func.name in RELABEL for one in calls(expression.written.tree)):
            yield from grouped(expression, site)
        yield from lost(expression)


def matched(expression: Expression, selector: Selector, site: Site) -> Iterator[Problem]:
    """Yield the matchers that select nothing."""
    known = labels_of(selector, site)
    for label, sign, value in selector.matchers if known else ():
        if label not in known and not (sign in ("!=", "=~") and value == ""):
            yield unknown(expression, label, selector.metric, known)
        elif label == "le" and sign == "=" and selector.metric == LATENCY_BUCKET:
            bounds = [*map(plain, site_bounds(site)), "+Inf"]
            if value not in bounds:
                yield Problem(
                    code=CODE,
                    path=expression.path,
                    message=f'{expression.who}: no bucket of this site ends at `le="{value}"`',
                    hint=rewritten(value, bounds),
                    within=expression.written.place(value),
                )


def rewritten(value: str, bounds: list[str]) -> str:
    """Return what to write instead of a bound that does not exist."""
    try:
        exact = plain(float(value))
    except (ValueError, OverflowError):
        exact = ""
    return f'write `le="{exact}"`' if exact in bounds else f"there are: {listed(bounds)}"


def grouped(expression: Expression, site: Site) -> Iterator[Problem]:
    """Yield the labels that an aggregation keeps although no series has them."""
    for node in walk(expression.written.tree):
        if sort_of(node) != "AggregateExpr" or node.modifier is None or not is_by(node):
            continue
        inside = list(selectors(node.expr))
        sets = [labels_of(one, site) for one in inside]
        known = frozenset[str]().union(*sets)
        for label in node.modifier.labels if sets and all(sets) else ():
            if label not in known:
                yield unknown(expression, label, inside[0].metric, known)


def is_by(node: Any) -> bool:
    """Tell whether an aggregation says what it keeps."""
    return str(node.modifier.type).endswith("By")


def unknown(expression: Expression, label: str, metric: str | None, known: frozenset[str]) -> Problem:
    """Return the problem of a label."""
    return Problem(
        code=CODE,
        path=expression.path,
        message=f"{expression.who}: `{metric}` has no label `{label}`",
        hint=did_you_mean(label, sorted(known)),
        within=expression.written.place(label),
    )


def lost(expression: Expression) -> Iterator[Problem]:
    """Yield the labels of `by` that the expression itself has thrown away."""
    kept = kept_labels(expression.written.tree)
    for label in expression.alert.params.get("by", ()) if kept is not None else ():
        if label not in (kept or ()):
            yield Problem(
                code=CODE,
                path=expression.path,
                message=f"{expression.who} is told apart by `{label}`, which its expression does not keep",
                hint=f"keep it, as in `sum by ({label}) (…)`, or write `by` with what it keeps",
                within=expression.written.whole,
            )


def labels_of(selector: Selector, site: Site) -> frozenset[str]:
    """Return the labels that the series of a metric of Tempo's can have; none for a metric of another's."""
    name = selector.metric or ""
    own = {*site.external_labels, "__metrics_gen_instance", *(("le",) if name.endswith("_bucket") else ())}
    if name.startswith(SPANS):
        dimensions = map(as_label, site.metrics.dimensions)
        return frozenset({SERVICE, SERVICE_NAME, SPAN_NAME, SPAN_KIND, STATUS_CODE, *own, *dimensions})
    if name in (GRAPH_TOTAL, GRAPH_FAILED) or name.startswith(GRAPH):
        both = [
            f"{side}{as_label(one)}" for one in site.metrics.graph_dimensions for side in ("", "client_", "server_")
        ]
        return frozenset({CLIENT, SERVER, "connection_type", *own, *both})
    return frozenset()


def as_label(attribute: str) -> str:
    """Return the label that an attribute becomes."""
    return "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in attribute)
