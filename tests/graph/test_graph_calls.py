"""Who calls whom: what the files say, also when somebody edited them."""

from pathlib import Path

import pytest
from pictures import SITE, broken, edited, graph_from, many, titled, told

from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.build import graph_of
from ongrid_gen.graph.model import CHAINS, WIRING, Sort
from ongrid_gen.render import render
from ongrid_gen.write import write
from support import ROOT, site_of

BUNDLES = sorted((ROOT / "tests" / "golden").glob("*/compose.yaml"))


def test_the_way_of_the_spans_and_of_the_alerts_is_drawn_with_ports_and_protocols() -> None:
    edges = told(graph_from().part(WIRING))
    for edge in [
        ("payments-api", "agent (local)", "OTLP/HTTP :4318", ""),
        ("agent (local)", "gateway", "OTLP/HTTP :4318", ""),
        ("gateway", "tempo", "OTLP/gRPC :4317", ""),
        ("tempo", "prometheus", "writes HTTP :9090", ""),
        ("prometheus", "alertmanager", "alerts HTTP :9093", ""),
        ("prometheus", "gateway", "scrapes HTTP :8888", ""),
        ("grafana", "tempo", "asks HTTP :3200", ""),
        ("alertmanager", "oncall", "webhook", ""),
    ]:
        assert edge in edges


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.parent.name)
def test_nothing_of_ours_is_broken(bundle: Path) -> None:
    assert broken(graph_of(Wiring(read_bundle(bundle.parent)), "golden")) == []


def test_a_spec_is_drawn_as_its_bundle_on_disk_is(tmp_path: Path) -> None:
    write(render(site_of(SITE)), tmp_path / "bundle")
    assert graph_from() == graph_of(Wiring(read_bundle(tmp_path / "bundle")), "shop")


def test_helpers_that_nobody_calls_are_left_out() -> None:
    titles = {node.title for node in graph_from().nodes}
    assert not titles & {"ready", "ready (local)", "gateway-queue-init", "agent-queue-init (local)"}


@pytest.mark.parametrize(
    ("file", "old", "new", "edge"),
    [
        ("otelcol/gateway.yaml", "tempo:4317", "tempo:4316", ("gateway", "tempo", "OTLP/gRPC :4316", "nobody listens")),
        (
            "edge/local/otelcol/agent.yaml", "http://gateway:4318", "http://gateway:4317",
            ("agent (local)", "gateway", "OTLP/HTTP :4317", "speaks OTLP/gRPC"),
        ),
        (
            "edge/local/compose.yaml", "name: shop_ingest", "name: shop_ingress",
            ("agent (local)", "gateway", "OTLP/HTTP :4318", "no network in common"),
        ),
        (
            "prometheus/prometheus.yaml", "gateway:8888", "gatway:8888",
            ("prometheus", "gatway", "scrapes HTTP :8888", "nobody listens"),
        ),
        (
            "prometheus/prometheus.yaml", "localhost:9090", "localhost:9099",
            ("prometheus", "prometheus", "scrapes HTTP :9099", "nobody listens"),
        ),
        (
            "apps/shop-web.env", "localhost:4318", "localhost:14318",
            ("shop-web", "localhost", "OTLP/HTTP :14318", "nobody listens"),
        ),
        (
            "apps/shop-web.env", "localhost:4318", "localhost:4317",
            ("shop-web", "agent (local)", "OTLP/HTTP :4317", "nobody listens"),
        ),
        (
            "alertmanager/alertmanager.yaml", "receiver: oncall", "receiver: oncal",
            ("alertmanager", "oncal", "", "no such receiver"),
        ),
    ],
)  # fmt: skip
def test_an_edit_that_breaks_a_call_is_drawn_broken(file: str, old: str, new: str, edge: tuple[str, ...]) -> None:
    graph = graph_of(edited({file: (old, new)}), "shop")
    wiring = graph.part(WIRING)
    assert [edge] == [one for one in told(wiring) if one[3]]
    assert len({node.title for node in wiring.nodes}) == len(wiring.nodes)  # what is not reached is not there twice


def test_a_host_outside_is_no_fault() -> None:
    graph = graph_of(edited({"otelcol/gateway.yaml": ("tempo:4317", "otlp.example.com:443")}), "shop")
    assert ("gateway", "otlp.example.com", "OTLP/gRPC :443", "") in told(graph)
    assert titled(graph, "otlp.example.com").sort is Sort.OUTSIDE


def test_an_application_without_an_endpoint_calls_nobody() -> None:
    spec = SITE.replace("edges:", "ingest: {http_port: 0}\nedges:")
    graph = graph_from(spec)
    assert titled(graph, "orders-api").lines == ("no endpoint is written",)
    assert not [edge for edge in told(graph) if edge[0] == "orders-api"]


def test_targets_of_a_job_outside_are_one_box() -> None:
    spec = SITE.replace("retention: 30d}", 'retention: 30d, scrape: [{job: node, targets: ["a.x:9100", "b.x:9100"]}]}')
    graph = graph_from(spec)
    assert titled(graph, "targets of node").lines == ("a.x:9100", "b.x:9100")
    assert told(graph).count(("prometheus", "targets of node", "scrapes HTTP :9100", "")) == 1


def test_many_applications_that_do_the_same_are_one_box() -> None:
    graph = graph_from(many(30))
    assert titled(graph, "30 applications").lines[-1] == "… 24 more"
    assert [edge for edge in told(graph) if edge[0] == "30 applications"] == [
        ("30 applications", "agent (local)", "OTLP/HTTP :4318", "")
    ]


def test_an_application_that_does_something_else_stays_for_itself() -> None:
    graph = graph_of(edited({"apps/svc-003.env": ("localhost:4318", "localhost:1")}, many(30)), "many")
    assert titled(graph, "svc-003")
    assert titled(graph, "29 applications")


def test_an_address_that_is_none_is_drawn_as_it_is_written() -> None:
    change = {"edge/local/otelcol/agent.yaml": ("http://gateway:4318", "http://[gateway:4318")}
    assert titled(graph_of(edited(change), "shop"), "http://[gateway:4318").sort is Sort.OUTSIDE


def test_a_tree_of_routes_without_a_receiver_is_drawn() -> None:
    graph = graph_of(edited({"alertmanager/alertmanager.yaml": ("  receiver: oncall\n", "")}), "shop")
    known = {node.id for node in graph.nodes}
    assert all({edge.start, edge.end} <= known for edge in graph.edges)


def test_no_secret_of_a_receiver_is_drawn() -> None:
    change = ("url_file: /run/secrets/oncall.url", "url: https://hooks.example.com/token-of-mine")
    graph = graph_of(edited({"alertmanager/alertmanager.yaml": change}), "shop")
    assert "token-of-mine" not in str(graph)
    assert titled(graph.part(CHAINS), "oncall").lines == ("webhook",)
