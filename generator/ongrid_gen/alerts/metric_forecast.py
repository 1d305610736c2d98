"""`metric_forecast`: a number that goes on as it does will be beyond a threshold some time ahead.

It must be on the way there: what is beyond already but returning is no forecast, and a line needs points enough.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import watching
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases import forecasts, signals
from ongrid_gen.alerts.cases.gauges import Subject, beat_of
from ongrid_gen.alerts.conditions import number, written
from ongrid_gen.alerts.reading import limit, template
from ongrid_gen.alerts.signal import BELOW, Signal, by_of, signal_of
from ongrid_gen.alerts.watching import bounds, group
from ongrid_gen.alerts.wording import Say, held, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill
from ongrid_gen.units import format_duration, parse_duration

__all__ = ["KIND", "bounds", "explain", "group", "page", "records", "rules", "tests"]

KIND: Final = "metric_forecast"
PREDICTED: Final = "predict_linear(<< x >>[<< window >>], << ahead >>)"
EXPR: Final = f"""\
{PREDICTED} << operator >> << threshold >>
  and deriv(<< x >>[<< window >>]) << towards >> 0
  and count_over_time(<< x >>[<< window >>]) >= << fewest >>"""


def signal(alert: Alert) -> Signal:
    """Return what is watched."""
    return signal_of(alert.params, by_of(alert), alert.params["operator"])


def window(alert: Alert) -> Decimal:
    """Return the time that is drawn on, in seconds."""
    return parse_duration(alert.params["fit_window"])


def fewest(alert: Alert, site: Site) -> int:
    """Return how many samples the window must hold: by default half of what it can."""
    asked = alert.params.get("min_samples")
    return int(asked) if asked is not None else max(2, int(window(alert) / site.alerting.interval / 2))


def falls(alert: Alert) -> bool:
    """Tell whether the threshold is below."""
    return alert.params["operator"] in BELOW


def records(alert: Alert, site: Site) -> list[Record]:
    """Return the recording of what is watched."""
    del site
    return [signal(alert).record(alert.path)]


def values(alert: Alert, site: Site) -> dict[str, Any]:
    """Return what the expressions are filled with."""
    return {
        "x": Code(signal(alert).name),
        "window": Code(format_duration(window(alert))),
        "ahead": int(alert.params["predict_seconds"]),
        "operator": Code(alert.params["operator"]),
        "threshold": written(alert.params["threshold"]),
        "towards": Code("<" if falls(alert) else ">"),
        "fewest": fewest(alert, site),
    }


def expr(alert: Alert, site: Site) -> str:
    """Return the expression; its value is the number that is forecast."""
    return fill(EXPR, **values(alert, site))


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    by = by_of(alert)
    measured = said(alert, watching.who(by), template(signal(alert).unit), spoken)
    return [watching.rule(alert, site, expr(alert, site), by, measured, condition(alert, spoken))]


def ahead(alert: Alert) -> str:
    """Return how far ahead, in words."""
    return format_duration(int(alert.params["predict_seconds"]))


def threshold(alert: Alert) -> str:
    """Return the threshold in words."""
    return f"{alert.params['operator']} {limit(number(alert.params['threshold']), signal(alert).unit)}"


def said(alert: Alert, thing: str, reading: str, say: Say) -> str:
    """Return what is forecast beside what is allowed."""
    return f"{thing}: {say(signal(alert).words)} will be {reading} in {ahead(alert)} ({threshold(alert)})"


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    way = "falls" if falls(alert) else "rises"
    return (
        f"Fires when {say(signal(alert).words)} {way} so that it will be {threshold(alert)} in {ahead(alert)}, "
        f"going on as in the last {format_duration(window(alert))}{held(alert)}."
    )


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rule."""
    beat = beat_of(alert, site, window(alert))
    plan = forecasts.Plan(
        record=signal(alert).name,
        operator=alert.params["operator"],
        threshold=number(alert.params["threshold"]),
        falls=falls(alert),
        size=beat.samples(window(alert)),
        seconds=beat.record / 1000,
        ahead=int(alert.params["predict_seconds"]),
        fewest=fewest(alert, site),
        unit=signal(alert).unit,
    )

    expected = watching.expecting(alert, site, by_of(alert), said, condition(alert, str))
    subject = Subject(alert, beat, by_of(alert), forecasts.judge(plan), expected)
    heard = signals.tests(alert.params, by_of(alert), plan.operator, alert.path, site)
    return [*forecasts.tests(subject, plan), *heard]


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    back = "rises" if falls(alert) else "falls"
    quiet = [
        "no series: nothing goes anywhere",
        f"fewer than {fewest(alert, site)} samples, one each {format_duration(site.alerting.interval)}",
        f"what stays or {back}, even beyond the threshold",
    ]
    return watching.explanation(alert, site, condition(alert, str), by_of(alert), quiet)


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    return watching.page(signal(alert).words, signal(alert).name, fill(PREDICTED, **values(alert, site)))
