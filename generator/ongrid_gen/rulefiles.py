"""Every rule file of a site: of its alerts, of its SLOs, and of the stack itself; and how Prometheus reads one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ongrid_gen import alerts, selfmon
from ongrid_gen.conventions import PROMETHEUS_HOST
from ongrid_gen.model import Site
from ongrid_gen.rules import Group, Record, Rule, RuleFile, TestFile
from ongrid_gen.slos.files import rule_file as slo_file
from ongrid_gen.text import go_template
from ongrid_gen.units import format_duration

TEST_SUFFIX: Final = ".test.yaml"


def rule_files(site: Site) -> Iterator[RuleFile]:
    """Yield every rule file of a site, with its unit tests."""
    yield from alerts.rule_files(site)
    yield from selfmon.rule_files(site)
    yield from (slo_file(slo, site) for slo in site.slos)


def log_rules_data(file: RuleFile, site: Site) -> dict[str, Any]:
    """Return a rule file as Loki reads it, which knows no query offset."""
    groups = [group_data(replace(group, query_offset=Decimal(0)), site) for group in file.groups]
    return {"groups": groups}


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
        "rules": [rule_data(rule, site) for rule in group.rules],
    }


def rule_data(rule: Rule | Record, site: Site) -> dict[str, Any]:
    """Return one rule. Where Prometheus is somebody else's, so are its external labels: alerts bear the site's."""
    if isinstance(rule, Record):
        recorded = {"labels": dict(rule.labels)} if rule.labels else {}
        return {"record": rule.name, "expr": rule.expr, **recorded}
    entry: dict[str, Any] = {"alert": rule.name, "expr": rule.expr}
    for key, seconds in (("for", rule.for_), ("keep_firing_for", rule.keep_firing_for)):
        if seconds:
            entry[key] = format_duration(seconds)
    labels = {name: str(go_template(value)) for name, value in own_labels(site).items()}
    return {**entry, "labels": {**labels, **rule.labels}, "annotations": dict(rule.annotations)}


def own_labels(site: Site) -> dict[str, str]:
    """Return the labels of the site that its alerts do not get from Prometheus."""
    return {} if site.owns(PROMETHEUS_HOST) else site.external_labels


def tests_data(file: RuleFile, tests: TestFile, site: Site) -> dict[str, Any]:
    """Return promtool's test file; it stands in a folder beside `rules`. promtool ignores a group's interval.

    Without an order of its own promtool evaluates several groups in a random one.
    """
    order = {"group_eval_order": [group.name for group in file.groups]} if len(file.groups) > 1 else {}
    return {
        "rule_files": [f"../rules/{file.name}.yaml"],
        "evaluation_interval": format_duration(tests.interval),
        **order,
        "tests": [{"name": test.name, **told(test.body, own_labels(site))} for test in tests.tests],
    }


def told(body: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a test in which each alert that is expected has these labels as well."""
    if not labels or "alert_rule_test" not in body:
        return dict(body)
    cases = [
        {**case, "exp_alerts": [{**one, "exp_labels": {**labels, **one["exp_labels"]}} for one in case["exp_alerts"]]}
        if case.get("exp_alerts")
        else case
        for case in body["alert_rule_test"]
    ]
    return {**body, "alert_rule_test": cases}
