"""OG049: a label that an alert asks for is one that its series have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.expressions import (
    Expression,
    conditions_of,
    is_sound,
    selectors_in,
    sound_expressions,
    written_in,
)
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.components.prometheus import OWN_JOBS
from ongrid_gen.conventions import SERVICE_NAME_DIMENSION
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Path, Problem
from ongrid_gen.promql import Written, kept_labels, selectors
from ongrid_gen.series import SpanSeries, asked_in_vain

CODE: Final = "OG049"
JOB: Final = "job"


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
    jobs = [*OWN_JOBS, *(scrape.job for scrape in site.prometheus.scrape)]
    for alert in filter(is_sound, site.alerts):
        for expression in (*written_in(alert), *selectors_in(alert)):
            for job in jobs_of(expression.written):
                place = expression.in_spec(*expression.written.place(job))
                yield from scraped(alert, job, expression.path, jobs, place)
        for path, condition in conditions_of(alert):
            if isinstance(selector := condition.get("selector"), Mapping) and JOB in selector:
                yield from scraped(alert, str(selector[JOB]), (*path, "selector", JOB), jobs)


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


def scraped(
    alert: Alert, job: str, path: Path, jobs: Sequence[str], within: tuple[int, int] | None = None
) -> Iterator[Problem]:
    """Yield why a job that an alert asks for by name has no series."""
    if job not in jobs:
        yield Problem(
            code=CODE,
            path=path,
            message=f"alert `{alert.name}`: no scrape job is called `{job}`",
            hint=did_you_mean(job, jobs),
            within=within,
        )


def jobs_of(written: Written) -> list[str]:
    """Return the jobs that an expression asks for by name."""
    found = [value for selector in selectors(written.tree) for label, sign, value in selector.matchers
             if (label, sign) == (JOB, "=")]  # fmt: skip
    return list(dict.fromkeys(found))
