"""Alert kinds: one module each, listed here, and what the rest of the program asks of all of them."""

from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import service_dependency_error_rate, trace_error_rate, trace_latency
from ongrid_gen.alerts.base import Explanation, Kind, Rule, RuleTest, Timing
from ongrid_gen.alerts.explain import explain_text, runbook
from ongrid_gen.alerts.names import runbook_path
from ongrid_gen.conventions import SPAN_BOUNDS
from ongrid_gen.model import Alert, Site
from ongrid_gen.units import format_duration

KINDS: Final[dict[str, Kind]] = {
    trace_latency.KIND: trace_latency,
    trace_error_rate.KIND: trace_error_rate,
    service_dependency_error_rate.KIND: service_dependency_error_rate,
}

__all__ = [
    "KINDS", "Explanation", "Kind", "Rule", "RuleTest", "Timing", "explain_text", "group_tests", "kind_of",
    "needed_bounds", "rule_groups", "rules_of", "runbook", "runbook_path", "test_file",
]  # fmt: skip


def kind_of(alert: Alert) -> Kind:
    """Return the module of an alert's kind. KeyError if there is none."""
    return KINDS[alert.kind]


def rules_of(alert: Alert, site: Site) -> list[Rule]:
    """Return the rules that one alert compiles to."""
    return kind_of(alert).rules(alert, site)


def rule_groups(site: Site) -> dict[str, list[Rule]]:
    """Return every group of rules, by the name that its file bears too."""
    groups: dict[str, list[Rule]] = {}
    for alert in site.alerts:
        groups.setdefault(kind_of(alert).group(alert), []).extend(rules_of(alert, site))
    return groups


def group_tests(site: Site) -> dict[str, list[RuleTest]]:
    """Return the unit tests of every group of rules."""
    tests: dict[str, list[RuleTest]] = {}
    for alert in site.alerts:
        tests.setdefault(kind_of(alert).group(alert), []).extend(kind_of(alert).tests(alert, site))
    return tests


def tests_of_group(group: str, site: Site) -> list[RuleTest]:
    """Return the unit tests of one group of rules."""
    kinds = [(kind_of(alert), alert) for alert in site.alerts]
    return [test for kind, alert in kinds if kind.group(alert) == group for test in kind.tests(alert, site)]


def test_file(group: str, site: Site) -> dict[str, Any]:
    """Return promtool's test file of one group; it stands in a folder beside `rules`.

    promtool ignores a group's `interval`: everything is evaluated at the file's.
    """
    return {
        "rule_files": [f"../rules/{group}.yaml"],
        "evaluation_interval": format_duration(site.alerting.interval),
        "tests": [{"name": test.name, **test.body} for test in tests_of_group(group, site)],
    }


def needed_bounds(site: Site) -> list[Decimal]:
    """Return the bucket bounds of the span metrics, sorted: Tempo's own, and every threshold."""
    needed = [bound for alert in site.alerts for bound in kind_of(alert).bounds(alert)]
    return sorted({*SPAN_BOUNDS, *needed})
