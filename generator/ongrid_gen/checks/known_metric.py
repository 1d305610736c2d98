"""OG048: a metric that an alert reads is one that something exposes."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen import catalogue
from ongrid_gen.alerts import kind_of
from ongrid_gen.alerts.closed_set import METRICS
from ongrid_gen.alerts.expressions import conditions_of, is_sound, sound_expressions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.promql import selectors
from ongrid_gen.suggest import nearest

CODE: Final = "OG048"
SCRAPE: Final = "add the job that exposes it to `prometheus.scrape`"


def check(site: Site) -> Iterator[Problem]:
    """An alert on a metric that nobody exposes is silent for ever."""
    known = names(site)
    for expression in sound_expressions(site):
        for name in dict.fromkeys(one.metric for one in selectors(expression.written.tree) if one.metric):
            if is_missing(name, known, site):
                near = nearest(name, known)
                yield Problem(
                    code=CODE,
                    path=expression.path,
                    message=f"{expression.who} reads `{name}`, which nothing exposes",
                    hint=f"did you mean `{near}`?" if near else SCRAPE,
                    within=expression.written.place(name),
                )
    for alert in site.alerts:
        for path, condition in conditions_of(alert):
            missing = (
                [name for name in METRICS[condition["metric"]].names if is_missing(name, known, site)]
                if ("metric" in condition)
                else []
            )
            if missing:
                yield Problem(
                    code=CODE,
                    path=(*path, "metric"),
                    message=f"alert `{alert.name}` watches `{condition['metric']}`, which reads `{missing[0]}`; "
                    "nothing exposes that",
                    hint="add the job of node_exporter to `prometheus.scrape`"
                    if not site.prometheus.scrape
                    else f"add `{missing[0]}` to the `metrics` of the job that exposes it",
                )


def names(site: Site) -> frozenset[str]:
    """Return every name that is known to exist."""
    recorded = {
        record.name for alert in site.alerts if is_sound(alert) for record in kind_of(alert).records(alert, site)
    }
    listed = {name for scrape in site.prometheus.scrape for name in scrape.metrics or ()}
    return catalogue.metrics(site) | recorded | listed


def is_missing(name: str, known: frozenset[str], site: Site) -> bool:
    """Tell whether nothing has a name: a job without a list may expose anything that is not the stack's."""
    if name in known or (name.startswith("slo:") and site.slos):
        return False
    anything = any(scrape.metrics is None for scrape in site.prometheus.scrape)
    return not anything or name.startswith(catalogue.OWNED)
