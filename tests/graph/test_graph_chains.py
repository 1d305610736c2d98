"""What an alert hangs on: metrics, labels, bounds, recordings, and who hears of it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pictures import SITE, broken, chain_from, edited, graph_from, many, titled, told

from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.build import chain_of, graph_of, named, names_of
from ongrid_gen.graph.chains import MOST_GROUPS
from ongrid_gen.graph.model import CHAINS, Link, Sort
from ongrid_gen.graph.svg import as_svg
from ongrid_gen.yamlio import parse
from support import ROOT

FAULTS: Any = parse((ROOT / "tests" / "bundle" / "faults.yaml").read_text(encoding="utf-8"))
LATENCY = "traces_spanmetrics_latency_bucket"
# Contracts that are seen in the picture, as they are about what is linked to what.
SEEN = ("OG060", "OG048", "OG027")
LATENCY_RULES = "prometheus/rules/payments-api.yaml"


def test_an_alert_hangs_on_metric_label_and_bound() -> None:
    graph = chain_from("ChargeSlow")
    assert told(graph) == [
        ("tempo: span-metrics", LATENCY, "dimension service.name, bound 0.8", ""),
        (LATENCY, "ChargeSlow", "", ""),
        ("ChargeSlow", "oncall", "", ""),
    ]
    lines = titled(graph, LATENCY).lines
    assert {"service_name = payments-api", "span_name = POST /v1/charge", "le = 0.8, +Inf"} <= set(lines)
    assert titled(graph, "tempo: span-metrics").lines[0] == "dimension service.name"


def test_the_chain_of_an_slo_goes_over_its_own_recordings_only() -> None:
    graph = chain_from("payments-latency/page")
    edges = told(graph)
    assert (LATENCY, "slo:sli_total:rate5m", "", "") in edges
    assert ("slo:sli_total:rate5m", "slo:sli_error:ratio_rate5m", "", "") in edges
    assert ("slo:sli_error:ratio_rate5m", "SLOBurnRatePage", "", "") in edges
    assert not [node for node in graph.nodes if "calls_total" in node.title]  # the other SLO's
    files = {node.note.splitlines()[0] for node in graph.nodes if node.sort is Sort.RECORDING}
    assert files == {"prometheus/rules/slo-payments-latency.yaml"}


def test_a_name_that_two_slos_share_draws_both() -> None:
    assert len([node for node in chain_from("SLOBurnRatePage").nodes if node.sort is Sort.ALERT]) == 2


def test_an_alert_on_metrics_hangs_on_the_job_that_is_scraped_for_it() -> None:
    job = 'scrape: [{job: node, targets: ["node.example:9100"]}]'
    spec = SITE.replace("retention: 30d}", f"retention: 30d, {job}}}").replace(
        "\nslos:", "  - {name: Full, kind: metric_raw, expr: node_filesystem_avail_bytes < 1}\n\nslos:"
    )
    assert told(chain_from("Full", spec))[:2] == [
        ("job node", "node_filesystem_avail_bytes", "", ""),
        ("node_filesystem_avail_bytes", "Full", "", ""),
    ]


def test_the_job_of_a_matcher_is_the_only_source() -> None:
    sources = {edge[0] for edge in told(chain_from("GatewayDown")) if edge[1] == "up"}
    assert sources == {"job gateway"}


def test_alerts_of_one_kind_and_service_are_one_box_that_counts_them() -> None:
    graph = graph_from()
    assert titled(graph, "trace_latency · payments-api").lines == ("2 alerts", "ChargeSlow", "ChargeSlowBoundMissing")
    assert titled(graph, "PaymentsErrors").lines[0] == "trace_error_rate · payments-api"
    assert titled(graph, "slo-payments-latency").lines[0].endswith(" recordings")


def test_every_alert_is_in_some_box() -> None:
    wiring = edited({})
    shown = "\n".join(f"{node.title}\n{node.note}" for node in graph_from().nodes if node.sort is Sort.ALERT)
    assert [alert.name for alert in wiring.alerts if alert.name not in shown] == []


def test_of_very_many_services_only_the_kinds_are_drawn() -> None:
    few = graph_from(many(MOST_GROUPS // 4))
    lots = graph_from(many(MOST_GROUPS))
    assert titled(few, "trace_latency · svc-003")
    assert titled(lots, "trace_latency").lines[0] == f"{2 * MOST_GROUPS} alerts"


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("tempo/tempo.yaml", "      - 0.8\n      - 1.024", "      - 1.024", "no bound 0.8"),
        ("tempo/tempo.yaml", "      - service.name\n", "", "no label service_name"),
        ("tempo/tempo.yaml", "      - service-graphs\n", "", "nothing exposes it"),
        (LATENCY_RULES, "span_name=", "spam_name=", "no label spam_name"),
    ],
)
def test_what_a_rule_asks_for_in_vain_is_drawn_broken(file: str, old: str, new: str, why: str) -> None:
    found = broken(graph_of(edited({file: (old, new)}), "shop"))
    assert found
    assert {why} == {edge.broken for edge in found}


def test_an_alert_that_cannot_be_read_says_so() -> None:
    graph = graph_of(edited({"prometheus/rules/orders-api.yaml": ("== 0", "== 0)")}), "shop")
    assert titled(graph, "OrdersSilent").lines[-1] == "the expression cannot be read"


def test_recordings_in_a_circle_are_drawn_once() -> None:
    circle = "[{record: a:b:c, expr: d:e:f}, {record: d:e:f, expr: a:b:c}, {alert: Round, expr: a:b:c}]"
    rules = f"groups: [{{name: g, rules: {circle}}}]\nformer:"
    wiring = edited({"prometheus/rules/orders-api.yaml": ("groups:", rules)})
    whole = chain_of(wiring, named(wiring.alerts, "Round"), "round")
    for graph in (graph_of(wiring, "shop"), whole):
        assert as_svg(graph)
    assert sorted(edge[:2] for edge in told(whole) if "oncall" not in edge) == [
        ("a:b:c", "Round"), ("a:b:c", "d:e:f"), ("d:e:f", "a:b:c"),
    ]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["id"])
def test_a_bundle_with_a_fault_is_drawn(fault: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "shop"
    shutil.copytree(ROOT / "tests" / "golden" / "site-2.10", copy)
    text = (copy / fault["file"]).read_text(encoding="utf-8")
    (copy / fault["file"]).write_text(text.replace(fault["old"], fault["new"], 1), encoding="utf-8")
    graph = graph_of(Wiring(read_bundle(copy)), "shop")
    assert as_svg(graph)
    assert bool(broken(graph)) or fault.get("code") not in SEEN or "_bucket{$$__tags}" in fault["marks"]  # a link


def test_every_edge_of_a_chain_ends_at_a_box_and_every_alert_reaches_somebody() -> None:
    graph = graph_from().part(CHAINS)
    alerts = {node.id for node in graph.nodes if node.sort is Sort.ALERT}
    assert alerts == {edge.start for edge in graph.edges if edge.link is Link.REACHES}


def test_an_alert_of_an_slo_is_also_called_as_a_drill_calls_it() -> None:
    names = {name for alert in edited({}).alerts for name in names_of(alert)}
    assert {"SLOBurnRatePage", "payments-latency/page", "payments-availability/ticket"} <= names
