"""`metric_threshold`: numbers are beyond their thresholds, all of them or any."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import watching
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases import signals, thresholds
from ongrid_gen.alerts.cases.gauges import Subject, beat_of
from ongrid_gen.alerts.conditions import number, written
from ongrid_gen.alerts.reading import limit, template
from ongrid_gen.alerts.signal import Signal, by_of, signal_of
from ongrid_gen.alerts.watching import bounds, group
from ongrid_gen.alerts.wording import Say, held, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code
from ongrid_gen.units import format_duration, parse_duration

__all__ = ["KIND", "bounds", "explain", "group", "page", "records", "rules", "tests"]

KIND: Final = "metric_threshold"
ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Leg:
    """One condition. `window` in seconds; None compares the newest value. `digits` is the threshold as written."""

    signal: Signal
    operator: str
    threshold: Decimal
    digits: Code
    window: Decimal | None
    aggregator: str

    @property
    def value(self) -> str:
        """The number that is compared, as PromQL."""
        if self.window is None:
            return self.signal.name
        return f"{self.aggregator}_over_time({self.signal.name}[{format_duration(self.window)}])"

    @property
    def expr(self) -> str:
        """The comparison."""
        return f"{self.value} {self.operator} {self.digits}"

    def words(self, say: Say) -> str:
        """Return the comparison in words."""
        over = "" if self.window is None else f" ({self.aggregator} of {format_duration(self.window)})"
        return f"{say(self.signal.words)}{over} {self.operator} {limit(self.threshold, self.signal.unit)}"


def legs(alert: Alert) -> list[Leg]:
    """Return the conditions."""
    return [
        Leg(
            signal_of(data, by_of(alert), data["operator"]),
            data["operator"],
            number(data["threshold"]),
            written(data["threshold"]),
            parse_duration(data["window"]) if "window" in data else None,
            data["aggregator"],
        )
        for data in alert.params["conditions"]
    ]


def joined(alert: Alert) -> str:
    """Return `and` or `or`."""
    return "or" if alert.params["match"] == ANY else "and"


def records(alert: Alert, site: Site) -> list[Record]:
    """Return a recording for each number."""
    del site
    return [leg.signal.record(alert.path) for leg in legs(alert)]


def expr(alert: Alert) -> str:
    """Return the expression. A thing beyond two thresholds is one alert: both sides keep the same labels."""
    return f"\n{joined(alert)} ".join(leg.expr for leg in legs(alert))


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    by = by_of(alert)
    measured = said(alert, watching.who(by), template(unit(alert)), spoken)
    return [watching.rule(alert, site, expr(alert), by, measured, condition(alert, spoken))]


def unit(alert: Alert) -> str:
    """Return the unit of the value: the first condition's, or none when any condition may give it."""
    units = [leg.signal.unit for leg in legs(alert)]
    return units[0] if joined(alert) == "and" or len(set(units)) == 1 else ""


def said(alert: Alert, thing: str, reading: str, say: Say) -> str:
    """Return what was measured beside what is allowed."""
    found = [leg.words(say) for leg in legs(alert)]
    return f"{thing}: {reading} ({f' {joined(alert)} '.join(found)})"


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    return f"Fires when {f' {joined(alert)} '.join(leg.words(say) for leg in legs(alert))}{held(alert)}."


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rule."""
    found = legs(alert)
    beat = beat_of(alert, site, max([leg.window or Decimal(0) for leg in found]))
    parts = [
        thresholds.Part(leg.signal.name, leg.operator, leg.threshold,
                        beat.samples(leg.window) if leg.window else 0, leg.aggregator)
        for leg in found
    ]  # fmt: skip
    any_of = joined(alert) == "or"

    expected = watching.expecting(alert, site, by_of(alert), said, condition(alert, str))
    subject = Subject(alert, beat, by_of(alert), thresholds.judge(parts, any_of, unit(alert)), expected)
    heard = (
        signals.tests(data, by_of(alert), data["operator"], alert.path, site) for data in alert.params["conditions"]
    )
    return [*thresholds.tests(subject, parts, any_of), *itertools.chain.from_iterable(heard)]


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    return watching.explanation(alert, site, condition(alert, str), by_of(alert), [NO_SERIES])


NO_SERIES: Final = "no series: what is not measured is beyond no threshold"


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    del site
    found = legs(alert)
    watched: Sequence[str] = [leg.words(str) for leg in found]
    return watching.page(f" {joined(alert)} ".join(watched), "\n".join(leg.value for leg in found), expr(alert))
