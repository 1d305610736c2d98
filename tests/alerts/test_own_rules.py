"""The stack's own rules under promtool: for every version of Tempo and for other numbers; broken ones fail."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.bundle import write, write_bundle
from ongrid_gen.components.tempo import DIALECTS
from ongrid_gen.ruletest import Promtool, run
from support import site_of

pytestmark = pytest.mark.engine

SPEC = """
version: 1
site: watched
services: [{name: a}]
versions: {tempo: "%s"}
prometheus: {scrape: [{job: node, targets: ["node:9100"]}, {job: db, targets: ["db:9187"]}]%s}
"""
NUMBERS = """
metrics: {interval: 5s}
alerting: {interval: 5s, query_offset: 6s, runbooks: "https://docs.example.com/runbooks"}
tempo: {retention: 30d, disk: 7Gi}
gateway: {queue: {size: 3333}}
"""
# What is broken: the alert, the field, what stands there, what is put there.
MUTANTS = [
    ("TempoDown", "for", "1m", "0s"), ("TempoDown", "expr", " or absent(up{job=\"tempo\"})", ""),
    ("TempoSpansRefused", "expr", "[5m]", "[4m]"), ("TempoSpansRefused", "expr", "[5m]", "[6m]"),
    ("TempoSpansRefused", "for", "2m", "3m"), ("TempoSpansRefused", "expr", "sum by (receiver)", "sum"),
    ("TempoSpansDiscarded", "expr", "offset 10m == 1", "offset 10m == 2"),
    ("TempoSpansDiscarded", "expr", "< 600", "< 0"), ("TempoSpansDiscarded", "expr", "and on ()", "or on ()"),
    ("TempoLateSpans", "expr", "> 0.01", ">= 0.01"), ("TempoSeriesNearLimit", "expr", "> 0.8", ">= 0.8"),
    ("TempoSeriesNearLimit", "expr", " > 0)", " >= 0)"), ("RemoteWriteBehind", "expr", "> 60", ">= 60"),
    ("TempoFlushQueueFilling", "expr", "> 10", ">= 10"), ("TempoCompactionFailing", "expr", "> 2", ">= 2"),
    ("TempoLiveTracesNearLimit", "expr", "> 80000", ">= 80000"), ("TempoDiskForecast", "expr", "* 12 >", "* 11 >"),
    ("SpanClockSkew", "for", "10m", "1m"), ("GatewayQueueFilling", "expr", "> 0.8", ">= 0.8"),
    ("RuleEvaluationsMissed", "expr", "> 0.1", ">= 0.1"), ("RuleGroupStalled", "expr", "> 60", "> 90"),
    ("SamplesFromTheFuture", "expr", "> 30", ">= 30"), ("PrometheusHeadNotCompacted", "expr", "> 21600", ">= 21600"),
    ("PrometheusDiskForecast", "expr", "259200", "129600"), ("PrometheusDiskForecast", "expr", ">= 37", "> 37"),
    ("TracesStalled", "for", "5m", "1m"), ("TracesStalled", "expr", ">= 20", ">= 15"),
    ("TracesStalled", "expr", ">= 20", "> 20"),
    ("SpanMetricsStalled", "expr", "> 0", "> 10"), ("ComponentRestarting", "expr", "> 2", "> 1"),
    ("TargetDown", "expr", "or absent(up{job=\"node\"})", ""), ("Watchdog", "expr", "vector(1)", "vector(1) > 1"),
    ("DeliveryFailing", "expr", "[10m]", "[9m]"), ("NotificationsDropped", "labels", "kind", "sort"),
]  # fmt: skip


@pytest.mark.parametrize("numbers", ["", NUMBERS], ids=["defaults", "other numbers"])
@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_every_own_rule_passes_its_tests(version: str, numbers: str, promtool: Promtool, tmp_path: Path) -> None:
    disk = ", disk: 3Gi" if numbers else ""
    bundle = write_bundle(site_of(SPEC % (version, disk) + numbers), tmp_path, own=True)
    results = run(bundle, promtool)
    assert results.cases
    assert not results.failures, results.text()


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules and tests of the stack itself."""
    return write_bundle(site_of(SPEC % ("2.10", "")), tmp_path_factory.mktemp("own"), own=True)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: ": ".join(mutant))
def test_a_broken_own_rule_fails_its_tests(
    mutant: tuple[str, str, str, str], contents: Path, promtool: Promtool, tmp_path: Path
) -> None:
    alert, field, old, new = mutant
    for path in (contents / "prometheus" / "rules").iterdir():
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = [rule for group in content["groups"] for rule in group["rules"] if rule["alert"] == alert]
        if not found:
            continue
        break_rule(found[0], field, old, new)
        write(tmp_path / "prometheus" / "rules" / path.name, content)
        for tests in (contents / "prometheus" / "tests").glob(f"{path.stem}*.test.yaml"):
            copy_tests_of(alert, tests, tmp_path / "prometheus" / "tests" / tests.name)
        assert run(tmp_path, promtool).failures
        return
    raise AssertionError(f"no rule {alert}")


def break_rule(rule: dict[str, Any], field: str, old: str, new: str) -> None:
    """Break a rule; what is to be broken must be there."""
    assert old in rule[field]
    if isinstance(rule[field], str):
        rule[field] = rule[field].replace(old, new)
    else:
        rule[field][new] = rule[field].pop(old)


def copy_tests_of(alert: str, source: Path, target: Path) -> None:
    """Copy the tests that ask for an alert: the others would only take time."""
    content = yaml.safe_load(source.read_text(encoding="utf-8"))
    content["tests"] = [
        test for test in content["tests"]
        if any(check["alertname"] == alert for check in test["alert_rule_test"])
    ]  # fmt: skip
    if content["tests"]:
        write(target, content)
