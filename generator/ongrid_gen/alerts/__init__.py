"""Alert kinds: one module each, listed here, and what the rest of the program asks of all of them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from ongrid_gen.alerts import (
    metric_anomaly,
    metric_forecast,
    metric_raw,
    metric_threshold,
    service_dependency_error_rate,
    trace_absent,
    trace_error_rate,
    trace_latency,
    trace_throughput_drop,
)
from ongrid_gen.alerts.base import Explanation, Kind, Timing
from ongrid_gen.alerts.explain import explain_text, runbook
from ongrid_gen.alerts.names import runbook_path
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Group, Record, Rule, RuleFile, RuleTest, TestFile
from ongrid_gen.units import format_duration

KINDS: Final[dict[str, Kind]] = {
    trace_latency.KIND: trace_latency,
    trace_error_rate.KIND: trace_error_rate,
    service_dependency_error_rate.KIND: service_dependency_error_rate,
    trace_absent.KIND: trace_absent,
    trace_throughput_drop.KIND: trace_throughput_drop,
    metric_raw.KIND: metric_raw,
    metric_threshold.KIND: metric_threshold,
    metric_anomaly.KIND: metric_anomaly,
    metric_forecast.KIND: metric_forecast,
}

__all__ = [
    "KINDS", "Explanation", "Kind", "Timing", "explain_text", "groups", "kind_of", "rule_file", "rule_files",
    "rules_of", "runbook", "runbook_path",
]  # fmt: skip


def kind_of(alert: Alert) -> Kind:
    """Return the module of an alert's kind. KeyError if there is none."""
    return KINDS[alert.kind]


def rules_of(alert: Alert, site: Site) -> list[Rule]:
    """Return the alerting rules that one alert compiles to."""
    return kind_of(alert).rules(alert, site)


def rule_files(site: Site) -> Iterator[RuleFile]:
    """Yield a file for each group of alerts."""
    return (rule_file(name, alerts, site) for name, alerts in groups(site).items())


def groups(site: Site) -> dict[str, list[Alert]]:
    """Return the alerts of each group, by its name."""
    found: dict[str, list[Alert]] = {}
    for alert in site.alerts:
        found.setdefault(kind_of(alert).group(alert), []).append(alert)
    return found


def rule_file(name: str, alerts: Sequence[Alert], site: Site) -> RuleFile:
    """Return the file of a group of alerts: its recordings first, then its alerts, and their unit tests."""
    records: dict[tuple[str, str], Record] = {}
    for alert in alerts:
        for record in kind_of(alert).records(alert, site):
            records.setdefault((record.name, record.expr), record)
    rules = [rule for alert in alerts for rule in rules_of(alert, site)]
    return RuleFile(name, (Group(name, (*records.values(), *rules)),), partial(tests_of, alerts, site))


def tests_of(alerts: Sequence[Alert], site: Site) -> tuple[TestFile, ...]:
    """Return the unit tests of some alerts. What two of them record is tested once."""
    tests = (test for alert in alerts for test in kind_of(alert).tests(alert, site))
    return tuple(test_files(list({test.name: test for test in tests}.values()), site))


def test_files(tests: list[RuleTest], site: Site) -> Iterator[TestFile]:
    """Yield unit tests by how far apart they evaluate; promtool takes one interval a file."""
    for interval in dict.fromkeys(test.interval for test in tests):
        suffix = "" if interval is None else f".{format_duration(interval)}"
        same = tuple(test for test in tests if test.interval == interval)
        yield TestFile(same, site.alerting.interval if interval is None else interval, suffix)
