"""The stack's own rules: names that the chosen version exposes, labels that Prometheus takes, pages."""

import re
from typing import Any

import promql_parser
import pytest

from alerts.sites import site_with
from ongrid_gen import catalogue, rulefiles, selfmon
from ongrid_gen.alerts.names import service_group
from ongrid_gen.components.tempo import DIALECTS
from ongrid_gen.conventions import WATCHDOG
from ongrid_gen.model import Site
from ongrid_gen.rules import Rule
from ongrid_gen.selfmon.base import CRITICAL
from support import problems_of, site_of

SPEC = """
version: 1
site: watched
services: [{name: self-tempo}]
labels: {cluster: prod, component: x}
gateway: {auth: {basic: secrets/edges.htpasswd}}
versions: {tempo: "%s"}
prometheus: {scrape: [{job: node, targets: ["node:9100"]}, {job: db, targets: ["db:9187"]}]}
"""


SAMPLED = "sampling: {tail: {}}\n"


def site(version: str = "2.10", *, stand_ins: bool = False, more: str = "") -> Site:
    return site_of(SPEC % version + more, stand_ins=stand_ins)


def rules(of: Site) -> list[Rule]:
    return [rule for file in selfmon.rule_files(of) for rule in file.rules if isinstance(rule, Rule)]


def selectors(expr: str) -> list[Any]:
    """Return every selector of an expression, as PromQL's own parser reads it."""
    found: list[Any] = []

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
            return
        for part in ("lhs", "rhs", "expr", "vector_selector", "args"):
            below = getattr(node, part, None)
            for one in below if isinstance(below, list) else [below]:
                if one is not None and type(one).__module__.startswith(("promql_parser", "builtins")):
                    visit(one)

    visit(promql_parser.parse(expr))
    return found


@pytest.mark.parametrize("more", ["", SAMPLED])
@pytest.mark.parametrize("stand_ins", [False, True])
@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_every_selector_is_of_a_metric_that_this_version_exposes(version: str, stand_ins: bool, more: str) -> None:
    of = site(version, stand_ins=stand_ins, more=more)
    known = catalogue.metrics(of)
    found = {(rule.name, one.name) for rule in rules(of) for one in selectors(rule.expr)}
    assert len(found) > 40
    assert [pair for pair in found if pair[1] not in known] == []


def test_a_selector_is_found_wherever_it_stands() -> None:
    expr = "sum(increase(a[5m])) > 0 unless on () (b offset 1m or absent(c)) and predict_linear((d + e)[1h:5m], 60) > 1"
    assert {"a", "b", "c", "d", "e"} == {one.name for one in selectors(expr)}


def test_a_name_of_another_version_would_be_noticed() -> None:
    foreign = "tempo_live_store_failed_completions_total"
    assert foreign not in catalogue.metrics(site("1.5"))
    assert foreign in catalogue.metrics(site("3.0"))


def test_the_catalogue_knows_parts_births_and_span_metrics() -> None:
    known = catalogue.metrics(site("2.10"))
    assert {"tempo_request_duration_seconds_bucket", "go_gc_duration_seconds_sum", "up", "ALERTS",
            "otelcol_exporter_send_failed_spans", "tempo_discarded_spans_total",
            "traces_spanmetrics_latency_bucket"} <= known  # fmt: skip
    assert "tempo_request_duration_seconds" not in known
    assert "traces_spanmetrics_size_total" not in known
    assert "tempo_warnings_total" in catalogue.born("tempo", "2.10")


@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_no_static_label_is_one_of_the_series_or_an_external_one(version: str) -> None:
    of = site(version)
    for rule in rules(of):
        kept = {label for group in re.findall(r"by \(([^)]*)\)", rule.expr) for label in group.split(", ")}
        assert not set(rule.labels) & (kept | set(of.external_labels) | {"job", "instance"}), rule.name


def test_only_what_makes_all_span_metrics_untrue_mutes_trace_alerts() -> None:
    critical = {rule.name for rule in rules(site()) if rule.labels["severity"] == CRITICAL}
    assert {"TempoDown", "GatewayDown", "TracesStalled", "SpanMetricsStalled"} == critical


def test_where_traces_are_sampled_the_tempo_that_counts_is_the_one_that_mutes() -> None:
    critical = {rule.name for rule in rules(site(more=SAMPLED)) if rule.labels["severity"] == CRITICAL}
    assert {"TempoMetricsDown", "GatewayDown", "TracesStalled", "SpanMetricsStalled"} == critical


@pytest.mark.parametrize("name", ["TempoDiskForecast", "TempoIngestNearLimit", "GeneratorWalGrowing", "TracesStalled"])
def test_what_is_true_of_one_tempo_is_not_asked_of_both(name: str) -> None:
    rule = next(rule for rule in rules(site(more=SAMPLED)) if rule.name == name)
    assert 'job="tempo"' in rule.expr or 'job="tempo-metrics"' in rule.expr


def test_the_watchdog_is_rendered_for_a_site_without_alerts() -> None:
    of = site_with()
    names = [rule.name for file in rulefiles.rule_files(of) for rule in file.rules]
    assert WATCHDOG in names
    assert set(names) == selfmon.names(of)


def test_a_service_that_is_called_like_a_file_of_ours_gets_another() -> None:
    assert service_group("self-tempo") not in {file.name for file in selfmon.rule_files(site())}


def test_every_annotation_leads_to_a_section_of_a_page() -> None:
    of = site()
    pages = selfmon.pages(of)
    for rule in rules(of):
        path, anchor = rule.annotations["runbook"].split("#")
        assert f"\n## {rule.name}\n" in pages[path]
        assert anchor == rule.name.lower()


def test_the_address_of_the_runbooks_leads_to_the_same_folder() -> None:
    of = site_of(SPEC % "2.10" + "alerting: {runbooks: 'https://docs.example.com/rb'}\n")
    assert rules(of)[0].annotations["runbook"] == "https://docs.example.com/rb/self/tempo.md#tempodown"


def test_every_query_of_a_page_parses() -> None:
    for page in selfmon.pages(site()).values():
        queries = re.findall(r"```promql\n(.*?)\n```", page, re.DOTALL)
        assert queries
        for query in queries:
            promql_parser.parse(query)


def test_a_name_of_ours_is_explained_and_another_is_not() -> None:
    text = selfmon.explain_text("TempoDown", site())
    assert text is not None
    assert 'absent(up{job="tempo"})' in text
    assert selfmon.explain_text("Nothing", site()) is None


def test_an_alert_cannot_take_a_name_of_ours() -> None:
    spec = """
version: 1
site: demo
services: [{name: a}]
alerts: [{name: tempodown, kind: trace_error_rate, service: a, threshold_pct: 5}]
"""
    assert ["OG035"] == [problem.code for problem in problems_of(spec) if problem.severity.value == "error"]


def test_every_watch_has_a_case_in_which_it_speaks() -> None:
    for file in selfmon.rule_files(site()):
        names = {rule.name for rule in file.rules}
        asked = {
            check["alertname"]
            for part in file.tests for test in part.tests for check in test.body["alert_rule_test"]
            if check["exp_alerts"]
        }  # fmt: skip
        assert names == asked
