"""Every action and every data loss, each from a pair of specs or files; the exact words are golden."""

from dataclasses import dataclass, field

import pytest

from ongrid_gen.plan.base import Action
from ongrid_gen.plan.losses import LOSSES
from ongrid_gen.plan.show import as_text, reason
from ongrid_gen.render import Tree
from plan.conftest import HERE, SPEC, changed, plan_of, rendered
from support import compare_golden

SLOS = SPEC[SPEC.index("slos:") : SPEC.index("notify:")]
DATASOURCES = "grafana/provisioning/datasources/datasources.yaml"


@dataclass(frozen=True)
class Case:
    """A change: texts of the spec replaced, or texts of the file that was on disk. What must come of it."""

    spec: dict[str, str] = field(default_factory=dict)
    was: dict[str, dict[str, str]] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=dict)
    losses: tuple[str, ...] = ()


CASES = {
    "nothing": Case(),
    # reloads
    "rule": Case({"threshold_pct: 5": "threshold_pct: 6"}, actions={"prometheus": "reload"}),
    "rules_of_one_more": Case(
        {"alerts:": "alerts:\n  - {name: New, kind: trace_absent, service: orders-api}"},
        actions={"prometheus": "reload"},
    ),
    "target": Case({"shop:9100": "shop:9200"}, actions={"prometheus": "reload"}),
    "route": Case(
        {"default: oncall": "default: oncall\n  group_wait: 45s"}, actions={"alertmanager": "reload"}
    ),
    "comments": Case(
        was={"prometheus/prometheus.yaml": {"# Generated": "# generated"}}, actions={"prometheus": "reload"}
    ),
    # made anew
    "alias": Case({"[payments]": "[payments, pay]"}, actions={"gateway": "recreate"}),
    "environment_of_spans": Case(
        {"{name: local}": "{name: local, attributes: {room: a}}"}, actions={"local/agent": "recreate"}
    ),
    "edge_elsewhere": Case(
        {"{name: far}": "{name: far, attributes: {room: a}}"}, actions={"far/agent": "recreate"}
    ),
    "tempo_memory": Case({"tempo: {": "tempo: {memory: 1Gi, "}, actions={"tempo": "recreate"}),
    "storage": Case(
        {"tempo: {": "tempo: {storage: {backend: s3, bucket: traces, endpoint: s3.example.com, prefix: a}, "},
        actions={"tempo": "recreate", "prometheus": "reload"},
        losses=("storage",),
    ),
    "tempo_version": Case(
        {"version: 1\n": 'version: 1\nversions: {tempo: "3.0"}\n'},
        actions={"tempo": "recreate", "prometheus": "reload"},
    ),
    "port": Case(
        {"prometheus:\n": "prometheus:\n  port: 9191\n"},
        actions={"prometheus": "recreate", "tempo": "none"},
    ),
    "grafana_memory": Case({"version: 1\n": "version: 1\ngrafana: {memory: 1Gi}\n"}, actions={"grafana": "recreate"}),
    "secret": Case(
        {"secrets/oncall.url}]": "secrets/oncall.url}, {name: other, type: webhook, url_file: secrets/other.url}]",
         "default: oncall": "default: oncall\n  routes: [{channel: other, match: {service: orders-api}}]"},
        actions={"alertmanager": "recreate"},
    ),
    "digest_of_earlier_versions": Case(
        was={"compose.yaml": {"hostname: prometheus": "hostname: prometheus\n    labels: {ongrid-gen.config: abc}"}},
        actions={"prometheus": "recreate"},
    ),
    # comes and goes
    "edge_new": Case({"{name: far}": "{name: far}, {name: third}"}, actions={"third/agent": "start"}),
    "edge_gone": Case(
        {"{name: local}, ": ""}, actions={"local/agent": "remove"}, losses=("volume",)
    ),
    "grafana_gone": Case(
        {"version: 1\n": "version: 1\ngrafana: {enabled: false}\n"}, actions={"grafana": "remove"}, losses=("volume",)
    ),
    "application": Case({"language: python": "language: python, version: 1.2.3"}),
    # data
    "tempo_retention": Case(
        {"retention: 72h": "retention: 24h"}, actions={"tempo": "recreate", "prometheus": "reload"},
        losses=("retention",),
    ),
    "prometheus_retention": Case(
        {"retention: 30d": "retention: 15d", "sli: latency": "period: 7d, sli: latency"},
        actions={"prometheus": "recreate"}, losses=("retention", "record", "alert"),
    ),
    "prometheus_limit": Case(
        was={"compose.yaml": {"retention.time=30d": "retention.time=60d"}}, actions={"prometheus": "recreate"},
        losses=("retention",),
    ),
    "site": Case(
        {"site: before": "site: after"}, actions={"prometheus": "start", "local/agent": "start"},
        losses=("volume", "external_label", "external_label"),
    ),
    "volume": Case(
        was={"compose.yaml": {"tempo-data": "traces"}}, actions={"tempo": "recreate"}, losses=("volume",)
    ),
    "queue": Case(
        {"tempo: {": "gateway: {queue: {persistent: false}}\ntempo: {"},
        actions={"gateway": "recreate", "local/agent": "recreate"}, losses=("volume", "volume", "volume"),
    ),
    "folder": Case(
        was={"tempo/tempo.yaml": {"/var/tempo/blocks": "/var/tempo/old"}}, actions={"tempo": "recreate"},
        losses=("folder",),
    ),
    "folder_of_flag": Case(
        was={"compose.yaml": {"tsdb.path=/prometheus": "tsdb.path=/prometheus/old"}},
        actions={"prometheus": "recreate"}, losses=("folder",),
    ),
    "dimension": Case(
        {"[http.route, shop.tier]": "[http.route]"}, actions={"tempo": "recreate"}, losses=("label",)
    ),
    "graph_dimension": Case(
        {"service_graph: {dimensions: [shop.tier]}": "service_graph: {}"},
        actions={"tempo": "recreate"}, losses=("label",),
    ),
    "sizes": Case({"size: true": "size: false"}, actions={"tempo": "recreate"}, losses=("series",)),
    "bound": Case(
        {"threshold_ms: 700": "threshold_ms: 650"}, actions={"tempo": "recreate", "prometheus": "reload"},
        losses=("bound",),
    ),
    "site_label": Case(
        {"cluster: one": "cluster: two"}, actions={"tempo": "recreate", "prometheus": "reload"},
        losses=("external_label", "external_label"),
    ),
    "site_label_gone": Case(
        {"labels: {cluster: one}": "labels: {zone: a}"}, actions={"tempo": "recreate"},
        losses=("external_label", "external_label"),
    ),
    "job_gone": Case(
        {"{job: shop,": "{job: store,"}, actions={"prometheus": "reload"}, losses=("scrape",)
    ),
    "job_labels": Case(
        {'room: "12"': 'room: "13"'}, actions={"prometheus": "reload"}, losses=("scrape",)
    ),
    "slo_renamed": Case(
        {"name: payments-fast": "name: payments-quick"}, actions={"prometheus": "reload"}, losses=("record",)
    ),
    "slo_threshold": Case(
        {"threshold_ms: 800": "threshold_ms: 900"}, actions={"tempo": "recreate", "prometheus": "reload"},
        losses=("bound", "redefined"),
    ),
    "slo_gone": Case(
        {SLOS: ""},
        losses=("bound", "record", "alert"),
    ),
    "alert_renamed": Case(
        {"name: OrdersErrors": "name: OrdersFail"}, actions={"prometheus": "reload"}, losses=("alert",)
    ),
    "uid": Case(
        was={DATASOURCES: {"uid: tempo\n": "uid: traces\n"}}, actions={"grafana": "recreate"}, losses=("datasource",)
    ),
    "datasource_renamed": Case(
        was={DATASOURCES: {"name: Tempo\n": "name: Traces\n"}}, actions={"grafana": "recreate"}, losses=("datasource",)
    ),
}  # fmt: skip


def edited(tree: Tree, was: dict[str, dict[str, str]]) -> Tree:
    """Return a bundle with texts of its files replaced, each of which must be there."""
    return {**tree, **{path: changed(tree[path], texts) for path, texts in was.items()}}


@pytest.mark.parametrize("name", list(CASES))
def test_golden_plan(name: str) -> None:
    """To mend: `make golden`, then look at the diff."""
    case = CASES[name]
    plan = plan_of(edited(rendered(SPEC).tree, case.was), rendered(changed(SPEC, case.spec)))
    acted = {step.component.label: step.action.value for step in plan.steps}
    assert {**acted, **case.actions} == acted
    assert all(reason(step) and step.cost for step in plan.steps if step.action is not Action.NONE)
    assert case.losses == tuple(loss.rule for loss in plan.losses)
    compare_golden(HERE / "expected" / f"{name}.txt", as_text(plan) + "\n")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.spec])
def test_what_was_rendered_leaves_nothing_to_do(name: str) -> None:
    after = rendered(changed(SPEC, CASES[name].spec))
    plan = plan_of(after.tree, after)
    assert not plan.changed
    assert (plan.losses, {Action.NONE}) == ((), {step.action for step in plan.steps})


def test_every_rule_of_loss_and_every_action_has_a_case() -> None:
    lost = {rule for case in CASES.values() for rule in case.losses}
    assert {rule.__name__.replace("external", "external_label").replace("job", "scrape") for rule in LOSSES} <= lost
    done = {action for case in CASES.values() for action in case.actions.values()}
    assert {action.value for action in Action} - {"restart"} <= done  # `restart`: below


def test_golden_plan_of_a_tempo_that_stops_badly() -> None:
    stand_ins = rendered(SPEC.replace("size: true", "size: false"), stand_ins=True)
    after = rendered(changed(SPEC, {"retention: 72h": "retention: 96h", "size: true": "size: false"}), stand_ins=True)
    plan = plan_of(stand_ins.tree, after)
    assert "restart" == next(step.action for step in plan.steps if step.component.label == "gateway")
    compare_golden(HERE / "expected" / "restart.txt", as_text(plan) + "\n")
