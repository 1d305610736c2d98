"""What the three kinds compile to, without any program: formulas, labels, escaping, words."""

import dataclasses
import re
from decimal import Decimal
from typing import Any

import promql_parser
import pytest

from alerts.sites import DEPENDENCY, ERRORS, LATENCY, only, site_with
from ongrid_gen import alerts
from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.names import GRAPH_GROUP, file_name, runbook_path, service_group
from ongrid_gen.model import Site

HOSTILE = "a\"} or vector(1) #\\${x}{{ $labels.x }}`' \t\n결제"
EVERY = [LATENCY, ERRORS, DEPENDENCY]


def expr_of(alert: dict[str, Any], **changes: Any) -> str:
    site = site_with(alert, **changes)
    return alerts.rules_of(only(site), site)[0].expr


def one_line(expr: str) -> str:
    return re.sub(r"\s+", " ", expr).replace("( ", "(").replace(" )", ")")


def label_values(expr: str, label: str) -> set[str]:
    """Return the values that an expression compares a label with, as PromQL's own parser reads them."""
    found: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.update(one.value for one in node.matchers.matchers if one.name == label)
        for part in ("lhs", "rhs", "expr", "vector_selector", "vs", "args"):
            below = getattr(node, part, None)
            for one in below if isinstance(below, list) else [below]:
                if one is not None and type(one).__module__.startswith(("promql_parser", "builtins")) and one != node:
                    visit(one)

    visit(promql_parser.parse(expr))
    return found


# Typed from the seeds (000_d7e3c579e5ecb8c6.txt, 001_55ded22ea77db757.txt), byte for byte.
SEED_LATENCY = """\
histogram_quantile(
  0.95,
  sum by (le) (rate(traces_spanmetrics_latency_bucket{
    service_name="payments-api", span_name="POST /v1/charge"
  }[5m]))
) * 1000 > 800"""
SEED_ERRORS = """\
100 * (
  sum by (service_name) (rate(traces_spanmetrics_calls_total{
    service_name="payments-api", status_code="STATUS_CODE_ERROR"
  }[5m]))
  / sum by (service_name) (rate(traces_spanmetrics_calls_total{
    service_name="payments-api"
  }[5m]))
) > 1.0"""
SEED_DEPENDENCY = """\
sum(rate(traces_service_graph_request_failed_total[5m])) by (client, server) /
sum(rate(traces_service_graph_request_total[5m])) by (client, server) > 0.05"""


@pytest.mark.parametrize(
    ("alert", "seed"),
    [
        ({**LATENCY, "operation": "POST /v1/charge"}, SEED_LATENCY),
        (LATENCY, SEED_LATENCY.replace(', span_name="POST /v1/charge"', "")),
        ({**LATENCY, "quantile": "p99.9", "window": "1h30m", "threshold_ms": 2007.5},
         SEED_LATENCY.replace(', span_name="POST /v1/charge"', "").replace("0.95", "0.999").replace("5m", "1h30m")
         .replace("> 800", "> 2007.5")),
        (ERRORS, SEED_ERRORS),
        ({**ERRORS, "operator": ">=", "threshold_pct": 5}, SEED_ERRORS.replace("> 1.0", ">= 5")),
        ({**ERRORS, "operation": "GET /"}, SEED_ERRORS.replace('"payments-api"', '"payments-api", span_name="GET /"')),
        (DEPENDENCY, SEED_DEPENDENCY),
        ({**DEPENDENCY, "client": "web", "server": "db"},
         SEED_DEPENDENCY.replace("total[", 'total{client="web", server="db"}[')),
    ],
)  # fmt: skip
def test_style_ongrid_renders_the_seeds_byte_for_byte(alert: dict[str, Any], seed: str) -> None:
    assert expr_of(alert, style="ongrid") == seed


def test_the_latency_rule_is_the_reference_rule() -> None:
    of = 'service_name="payments-api",span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"'
    bucket = "traces_spanmetrics_latency_bucket"
    assert (
        one_line(expr_of(LATENCY))
        == one_line(f"""
        (
          sum by (service_name) (rate({bucket}{{{of},le="0.8"}}[5m]))
            / (sum by (service_name) (rate({bucket}{{{of},le="+Inf"}}[5m])) > 0)
        ) < 0.95
        and sum by (service_name) (increase({bucket}{{{of},le="+Inf"}}[5m])) >= 20
        unless on () (
          {bucket}{{service_name="payments-api",le="+Inf"}} offset 5m
          unless on () {bucket}{{service_name="payments-api",le="0.8"}} offset 5m
        )""").strip()
    )


def test_the_error_rule_is_the_reference_rule() -> None:
    of = 'service_name="payments-api",span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"'
    calls = "traces_spanmetrics_calls_total"
    assert (
        one_line(expr_of({**ERRORS, "threshold_pct": 5}))
        == one_line(f"""
        (
          sum by (service_name) (rate({calls}{{{of},status_code="STATUS_CODE_ERROR"}}[5m]))
            / (sum by (service_name) (rate({calls}{{{of}}}[5m])) > 0)
        ) > 0.05
        and sum by (service_name) (increase({calls}{{{of}}}[5m])) >= 20""").strip()
    )


def test_the_dependency_rule_is_the_reference_rule() -> None:
    failed, total = "traces_service_graph_request_failed_total", "traces_service_graph_request_total"
    of = '{client="web",server="checkout"}'
    assert (
        one_line(expr_of({**DEPENDENCY, "client": "web", "server": "checkout"}))
        == one_line(f"""
        (
          sum by (client, server) (rate({failed}{of}[5m]))
            / (sum by (client, server) (rate({total}{of}[5m])) > 0)
        ) > 0.05
        and sum by (client, server) (increase({total}{of}[5m])) >= 20""").strip()
    )


def test_requests_from_outside_are_left_out_unless_asked_for() -> None:
    assert 'client!="user"' in expr_of(DEPENDENCY)
    assert 'client!="user"' not in expr_of({**DEPENDENCY, "client": "user"})
    assert 'client!="user"' in expr_of({**DEPENDENCY, "server": "db", "connection_type": "database"})


@pytest.mark.parametrize(
    ("alert", "written"),
    [
        ({**LATENCY, "threshold_ms": 1000}, 'le="1"'),
        ({**LATENCY, "threshold_ms": 0.25}, 'le="0.00025"'),
        ({**LATENCY, "threshold_ms": 2007.0}, 'le="2.007"'),
        ({**LATENCY, "quantile": "p99.9"}, ") < 0.999"),
        ({**ERRORS, "threshold_pct": 0.1}, ") > 0.001"),
        ({**ERRORS, "threshold_pct": 7, "operator": ">="}, ") >= 0.07"),
        ({**ERRORS, "threshold_pct": 0.000001}, ") > 0.00000001"),
        ({**DEPENDENCY, "threshold_ratio": 0.07}, ") > 0.07"),
    ],
)
def test_numbers_are_exact_and_plain(alert: dict[str, Any], written: str) -> None:
    assert written in expr_of(alert)


@pytest.mark.parametrize(
    ("alert", "fewest"),
    [
        (LATENCY, 20), ({**LATENCY, "quantile": "p99"}, 100), ({**LATENCY, "quantile": "p99.9"}, 1000),
        ({**ERRORS, "threshold_pct": 5}, 20), (ERRORS, 100), ({**ERRORS, "threshold_pct": 0.3}, 334),
        (DEPENDENCY, 20), ({**DEPENDENCY, "min_requests": 7}, 7),
    ],
)  # fmt: skip
def test_one_bad_request_alone_is_never_enough(alert: dict[str, Any], fewest: int) -> None:
    assert f">= {fewest}" in expr_of(alert)


@pytest.mark.parametrize("alert", EVERY)
def test_a_minimum_of_zero_is_no_guard(alert: dict[str, Any]) -> None:
    assert "increase" not in expr_of({**alert, "min_requests": 0})


def test_span_kinds_are_literals() -> None:
    assert 'span_kind="SPAN_KIND_CLIENT"' in expr_of({**ERRORS, "span_kind": ["client"]})


@pytest.mark.parametrize("style", ["guarded", "ongrid"])
@pytest.mark.parametrize(
    ("alert", "label"),
    [
        ({**LATENCY, "operation": HOSTILE}, "span_name"), ({**ERRORS, "operation": HOSTILE}, "span_name"),
        ({**LATENCY, "service": HOSTILE}, "service_name"), ({**ERRORS, "service": HOSTILE}, "service_name"),
        ({**DEPENDENCY, "client": HOSTILE}, "client"), ({**DEPENDENCY, "server": HOSTILE}, "server"),
    ],
)  # fmt: skip
def test_hostile_text_stays_one_label_value(alert: dict[str, Any], label: str, style: str) -> None:
    site = site_with(alert, style=style)
    for rule in alerts.rules_of(only(site), site):
        assert label_values(rule.expr, label) <= {HOSTILE}
    assert label_values(alerts.rules_of(only(site), site)[0].expr, label) == {HOSTILE}


@pytest.mark.parametrize("style", ["guarded", "ongrid"])
@pytest.mark.parametrize("alert", EVERY)
def test_every_expression_and_query_parses(alert: dict[str, Any], style: str) -> None:
    site = site_with({**alert, "name": "A"}, style=style)
    for rule in alerts.rules_of(only(site), site):
        promql_parser.parse(rule.expr)
    for query in re.findall(r"```promql\n(.*?)\n```", alerts.runbook(only(site), site), re.DOTALL):
        promql_parser.parse(query)


@pytest.mark.parametrize("style", ["guarded", "ongrid"])
@pytest.mark.parametrize("alert", EVERY)
def test_no_static_label_is_one_of_the_series_or_an_external_one(alert: dict[str, Any], style: str) -> None:
    extra = {"client": "x", "server": "x", "service_name": "x", "span_name": "x", "site": "x", "cluster": "x"}
    site = site_with({**alert, "operation": "GET /", "labels": {**extra, "team": "a"}}, style=style)
    for rule in alerts.rules_of(only(site), site):
        kept = set(re.findall(r"by \(([^)]*)\)", rule.expr)[0].split(", "))
        assert not set(rule.labels) & (kept | set(site.external_labels))
        assert rule.labels["team"] == "a"


@pytest.mark.parametrize("style", ["guarded", "ongrid"])
@pytest.mark.parametrize("alert", EVERY)
def test_every_rule_says_kind_severity_service_and_owner(alert: dict[str, Any], style: str) -> None:
    site = site_with({**alert, "severity": "critical"}, style=style)
    for rule in alerts.rules_of(only(site), site):
        assert {"kind", "severity", "service", "owner"} <= set(rule.labels)
    assert alerts.rules_of(only(site), site)[0].labels["severity"] == "critical"


def test_a_dependency_is_the_servers_and_its_owners() -> None:
    site = site_with(DEPENDENCY)
    labels = alerts.rules_of(only(site), site)[0].labels
    assert labels["service"] == labels["service_name"] == "{{ $labels.server }}"
    assert labels["owner"] == (
        '{{ if eq $labels.server "payments-api" }}team-payments'
        '{{ else if eq $labels.server "orders-api" }}team-orders{{ end }}'
    )


def test_without_owners_there_is_no_label_owner() -> None:
    site = site_with(DEPENDENCY, services=[{"name": "a", "aliases": [], "operations": [], "template_ids": False}])
    assert "owner" not in alerts.rules_of(only(site), site)[0].labels


@pytest.mark.parametrize("alert", EVERY)
def test_a_summary_of_the_users_own_is_text_and_the_measured_stays_in_the_description(alert: dict[str, Any]) -> None:
    site = site_with({**alert, "summary": "page {{ .Bogus }} now"})
    said = alerts.rules_of(only(site), site)[0].annotations
    assert said["summary"] == '{{ "page {{ .Bogus }} now" }}'
    assert "allowed (5m)" in said["description"]


def test_the_bound_of_every_threshold_is_needed_and_the_first_is_spelled_as_in_the_rule() -> None:
    site = site_with(LATENCY, {**LATENCY, "threshold_ms": 512}, {**LATENCY, "threshold_ms": 60_000}, ERRORS)
    bounds = site_bounds(site)
    assert bounds == sorted(set(bounds))
    assert {Decimal("0.8"), Decimal("0.512"), Decimal(60), Decimal("16.384")} <= set(bounds)
    assert bounds[-1] == 120, "a quantile above the last bound would read as the threshold"


def test_without_latency_alerts_the_bounds_are_tempos_own() -> None:
    assert len(site_bounds(site_with(ERRORS))) == 14


def test_rules_are_grouped_by_service_and_the_graph_has_its_own() -> None:
    site = site_with(LATENCY, ERRORS, {**ERRORS, "service": "service-graph"}, DEPENDENCY)
    names = {file.name: [rule.name for rule in file.rules] for file in alerts.rule_files(site)}
    assert names["payments-api"] == ["Alarm0", "Alarm0BoundMissing", "Alarm1"]
    assert names[GRAPH_GROUP] == ["Alarm3"]
    assert names[service_group("service-graph")] == ["Alarm2"]


@pytest.mark.parametrize("service", ["service-graph", "metrics", "slo-x", "self-tempo"])
def test_no_service_gets_a_group_that_is_somebody_elses(service: str) -> None:
    assert service_group(service) != service


@pytest.mark.parametrize("name", ["ChargeSlow", "payments-api", "결제느림", "v1.2_x"])
def test_a_safe_name_is_its_own_file_name(name: str) -> None:
    assert file_name(name) == name


HARD_NAMES = [
    "a/b", "a b", "../../etc/passwd", "..", ".", "-rf", "~x", '"', "{{ x }}", "결제 느림", "x" * 500, "한" * 120,
    "a\u2028b", "e\u0301", "", "a/b ", "a-b ", "con\\aux",
]  # fmt: skip


@pytest.mark.parametrize("name", HARD_NAMES)
def test_any_other_name_becomes_a_safe_one(name: str) -> None:
    found = file_name(name)
    assert "/" not in found
    assert found not in ("", ".", "..")
    assert not found.startswith((".", "-"))
    assert len(f"{found}.test.yaml".encode()) < 200
    assert found.isprintable()


def test_no_two_names_share_a_file() -> None:
    names = [*HARD_NAMES, *[file_name(name) for name in HARD_NAMES], "ChargeSlow", "é"]
    assert len({file_name(name) for name in names}) == len(set(names))


def test_the_runbook_of_an_alert_is_where_its_annotation_says() -> None:
    site = site_with({**ERRORS, "name": "결제 느림"})
    path = runbook_path(only(site))
    assert alerts.rules_of(only(site), site)[0].annotations["runbook"] == path
    assert path.startswith("runbooks/결제-느림~")


@pytest.mark.parametrize("style", ["guarded", "ongrid"])
@pytest.mark.parametrize("alert", EVERY)
def test_runbook_and_explanation_hold_the_real_numbers(alert: dict[str, Any], style: str) -> None:
    site = site_with({**alert, "name": "a *b* `c` <d>"}, style=style)
    page = alerts.runbook(only(site), site)
    assert page.startswith("# a \\*b\\* \\`c\\` \\<d\\>\n")
    assert 'alertname="a *b* `c` <d>"\'' in page
    text = alerts.explain_text(only(site), site)
    assert alerts.rules_of(only(site), site)[0].expr.splitlines()[0] in text
    assert "What keeps it quiet" in text
    assert ("requests in 5m" in text) == (style == "guarded")


def test_the_explanation_shows_the_bounds_beside_the_threshold() -> None:
    site = site_with(LATENCY)
    assert "0.512, 0.8 (the threshold), 1.024" in alerts.explain_text(only(site), site)


def test_an_alert_that_cannot_fire_is_said_to() -> None:
    site = site_with({**ERRORS, "threshold_pct": 100})
    assert "never fire" in alerts.explain_text(only(site), site)
    assert "never fire" in alerts.runbook(only(site), site)


def test_the_same_site_gives_the_same_rules_and_tests() -> None:
    site: Site = site_with(*EVERY)
    again = dataclasses.replace(site)
    assert list(alerts.rule_files(site)) == list(alerts.rule_files(again))


@pytest.mark.parametrize("alert", EVERY)
def test_every_generated_test_has_a_name_of_its_own_and_checks_something(alert: dict[str, Any]) -> None:
    site = site_with({**alert, "operation": "GET /"})
    for file in alerts.rule_files(site):
        tests = [test for part in file.tests for test in part.tests]
        assert len({test.name for test in tests}) == len(tests)
        assert all(test.body["alert_rule_test"] for test in tests)


def test_every_kind_of_the_registry_has_its_runbook_and_bears_its_name() -> None:
    from ongrid_gen.resources import stack_text

    for name, kind in alerts.KINDS.items():
        assert kind.KIND == name
        assert stack_text(f"runbooks/{name}.md.j2")
