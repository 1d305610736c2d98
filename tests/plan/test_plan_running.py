"""Plans beside containers that run: what they are and what their programs tell, made up here as they tell it."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ongrid_gen.bundle.files import bundle_of
from ongrid_gen.plan.base import Action, Component
from ongrid_gen.plan.kept import Kept, kept_by, tempo_retention
from ongrid_gen.plan.loaded import config_differences, content_hash, rule_differences, tempo_differences
from ongrid_gen.plan.losses import losses
from ongrid_gen.plan.running import Container, Programs, Running, Wanted
from ongrid_gen.render import Tree
from ongrid_gen.units import parse_duration
from plan.conftest import SPEC, changed, plan_of, rendered

TREE = rendered(SPEC).tree
PROMETHEUS, ALERTMANAGER, TEMPO = Component("prometheus"), Component("alertmanager"), Component("tempo")


def bundle(tree: Tree = TREE) -> Any:
    return bundle_of({path: text.encode() for path, text in tree.items()}, Path("here"))


def rules(tree: Tree = TREE) -> list[dict[str, Any]]:
    """Return rules as Prometheus tells them."""
    return [
        {
            "name": group["name"], "file": f"/etc/{path}", "interval": float(parse_duration(group["interval"])),
            "rules": [told(rule) for rule in group["rules"]],
        }
        for path in tree if path.startswith("prometheus/rules/") for group in yaml.safe_load(tree[path])["groups"]
    ]  # fmt: skip


def told(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return one rule as Prometheus tells it."""
    return {
        "name": rule.get("alert") or rule["record"], "query": rule["expr"], "labels": rule.get("labels", {}),
        "type": "alerting" if "alert" in rule else "recording",
        **({"annotations": rule["annotations"]} if "annotations" in rule else {}),
        **({"duration": float(parse_duration(rule.get("for", "0s"))),
            "keepFiringFor": float(parse_duration(rule.get("keep_firing_for", "0s")))} if "alert" in rule else {}),
    }  # fmt: skip


def programs(tree: Tree = TREE) -> Programs:
    """Return what programs tell that have loaded a bundle."""
    return Programs(
        config=yaml.safe_load(tree["prometheus/prometheus.yaml"]),
        rules=rules(tree),
        prometheus={"prometheus_config_last_reload_successful": 1.0},
        alertmanager={"alertmanager_config_hash": float(content_hash(tree["alertmanager/alertmanager.yaml"]))},
        tempo=yaml.safe_load(tree["tempo/tempo.yaml"]),
    )


def container(component: Component, **differs: Any) -> Container:
    """Return a container of a component that is as it must be."""
    done = component.service.endswith("-queue-init")
    made = Container(
        name=component.label, service=component.service, project="before", state="exited" if done else "running",
        health="", exit_code=0, started="2026-01-01T00:00:00Z", image="image", config="hash",
        command=("--storage.tsdb.retention.time=30d",) if component == PROMETHEUS else (), volumes={}, ports={},
    )  # fmt: skip
    return replace(made, **differs)


def running(told: Programs, **differs: Container | None) -> Running:
    """Return a stack that runs as it must; `differs` are containers that are otherwise, or missing."""
    components = [step.component for step in plan_of(TREE, rendered(SPEC)).steps]
    found = {one: differs.get(one.service, container(one)) for one in components if one.edge != "far"}
    wanted = {one: Wanted("hash", "image") for one in components}
    return Running({one: made for one, made in found.items() if made is not None}, wanted, told)


def actions(one: Running, spec: str = SPEC) -> dict[str, tuple[str, str]]:
    """Return what is done and why, without what is left alone. The bundle on disk is the rendered one."""
    after = rendered(spec)
    plan = plan_of(after.tree, after, one)
    return {
        step.component.label: (step.action.value, step.why) for step in plan.steps if step.action is not Action.NONE
    }


def test_a_stack_that_runs_what_is_rendered_is_left_alone() -> None:
    assert {} == actions(running(programs()))


@pytest.mark.parametrize(
    ("service", "made", "action", "why"),
    [
        ("tempo", None, "start", "does not run"),
        ("tempo", container(TEMPO, state="exited", exit_code=1), "start", "is exited"),
        ("tempo", container(TEMPO, config="other"), "recreate", "the container was made from another configuration"),
        ("tempo", container(TEMPO, image="older"), "recreate", "its image is another one"),
        ("gateway-queue-init", container(Component("gateway-queue-init"), exit_code=1), "start", "is exited"),
    ],
)
def test_a_container_that_is_otherwise(service: str, made: Container | None, action: str, why: str) -> None:
    assert {service: (action, why)} == actions(running(programs(), **{service: made}))


def test_a_container_that_no_file_names_is_removed() -> None:
    one = running(programs())
    extra = {**one.containers, Component("loki"): container(Component("loki"))}
    assert {"loki": ("remove", "is not part of the site any more")} == actions(replace(one, containers=extra))


def test_a_bundle_that_was_rendered_but_not_loaded_is_reloaded() -> None:
    spec = changed(
        SPEC, {"threshold_pct: 5": "threshold_pct: 6", "default: oncall": "default: oncall\n  group_wait: 45s"}
    )
    assert {
        "prometheus": ("reload", "has not loaded `orders-api.yaml: orders-api: OrdersErrors`"),
        "alertmanager": ("reload", "has not loaded `alertmanager/alertmanager.yaml`"),
    } == actions(running(programs()), spec)


def test_losses_are_told_of_what_runs_even_when_the_files_are_new() -> None:
    spec = changed(SPEC, {
        "retention: 72h": "retention: 24h", "retention: 30d": "retention: 20d", "cluster: one": "cluster: two",
        "name: OrdersErrors": "name: OrdersFail", "[http.route, shop.tier]": "[http.route]", "{job: shop,": "{job: x,",
        "name: payments-fast": "name: payments-quick",
    })  # fmt: skip
    after = rendered(spec)
    plan = plan_of(after.tree, after, running(programs(), tempo=container(TEMPO, volumes={"/var/tempo": "elsewhere"})))
    assert [
        "retention", "retention", "volume", "label", "external_label", "external_label", "scrape", "record", "alert",
    ] == [loss.rule for loss in plan.losses]  # fmt: skip


def test_a_program_that_does_not_answer_is_not_judged() -> None:
    spec = changed(SPEC, {"threshold_pct: 5": "threshold_pct: 6"})
    assert {} == actions(running(Programs()), spec)


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (lambda groups: groups[0]["rules"].pop(), "orders-api.yaml: orders-api"),
        (lambda groups: groups.pop(0), "orders-api.yaml: orders-api"),
        (lambda groups: groups[0].update(interval=61), "orders-api.yaml: orders-api"),
        (lambda groups: groups[0]["rules"][0].update(query="up"), "orders-api.yaml: orders-api: OrdersErrors"),
        (lambda groups: groups[0]["rules"][0].update(duration=7), "orders-api.yaml: orders-api: OrdersErrors"),
        (lambda groups: groups[0]["rules"][0].update(labels={}), "orders-api.yaml: orders-api: OrdersErrors"),
        (lambda groups: groups[0]["rules"][0].update(annotations={}), "orders-api.yaml: orders-api: OrdersErrors"),
        (lambda groups: groups[0].update(name="old"), "orders-api.yaml: old"),
    ],
)
def test_every_difference_of_rules_is_seen(change: Any, differs: str) -> None:
    groups = copy.deepcopy(rules())
    assert "OrdersErrors" == groups[0]["rules"][0]["name"]
    assert [] == rule_differences(groups, bundle())
    change(groups)
    assert differs in rule_differences(groups, bundle())


def test_rules_of_a_file_that_is_not_ours_are_not_judged() -> None:
    groups = [*rules(), {"name": "own", "file": "/etc/prometheus/rules/own.yaml", "interval": 15, "rules": []}]
    assert ["own.yaml: own"] == rule_differences(groups, bundle())
    assert [] == rule_differences(groups, bundle(), frozenset({"prometheus/rules/own.yaml"}))


@pytest.mark.parametrize(
    ("path", "value", "differs"),
    [
        (("global", "external_labels", "site"), "other", "global.external_labels"),
        (("global", "evaluation_interval"), "7s", "global.evaluation_interval"),
        (("rule_files",), [], "rule_files"),
        (("alerting", "alertmanagers"), [], "alerting"),
        (("scrape_configs", 4, "job_name"), "other", "scrape_configs"),
        (("scrape_configs", 4, "metrics_path"), "/other", "scrape_configs"),
        (("scrape_configs", 4, "static_configs", 0, "targets"), ["x:1"], "scrape_configs"),
        (("scrape_configs", 4, "static_configs", 0, "labels"), {}, "scrape_configs"),
        (("storage", "exemplars", "max_exemplars"), 1, "storage.exemplars"),
        (("storage", "tsdb", "out_of_order_time_window"), "1m", "storage.tsdb"),
    ],
)
def test_every_difference_of_a_configuration_is_seen(path: tuple[Any, ...], value: Any, differs: str) -> None:
    rendered_one = yaml.safe_load(TREE["prometheus/prometheus.yaml"])
    other = copy.deepcopy(rendered_one)
    assert [] == config_differences(other, rendered_one)
    place = other
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert [differs] == config_differences(other, rendered_one)


def test_what_tempo_runs_otherwise_is_seen_and_what_it_does_not_tell_is_not_judged() -> None:
    ours = yaml.safe_load(TREE["tempo/tempo.yaml"])
    other = copy.deepcopy(ours)
    other["metrics_generator"]["processor"]["span_metrics"]["histogram_buckets"].pop()
    assert ["metrics_generator.processor.span_metrics.histogram_buckets"] == tempo_differences(other, ours)
    other["overrides"]["defaults"]["compaction"]["block_retention"] = "1h0m0s"
    assert 2 == len(tempo_differences(other, ours))
    assert [] == tempo_differences({}, ours)
    assert [] == tempo_differences(ours, ours)


@pytest.mark.parametrize(("old", "new", "lost"), [(None, 10, True), (20, 10, True), (10, 20, False), (10, None, False)])
def test_a_smaller_limit_of_bytes_is_a_loss(old: int | None, new: int | None, lost: bool) -> None:
    kept = kept_by(bundle())

    def limited(to: int | None) -> Kept:
        limit = None if to is None else Decimal(to)
        return replace(kept, retention={**kept.retention, "prometheus.retention.size": limit})

    assert lost == bool(losses(limited(old), limited(new)))


def test_the_hash_is_the_one_that_alertmanager_tells() -> None:
    """Recorded from Alertmanager 0.33.1."""
    assert 1.23282029237862e14 == content_hash("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")


def test_a_limit_of_0_in_the_overrides_is_that_of_the_compactor() -> None:
    """As Tempo 1.5 tells it."""
    told = {"overrides": {"block_retention": "0s"}, "compactor": {"compaction": {"block_retention": "72h0m0s"}}}
    assert {"tempo.retention": Decimal(72 * 3600)} == tempo_retention(told)
