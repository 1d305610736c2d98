"""OG049: a label that an alert asks for is one that its series have."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.expressions import Expression, sound_expressions
from ongrid_gen.conventions import SERVICE_NAME_DIMENSION
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.promql import kept_labels
from ongrid_gen.series import SpanSeries, asked_in_vain

CODE: Final = "OG049"


def check(site: Site) -> Iterator[Problem]:
    """A matcher on a label that no series has selects nothing; `by` on one throws what it should keep together."""
    series = SpanSeries(
        (SERVICE_NAME_DIMENSION, *site.metrics.dimensions), site.metrics.graph_dimensions, site.external_labels,
        site_bounds(site),
    )  # fmt: skip
    for expression in sound_expressions(site):
        for one in asked_in_vain(expression.written, series):
            yield Problem(CODE, expression.path, f"{expression.who}: {one.message}", one.hint, within=one.within)
        yield from lost(expression)


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
