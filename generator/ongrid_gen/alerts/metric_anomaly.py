"""`metric_anomaly`: a number is far from what it was in the time before.

The baseline ends `ignore_last` before now: what is judged must not judge itself (facts-rules R25). The floor keeps a
flat line quiet, whose deviation is zero, and the count keeps a young one quiet.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import watching
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases import anomalies, signals
from ongrid_gen.alerts.cases.gauges import Subject, beat_of
from ongrid_gen.alerts.conditions import number, written
from ongrid_gen.alerts.reading import limit, template
from ongrid_gen.alerts.signal import Signal, by_of, signal_of
from ongrid_gen.alerts.watching import bounds, group
from ongrid_gen.alerts.wording import Say, held, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill
from ongrid_gen.units import format_duration, parse_duration, plain

__all__ = ["KIND", "bounds", "explain", "group", "page", "records", "rules", "tests"]

KIND: Final = "metric_anomaly"
MAD: Final = "mad"
# Of normally distributed samples the standard deviation is so many median absolute deviations.
MAD_SCALE: Final = Decimal("1.4826")
ZSCORE: Final = """\
abs(<< x >> - avg_over_time(<< x >>[<< window >>] offset << skip >>))
    > << deviation >> * stddev_over_time(<< x >>[<< window >>] offset << skip >>)
  and abs(<< x >> - avg_over_time(<< x >>[<< window >>] offset << skip >>)) > << floor >>
  and count_over_time(<< x >>[<< window >>] offset << skip >>) >= << fewest >>"""
ABSOLUTE: Final = "abs(<< x >> - quantile_over_time(0.5, << x >>[<< window >>] offset << skip >>))"
MEDIAN: Final = """\
<< x >> > << deviation >> * << scale >> * quantile_over_time(0.5, << x >>[<< window >>] offset << skip >>)
  and << x >> > << floor >>
  and count_over_time(<< x >>[<< window >>] offset << skip >>) >= << fewest >>"""


def is_mad(alert: Alert) -> bool:
    """Tell whether medians are compared."""
    return bool(alert.params["method"] == MAD)


def signal(alert: Alert) -> Signal:
    """Return what is watched."""
    return signal_of(alert.params, by_of(alert))


def baseline(alert: Alert) -> Decimal:
    """Return the length of the baseline in seconds."""
    return parse_duration(alert.params["baseline_window"])


def skipped(alert: Alert) -> Decimal:
    """Return how long before now the baseline ends, in seconds."""
    return parse_duration(alert.params["ignore_last"])


def floor(alert: Alert) -> Decimal:
    """Return the least difference that fires. ValueError without one: a check demands it of expressions."""
    if "floor" in alert.params:
        return number(alert.params["floor"])
    known = signal(alert).floor
    if known is None:
        raise ValueError(f"alert {alert.name!r} needs a floor")
    return known


def fewest(alert: Alert, site: Site) -> int:
    """Return how many samples the baseline must hold: by default half of what it can."""
    asked = alert.params.get("min_samples")
    return int(asked) if asked is not None else max(1, int(baseline(alert) / site.alerting.interval / 2))


def differences(alert: Alert) -> Record:
    """Return the recording of the distance from the median. Its name says which baseline: two alerts may differ."""
    window, skip = (format_duration(one) for one in (baseline(alert), skipped(alert)))
    name = f"{signal(alert).name}_absdev_{window}_{skip}"
    return Record(alert.path, name, fill(ABSOLUTE, **{**values(alert), "x": Code(signal(alert).name)}))


def values(alert: Alert) -> dict[str, Any]:
    """Return what the expressions are filled with."""
    return {
        "window": Code(format_duration(baseline(alert))),
        "skip": Code(format_duration(skipped(alert))),
        "deviation": written(alert.params["deviation"]),
        "scale": MAD_SCALE,
        "floor": floor(alert),
    }


def records(alert: Alert, site: Site) -> list[Record]:
    """Return the recording of what is watched, and with `mad` of its distance from the median."""
    del site
    found = [signal(alert).record(alert.path)]
    return [*found, differences(alert)] if is_mad(alert) else found


def expr(alert: Alert, site: Site) -> str:
    """Return the expression; its value is the distance from the usual."""
    x = differences(alert).name if is_mad(alert) else signal(alert).name
    text = MEDIAN if is_mad(alert) else ZSCORE
    return fill(text, **{**values(alert), "x": Code(x), "fewest": fewest(alert, site)})


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    by = by_of(alert)
    measured = said(alert, watching.who(by), template(signal(alert).unit), spoken)
    return [watching.rule(alert, site, expr(alert, site), by, measured, condition(alert, spoken))]


def said(alert: Alert, thing: str, reading: str, say: Say) -> str:
    """Return what was measured beside what is allowed."""
    allowed = limit(floor(alert), signal(alert).unit)
    return f"{thing}: {say(signal(alert).words)} is {reading} from the usual (more than {allowed} and {far(alert)})"


def far(alert: Alert) -> str:
    """Return how far is too far, in words."""
    sort = "median absolute" if is_mad(alert) else "standard"
    return f"{plain(number(alert.params['deviation']))} {sort} deviations"


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    usual = "median" if is_mad(alert) else "mean"
    window, skip = format_duration(baseline(alert)), format_duration(skipped(alert))
    return (
        f"Fires when {say(signal(alert).words)} is more than {far(alert)}, and more than "
        f"{limit(floor(alert), signal(alert).unit)}, from the {usual} of {window} that ended {skip} ago{held(alert)}."
    )


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rules."""
    beat = beat_of(alert, site, baseline(alert) + skipped(alert))
    plan = anomalies.Plan(
        record=differences(alert).name if is_mad(alert) else signal(alert).name,
        median=is_mad(alert),
        deviation=float(number(alert.params["deviation"]) * (MAD_SCALE if is_mad(alert) else 1)),
        floor=floor(alert),
        first=beat.samples(skipped(alert)),
        beyond=beat.samples(skipped(alert) + baseline(alert)),
        fewest=fewest(alert, site),
        unit=signal(alert).unit,
    )

    expected = watching.expecting(alert, site, by_of(alert), said, condition(alert, str))
    subject = Subject(alert, beat, by_of(alert), anomalies.judge(plan), expected)
    found = list(anomalies.tests(subject, plan))
    if is_mad(alert):
        found += anomalies.recording(subject, plan, signal(alert).name)
    return [*found, *signals.tests(alert.params, by_of(alert), ">", alert.path, site)]


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    quiet = [
        "no series: what is not measured is not unusual",
        f"a baseline of fewer than {fewest(alert, site)} samples, one each {format_duration(site.alerting.interval)}",
        f"a difference of at most {limit(floor(alert), signal(alert).unit)}, however flat the line was before",
    ]
    return watching.explanation(alert, site, condition(alert, str), by_of(alert), quiet)


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    return watching.page(signal(alert).words, signal(alert).name, expr(alert, site))
