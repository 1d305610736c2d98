"""Beyla beside an agent: where it is rendered, what it may do, and what finds it when it does not fit."""

from functools import cache
from pathlib import Path

import pytest
import yaml

from ongrid_gen import cli
from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import bundle_of
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.components import agent, compose
from ongrid_gen.graph.build import graph_of
from ongrid_gen.model import Site
from ongrid_gen.plan.base import Action
from ongrid_gen.render import Tree, render
from ongrid_gen.runtime import images
from plan.conftest import plan_of, rendered
from support import site_of

SPEC = """
version: 1
site: hall
services:
  - {name: legacy-erp, instrument: beyla, port: 8080, edge: cellar}
  - {name: old-crm, language: java, instrument: beyla, port: 8081, edge: cellar}
  - {name: shop-web, language: python}
edges: [{name: roof}, {name: cellar}]
alerts: [{name: ErpFails, kind: trace_error_rate, service: legacy-erp, threshold_pct: 5}]
"""
CELLAR = "edge/cellar/compose.yaml"
CONFIG = "edge/cellar/beyla/beyla.yaml"


@cache
def site(spec: str = SPEC, *, stand_ins: bool = False) -> Site:
    return site_of(spec, stand_ins=stand_ins)


def told(tree: Tree) -> set[str]:
    """Return the codes of what the contracts say of a bundle, but that nobody is told."""
    found = check_bundle(bundle_of({path: text.encode() for path, text in tree.items()}, Path("bundle")))
    return {problem.code for problem in found} - {"OG023"}


def edited(path: str, old: str, new: str) -> Tree:
    tree = render(site())
    assert old in tree[path]
    return {**tree, path: tree[path].replace(old, new)}


def test_it_is_told_the_ports_and_names_of_its_edge() -> None:
    tree = render(site())
    assert [path for path in tree if "beyla" in path] == [CONFIG]
    config = yaml.safe_load(tree[CONFIG])
    assert config["discovery"]["instrument"] == [
        {"name": "legacy-erp", "open_ports": "8080"},
        {"name": "old-crm", "open_ports": "8081"},
    ]
    assert config["otel_traces_export"] == {"endpoint": "http://agent:4318/v1/traces", "protocol": "http/protobuf"}
    assert "beyla" not in tree["edge/roof/compose.yaml"]


def test_it_begins_the_share_of_the_traces_that_the_others_begin() -> None:
    config = yaml.safe_load(render(site(SPEC + "sampling: {head: {ratio: 0.25}}\n"))[CONFIG])
    assert config["otel_traces_export"]["sampler"] == {"name": "parentbased_traceidratio", "arg": "0.25"}


def test_the_only_edge_need_not_be_named() -> None:
    one = SPEC.replace(", edge: cellar", "").replace("{name: roof}, ", "")
    assert CONFIG in render(site(one))


def test_it_alone_may_more_than_the_other_containers_and_exactly_this() -> None:
    here = site()
    found = {"centre": compose.services(here)} | {
        edge.name: agent.compose(here, edge, {})["services"] for edge in here.edges
    }
    beyla = found["cellar"].pop("beyla")
    assert beyla["pid"] == "host"
    assert beyla["cap_add"] == ["DAC_READ_SEARCH", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE"]
    assert beyla["security_opt"] == ["no-new-privileges:true", "apparmor:unconfined"]
    assert "privileged" not in beyla
    assert beyla["read_only"]
    assert beyla["cap_drop"] == ["ALL"]
    assert beyla["mem_limit"] == "512m"
    assert "ports" not in beyla
    for name, service in ((name, one) for services in found.values() for name, one in services.items()):
        assert "pid" not in service, name
        assert "cap_add" not in service or name.endswith("-queue-init"), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name


def test_the_bundle_fits() -> None:
    assert told(render(site())) == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (CONFIG, "agent:4318", "agent:4319", "OG060"),
        (CONFIG, "http/protobuf", "grpc", "OG060"),
        (CELLAR, "./beyla:/etc/beyla:ro", "./beyla:/etc/beyla2:ro", "OG061"),
        (CELLAR, "beyla.yaml", "beyla.yml", "OG061"),
        (CELLAR, "mem_limit: 512m", "mem_limit: 256m", "OG011"),
        (CELLAR, "grafana/beyla:3.33.0", "grafana/beyla:latest", "OG075"),
    ],
)
def test_what_does_not_fit_is_found(path: str, old: str, new: str, code: str) -> None:
    assert code in told(edited(path, old, new))


def test_its_image_is_pulled_with_the_others_and_mirrored() -> None:
    assert "grafana/beyla:3.33.0" in images.wanted(site())
    assert "mirror.example.com/grafana/beyla:3.33.0" in images.wanted(
        site(SPEC + "images: {registry: mirror.example.com}\n")
    )


def test_stand_ins_are_without_it_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    from ongrid_gen.commands.up import say_differences

    here = site(stand_ins=True)
    assert not [path for path in render(here) if "beyla" in path]
    assert not [image for image in images.wanted(here) if "beyla" in image]
    say_differences(here)
    assert "no spans of legacy-erp, old-crm" in capsys.readouterr().err


def test_a_plan_says_what_another_port_costs() -> None:
    before = render(site())
    plan = plan_of(before, rendered(SPEC.replace("8080", "8088")))
    steps = {step.component.label: step for step in plan.steps if step.action is not Action.NONE}
    assert len(steps) == 1
    step = next(iter(steps.values()))
    assert step.action is Action.RECREATE
    assert "have no spans" in step.cost


def test_a_graph_draws_whom_it_watches() -> None:
    tree = render(site())
    bundle = bundle_of({path: text.encode() for path, text in tree.items()}, Path("bundle"))
    graph = graph_of(Wiring(bundle), "hall")
    node = next(node for node in graph.nodes if node.title == "beyla (cellar)")
    assert "watches legacy-erp :8080" in node.lines
    assert any(edge.start == node.id and "agent" in edge.end for edge in graph.edges)


@pytest.mark.parametrize("options", [[], ["--snippet"]])
def test_nothing_is_to_be_set_for_what_it_watches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    spec = tmp_path / "site.yaml"
    spec.write_text(SPEC)
    assert cli.run(["env", str(spec), "old-crm", *options]) == cli.OK
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "nothing is to be set: Beyla of edge `cellar` watches who listens on port 8081" in captured.err
    assert "apps/old-crm.env" not in render(site())
