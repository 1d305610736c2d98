"""`metric_raw`: a PromQL expression of the user's own, as it is written.

The checks have read it (OG045 to OG049); nothing of it is changed. Its tests say what its tree says for certain.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import watching
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases import selections
from ongrid_gen.alerts.cases.gauges import NO, Subject, beat_of
from ongrid_gen.alerts.reading import template
from ongrid_gen.alerts.watching import bounds, group
from ongrid_gen.alerts.wording import Say, held, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.promql import UnknownError, kept_labels, on_nothing, read, selectors, sort_of, top
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code

__all__ = ["KIND", "bounds", "explain", "group", "page", "records", "rules", "tests"]

KIND: Final = "metric_raw"
UNIT: Final = ""


def expr(alert: Alert) -> str:
    """Return the expression as the spec has it, without the space around it."""
    return str(alert.params["expr"]).strip()


def kept(alert: Alert) -> tuple[str, ...]:
    """Return the labels that the result keeps, as far as that is plain."""
    return tuple(sorted(kept_labels(read(expr(alert)).tree) or ()))


def records(alert: Alert, site: Site) -> list[Record]:
    """Return no recording: the expression is the user's own."""
    del alert, site
    return []


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    measured = said(alert, watching.who(kept(alert)), template(UNIT), spoken)
    return [watching.rule(alert, site, expr(alert), kept(alert), measured, condition(alert, spoken))]


def said(alert: Alert, thing: str, reading: str, say: Say) -> str:
    """Return what the expression gave."""
    return f"{thing or say(alert.name)}: its expression gives {reading}"


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    del say
    return f"Fires while its expression has a result{held(alert)}."


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests: what it does without any series, and on both sides of a plain threshold."""
    return [*without_series(alert, site), *selections.tests(alert, site, subject(alert, site))]


def subject(alert: Alert, site: Site) -> Subject:
    """Return the alert under test."""

    expected = watching.expecting(alert, site, kept(alert), said, condition(alert, str))
    return Subject(alert, beat_of(alert, site, Decimal(0)), kept(alert), lambda _, __: NO, expected)


def without_series(alert: Alert, site: Site) -> Iterator[RuleTest]:
    """Yield the case of no series at all; none when it is not plain what the expression makes of that."""
    tree = read(expr(alert)).tree
    try:
        value = on_nothing(tree)
    except UnknownError:
        return
    one = subject(alert, site)
    if value is None:
        yield from one.case("is quiet without series", {})
    elif sort_of(top(tree)) == "Call" or not list(selectors(tree)):
        yield from selections.always(one, value, selections.labels_of_absent(tree))


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    try:
        quiet = ["no series: then its expression has no result"] if on_nothing(read(expr(alert)).tree) is None else []
    except UnknownError:
        quiet = []
    return watching.explanation(alert, site, condition(alert, str), kept(alert), quiet)


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    del site
    return watching.page("an expression of its own", expr(alert), expr(alert))
