"""`log_match`: lines of a service match, so many in a window. Several patterns must all match the same line."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import lines
from ongrid_gen.alerts.base import Explanation, Plot
from ongrid_gen.alerts.conditions import range_of, service_of
from ongrid_gen.alerts.lines import bounds, group, records, tests
from ongrid_gen.alerts.wording import Say, held, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Rule
from ongrid_gen.text import Code

__all__ = ["KIND", "bounds", "explain", "group", "page", "plot", "records", "rules", "tests"]

KIND: Final = "log_match"


def threshold(alert: Alert) -> int:
    """Return how many lines it takes."""
    return int(alert.params["threshold"])


def expr(alert: Alert) -> str:
    """Return the expression."""
    return f"{lines.lines(alert)} >= {threshold(alert)}"


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    number = '{{ printf "%.0f" $value }}'
    measured = f"{spoken(service_of(alert))}: {number} {lines.which(alert, spoken)}, {threshold(alert)} or more in " \
               f"{range_of(alert)}"  # fmt: skip
    return [lines.rule(alert, site, expr(alert), measured, condition(alert, spoken), spoken)]


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    of = f"{threshold(alert)} or more {lines.which(alert, say)}"
    return f"Fires when {say(service_of(alert))} logs {of} within {range_of(alert)}{held(alert)}."


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    quiet = [f"fewer than {threshold(alert)} such lines in {range_of(alert)}", "a service that logs nothing"]
    return lines.explanation(alert, site, condition(alert, str), quiet)


def plot(alert: Alert, site: Site) -> Plot:
    """Return what is drawn of the alert."""
    del site
    return lines.plot(alert, limits=[Decimal(threshold(alert))])


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    return lines.page(alert, site, expr(alert))
