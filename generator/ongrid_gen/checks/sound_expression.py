"""OG045: what an alert spells in PromQL is sound, and is one series a thing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ongrid_gen.alerts.expressions import Expression, conditions_of, selectors_in, written_in
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Path, Problem
from ongrid_gen.promql import PromqlError, read, selector_of, sort_of, top

CODE: Final = "OG045"
RANGES: Final = ("MatrixSelector", "SubqueryExpr")
NO_SERIES: Final = {"StringLiteral": "a text", "NumberLiteral": "a number"}


def check(site: Site) -> Iterator[Problem]:
    """Prometheus refuses the whole file of rules in which one expression is wrong."""
    for alert in site.alerts:
        for path, condition in conditions_of(alert):
            yield from complete(alert, path, condition)
        for expression in written_in(alert):
            yield from unsound(expression)
        for selector in selectors_in(alert):
            yield from unsound_selector(selector)


def complete(alert: Alert, path: Path, condition: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what a condition lacks, or says twice."""
    if "metric" in condition and "expr" in condition:
        yield Problem(
            code=CODE,
            path=(*path, "expr"),
            message=f"alert `{alert.name}` has both `metric` and `expr`; one says what it watches",
            hint="remove one of the two",
            on_key=True,
        )
    elif "metric" not in condition and "expr" not in condition:
        yield Problem(
            code=CODE,
            path=path,
            message=f"alert `{alert.name}` does not say what it watches",
            hint="write `metric: cpu_pct` or another of the closed set, or `expr` with an expression",
        )
    elif alert.kind == "metric_anomaly" and "expr" in condition and "floor" not in condition:
        yield Problem(
            code=CODE,
            path=(*path, "expr"),
            message=f"alert `{alert.name}` needs a `floor` for its `expr`: of a flat line every wobble is an anomaly",
            hint="write `floor` with the least difference that matters",
        )


def unsound(expression: Expression) -> Iterator[Problem]:
    """Yield why an expression cannot be a rule."""
    try:
        written = expression.written
    except PromqlError as error:
        yield Problem(
            code=CODE,
            path=expression.path,
            message=f"{expression.who}: no PromQL: {error.message}",
            hint=error.hint,
            within=(error.start, error.end),
        )
        return
    sort = sort_of(top(written.tree))
    if sort in RANGES:
        yield Problem(
            code=CODE,
            path=expression.path,
            message=f"{expression.who}: a range of samples is no single value",
            hint="put a function around it, such as `avg_over_time(…)`",
            within=written.whole,
        )
    elif sort in NO_SERIES or (sort == "Call" and top(written.tree).func.name in ("scalar", "time", "pi")):
        yield Problem(
            code=CODE,
            path=expression.path,
            message=f"{expression.who}: {NO_SERIES.get(sort, 'a number')} is no series",
            hint="name a metric",
            within=written.whole,
        )


def unsound_selector(selector: Expression) -> Iterator[Problem]:
    """Yield why a text is no selector."""
    try:
        tree = read(selector.text).tree
        found = selector_of(tree) if sort_of(tree) == "VectorSelector" else None
    except PromqlError as error:
        within: tuple[int, int] | None = selector.in_spec(error.start, error.end)
        message = error.message
    else:
        if found is not None:
            return
        within, message = None, "more than matchers"
    yield Problem(
        code=CODE,
        path=selector.path,
        message=f"{selector.who}: no selector: {message}",
        hint='write matchers such as `{mountpoint="/"}`',
        within=within,
    )
