"""`log_volume`: a service logs many times what it logged in the window before.

The lines of this window, without those services whose window before holds enough of them: a service that logged nothing
before has nothing to be left out by, so a burst from silence fires too. The value is the number of lines.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import lines
from ongrid_gen.alerts.base import Explanation, Plot
from ongrid_gen.alerts.conditions import number, range_of, service_of
from ongrid_gen.alerts.lines import bounds, group, records, tests
from ongrid_gen.alerts.wording import Say, held, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Rule
from ongrid_gen.text import Code, fill
from ongrid_gen.units import plain

__all__ = ["KIND", "bounds", "explain", "group", "page", "plot", "records", "rules", "tests"]

KIND: Final = "log_volume"
EXPR: Final = """\
<< now >> >= << fewest >>
  unless << now >> < << ratio >> * << before >>"""
TIMES: Final = "<< ratio >> * << before >>"


def ratio(alert: Alert) -> Decimal:
    """Return how many times the lines of the window before it takes."""
    return number(alert.params["ratio"])


def fewest(alert: Alert) -> int:
    """Return how many lines the window must hold: twice of next to nothing is nothing."""
    return int(alert.params["min_lines"])


def expr(alert: Alert) -> str:
    """Return the expression."""
    before = lines.lines(alert, str(range_of(alert)))
    return fill(EXPR, now=lines.lines(alert), before=before, ratio=ratio(alert), fewest=fewest(alert))


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    value = '{{ printf "%.0f" $value }}'
    measured = f"{spoken(service_of(alert))}: {value} {lines.which(alert, spoken)} in {range_of(alert)}, " \
               f"{plain(ratio(alert))} times those of the {range_of(alert)} before, or more"  # fmt: skip
    return [lines.rule(alert, site, expr(alert), measured, condition(alert, spoken), spoken)]


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    return (
        f"Fires when {say(service_of(alert))} logs {plain(ratio(alert))} times the {lines.which(alert, say)} of the "
        f"{range_of(alert)} before, or more{held(alert)}. Quiet below {fewest(alert)} lines in {range_of(alert)}."
    )


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    quiet = [
        f"fewer than {fewest(alert)} lines in {range_of(alert)}",
        f"a volume that stays: after {range_of(alert)} it is what is compared with",
        "a service that falls silent",
    ]
    return lines.explanation(alert, site, condition(alert, str), quiet)


def plot(alert: Alert, site: Site) -> Plot:
    """Return what is drawn of the alert."""
    del site
    before = fill(TIMES, ratio=ratio(alert), before=lines.lines(alert, str(range_of(alert))))
    return lines.plot(alert, (before, f"{plain(ratio(alert))} times those before"), limits=[Decimal(fewest(alert))])


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    before = lines.lines(alert, str(range_of(alert)))
    return {**lines.page(alert, site, expr(alert)), "before": before}
