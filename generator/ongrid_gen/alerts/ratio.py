"""What alerts on a share of failures have in common: failed requests divided by all of them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.cases.promtest import Phase, silence
from ongrid_gen.alerts.cases.shares import load
from ongrid_gen.alerts.cases.story import Story
from ongrid_gen.alerts.conditions import min_requests, operator_of, range_of, threshold_ratio
from ongrid_gen.alerts.wording import guard, held
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import RuleTest
from ongrid_gen.text import Code, fill
from ongrid_gen.units import plain

# Divided by `total > 0`, because 0/0 is NaN and x/0 is +Inf, which fires (R8). Failures have no series before the first
# one (R9): then the ratio is empty, which is right for a rule that wants more than a threshold.
SHARE: Final = """\
sum by (<< by >>) (rate(<< failed >>[<< range >>]))
    / (sum by (<< by >>) (rate(<< total >>[<< range >>])) > 0)"""
EXPR: Final = f"(\n  {SHARE}\n) << operator >> << threshold >>"
ENOUGH: Final = "\nand sum by (<< by >>) (increase(<< total >>[<< range >>])) >= << fewest >>"
REQUESTS: Final = "sum by (<< by >>) (rate(<< total >>[<< range >>]))"
READING: Final = "{{ $value | humanizePercentage }}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which series are divided: the labels that stay, failed requests and all requests, as PromQL selectors."""

    by: Code
    failed: Code
    total: Code


def values(alert: Alert, chosen: Selection) -> dict[str, Any]:
    """Return what the expressions are filled with."""
    return {
        "by": chosen.by,
        "failed": chosen.failed,
        "total": chosen.total,
        "range": range_of(alert),
        "operator": Code(operator_of(alert)),
        "threshold": threshold_ratio(alert),
        "fewest": min_requests(alert),
    }


def expr(alert: Alert, chosen: Selection) -> str:
    """Return the guarded expression."""
    return fill(EXPR + (ENOUGH if min_requests(alert) else ""), **values(alert, chosen))


def share(alert: Alert, chosen: Selection) -> str:
    """Return the query of the share of failures, in per cent."""
    return fill(f"100 * (\n  {SHARE}\n)", **values(alert, chosen))


def requests(alert: Alert, chosen: Selection) -> str:
    """Return the query of requests a second."""
    return fill(REQUESTS, **values(alert, chosen))


def limit(alert: Alert) -> str:
    """Return the threshold as a person reads it."""
    return f"{plain(threshold_ratio(alert) * 100)}%"


def allowed(alert: Alert) -> str:
    """Return what the threshold allows, in words."""
    return f"more than {limit(alert)} allowed" if operator_of(alert) == ">" else f"less than {limit(alert)} wanted"


def bound(alert: Alert) -> str:
    """Return which shares fire, in words."""
    return f"more than {limit(alert)}" if operator_of(alert) == ">" else f"{limit(alert)} or more"


def condition(alert: Alert, site: Site, watched: str) -> str:
    """Return when the alert fires, as a sentence, and below how many requests it does not."""
    return f"Fires when {bound(alert)} of the {watched} fail, over {range_of(alert)}{held(alert)}.{guard(alert, site)}"


def plain_words(fraction: Decimal) -> bool:
    """Tell whether the per cent, read with four digits, does not depend on the last bit of the ratio."""
    number = (fraction * 100).normalize()
    significant = number.as_tuple().digits
    return not (len(significant) == 5 and significant[-1] == 5)


def without_failures(story: Story) -> RuleTest:
    """Return the case of a service that never failed: then the series of failures does not exist."""
    traffic = load(Decimal(0), story.fewest).phase(story.long())
    drawn = story.draw([Phase(story.clock.prelude), traffic], {})[:1]
    return story.case("is quiet when nothing ever failed", drawn, silence(story.end, story.clock))
