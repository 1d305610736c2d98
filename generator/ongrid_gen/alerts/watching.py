"""What the metric kinds have in common: how their rules are labelled and worded."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.base import Explanation, Timing
from ongrid_gen.alerts.cases.gauges import Verdict
from ongrid_gen.alerts.reading import is_plain, shown
from ongrid_gen.alerts.signal import GROUP
from ongrid_gen.alerts.wording import Say, annotations, as_templates, own_labels, spoken
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Rule
from ongrid_gen.text import Code, markdown_escape
from ongrid_gen.units import format_duration

SCRAPE_INTERVAL: Final = Decimal(15)
SAMPLES_OF_A_RATE: Final = 4  # one scrape may fail, and `rate` needs two


def group(alert: Alert) -> str:
    """Return the one group of all metric alerts: what two of them watch is recorded once."""
    del alert
    return GROUP


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return no bound."""
    del alert
    return []


def rule(alert: Alert, site: Site, expr: str, by: Sequence[str], measured: str, condition: str) -> Rule:
    """Return a rule. `measured` and `condition` are Go templates."""
    return Rule(
        alert.path,
        alert.name,
        expr,
        alert.for_,
        alert.keep_firing_for,
        as_templates(own_labels(alert, site, by)),
        annotations(alert, site, measured, condition, spoken),
    )


def who(by: Sequence[str]) -> str:
    """Return what the alert is about, as a Go template."""
    return " ".join(f"{{{{ $labels.{label} }}}}" for label in by)


def expecting(
    alert: Alert, site: Site, by: Sequence[str], said: Callable[[Alert, str, str, Say], str], condition: str
) -> Callable[[Verdict, Mapping[str, str]], dict[str, Any] | None]:
    """Return what spells the firing alert as promtool's tests do; None when its value hangs on the last bit.

    `said` words the thing, named by the labels in `by`, and its value; the texts are plain.
    """

    def expected(verdict: Verdict, labels: Mapping[str, str]) -> dict[str, Any] | None:
        if not is_plain(verdict.value, verdict.unit):
            return None
        thing = " ".join(labels.get(label, "") for label in by)
        measured = said(alert, thing, shown(verdict.value, verdict.unit), str)
        return {
            "exp_labels": {**labels, **own_labels(alert, site, labels)},
            "exp_annotations": annotations(alert, site, measured, condition, str),
        }

    return expected


def explanation(alert: Alert, site: Site, condition: str, by: Sequence[str], quiet: Sequence[str]) -> Explanation:
    """Return a metric alert in words."""
    held = [f"anything that is over before `for` ({format_duration(alert.for_)}) is"] if alert.for_ else []
    waits = (
        ("scrape interval", SCRAPE_INTERVAL),
        ("query offset", site.alerting.query_offset),
        ("one evaluation interval", site.alerting.interval),
        ("`for`", alert.for_),
    )
    return Explanation(condition, list(by), [*quiet, *held], Timing(waits), onset="its condition holds")


def page(watched: str, value: str, usual: str) -> Mapping[str, Code]:
    """Return the values of a runbook: what is watched in words, the query of its value, the query that fires."""
    return {"watched": markdown_escape(watched), "value": Code(value), "firing": Code(usual)}
