"""Every rule file of a site: of its alerts, of its SLOs, and of the stack itself; and how Prometheus reads one."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen import alerts, selfmon
from ongrid_gen.model import Site
from ongrid_gen.rules import Group, Record, Rule, RuleFile, TestFile
from ongrid_gen.slos.files import rule_file as slo_file
from ongrid_gen.units import format_duration

TEST_SUFFIX: Final = ".test.yaml"


def rule_files(site: Site) -> Iterator[RuleFile]:
    """Yield every rule file of a site, with its unit tests."""
    yield from alerts.rule_files(site)
    yield from selfmon.rule_files(site)
    yield from (slo_file(slo, site) for slo in site.slos)


def rules_path(file: RuleFile) -> str:
    """Return where the rules of a file stand in the bundle."""
    return f"prometheus/rules/{file.name}.yaml"


def tests_path(file: RuleFile, tests: TestFile) -> str:
    """Return where unit tests of a file stand in the bundle."""
    return f"prometheus/tests/{file.name}{tests.suffix}{TEST_SUFFIX}"


def rules_data(file: RuleFile, site: Site) -> dict[str, Any]:
    """Return a rule file as Prometheus reads it."""
    return {"groups": [group_data(group, site) for group in file.groups]}


def group_data(group: Group, site: Site) -> dict[str, Any]:
    """Return one group. The offset lets all shards of a push arrive before they are compared."""
    interval = site.alerting.interval if group.interval is None else group.interval
    offset = site.alerting.query_offset if group.query_offset is None else group.query_offset
    return {
        "name": group.name,
        "interval": format_duration(interval),
        **({"query_offset": format_duration(offset)} if offset else {}),
        "rules": [rule_data(rule) for rule in group.rules],
    }


def rule_data(rule: Rule | Record) -> dict[str, Any]:
    """Return one rule."""
    if isinstance(rule, Record):
        labels = {"labels": dict(rule.labels)} if rule.labels else {}
        return {"record": rule.name, "expr": rule.expr, **labels}
    entry: dict[str, Any] = {"alert": rule.name, "expr": rule.expr}
    for key, seconds in (("for", rule.for_), ("keep_firing_for", rule.keep_firing_for)):
        if seconds:
            entry[key] = format_duration(seconds)
    return {**entry, "labels": dict(rule.labels), "annotations": dict(rule.annotations)}


def tests_data(file: RuleFile, tests: TestFile) -> dict[str, Any]:
    """Return promtool's test file; it stands in a folder beside `rules`. promtool ignores a group's interval.

    Without an order of its own promtool evaluates several groups in a random one.
    """
    order = {"group_eval_order": [group.name for group in file.groups]} if len(file.groups) > 1 else {}
    return {
        "rule_files": [f"../rules/{file.name}.yaml"],
        "evaluation_interval": format_duration(tests.interval),
        **order,
        "tests": [{"name": test.name, **test.body} for test in tests.tests],
    }
