"""Programs of others in place of containers: what is left out, what is rendered for them, and that it fits together."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.components.theirs.versions import MINIMUM, is_enough
from ongrid_gen.plan.base import Action
from ongrid_gen.render import Tree, render
from ongrid_gen.write import write
from plan.conftest import plan_of, rendered
from support import lacking, site_of

BASE = """
version: 1
site: demo
services: [{name: payments-api, owner: team-a, operations: [GET /]}]
alerts:
  - {name: Slow, kind: trace_latency, service: payments-api, threshold_ms: 800}
notify:
  channels: [{name: oncall, type: slack, url_file: secrets/slack.url}]
  default: oncall
maintenance: [{name: night, from: "22:00", to: "04:00"}]
"""
ALERTMANAGER = """
alertmanager:
  external:
    url: https://am.example.com/alerts
    auth: {basic: {user: kim, password_file: secrets/am.password}}
    ca_file: secrets/am.ca
"""
PROMETHEUS = """
prometheus:
  external:
    url: https://prom.example.com/p
    write_url: https://write.example.com/api/v1/push
    auth: {bearer: {token_file: secrets/prom.token}}
  scrape: [{job: node, targets: ["node-1:9100"]}]
reach: {host: stack.example.com, listen: 10.0.0.5}
"""
GRAFANA = 'grafana: {external: {url: "http://localhost:13000"}}\n'
TEMPO = """
tempo:
  external:
    url: http://localhost:13200
    otlp_url: https://tempo.example.com:4317
    auth: {basic: {user: kim, password_file: secrets/tempo.password}}
    ca_file: secrets/tempo.ca
"""
SAMPLED = "sampling: {tail: {keep: {percent: 100}}}\n"
VARIANTS = {"alertmanager": ALERTMANAGER, "grafana": GRAFANA, "prometheus": PROMETHEUS, "sampled": PROMETHEUS + SAMPLED,
            "tempo": TEMPO, "tempo, sampled": TEMPO + SAMPLED, "tempo and prometheus": TEMPO + PROMETHEUS,
            "all": TEMPO + PROMETHEUS + ALERTMANAGER + GRAFANA}  # fmt: skip


def data(tree: Tree, path: str) -> Any:
    """Return a file as data."""
    return yaml.load(tree[path], yaml.CSafeLoader)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_bundle_that_counts_on_others_fits_together(variant: str, tmp_path: Path) -> None:
    write(render(site_of(BASE + VARIANTS[variant])), tmp_path)
    bundle = read_bundle(tmp_path)
    true = {"OG017"} if "listen:" in VARIANTS[variant] else set()  # the check of the spec says so too
    assert [] == [problem.message for problem in check_bundle(bundle) if problem.code not in true]


FAULTS = {
    "the flag of the receiver": ("prometheus/program.yaml", "- --web.enable-remote-write-receiver\n", "", "OG010"),
    "the flag of exemplars": ("prometheus/program.yaml", "- --enable-feature=exemplar-storage\n", "", "OG012"),
    "a scrape job": ("prometheus/prometheus.yaml", "job_name: gateway", "job_name: gatway", "OG049"),
    "the rules": ("prometheus/prometheus.yaml", "demo/rules/", "rules/", "OG061"),
    "an expression": ("prometheus/rules/payments-api.yaml", "latency_bucket{", "latency_buckets{", "OG048"),
    "where alerts go": ("prometheus/prometheus.yaml", "alerting:", "alertings:", "OG023"),
    "a receiver": ("alertmanager/alertmanager.yaml", "- name: demo/oncall", "- name: demo/on-call", "OG027"),
    "a datasource": ("grafana/provisioning/datasources/demo.yaml", "datasourceUid: demo-tempo", "datasourceUid: tempo",
                     "OG062"),
    "a bound": ("tempo/overrides.yaml", "        - 0.8\n", "", "OG049"),
    "the service's dimension": ("tempo/overrides.yaml", "- service.name", "- service.names", "OG005"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_what_is_for_others_is_found(fault: str, tmp_path: Path) -> None:
    path, old, new, code = FAULTS[fault]
    # exemplars are known to be sent where Tempo is ours
    tree = render(site_of(BASE + VARIANTS["prometheus" if code == "OG012" else "all"]))
    assert old in tree[f"external/{path}"]
    write({**tree, f"external/{path}": tree[f"external/{path}"].replace(old, new)}, tmp_path)
    assert code in {problem.code for problem in check_bundle(read_bundle(tmp_path))}


@pytest.mark.parametrize("name", ["alertmanager", "grafana", "prometheus", "tempo"])
def test_a_component_that_is_theirs_has_no_container_volume_or_rule(name: str) -> None:
    tree = render(site_of(BASE + VARIANTS[name]))
    compose = data(tree, "compose.yaml")
    assert name not in compose["services"]
    assert f"{name}-data" not in compose["volumes"]
    assert not [path for path in tree if path.startswith((f"{name}/", f"prometheus/rules/self-{name}"))]
    assert f"external/{name}/README.md" in tree
    program = data(tree, f"external/{name}/program.yaml")
    assert MINIMUM[name] == program["at_least"]


def test_prometheus_sends_alerts_to_theirs_and_shows_the_credential() -> None:
    tree = render(site_of(BASE + ALERTMANAGER))
    (sent,) = data(tree, "prometheus/prometheus.yaml")["alerting"]["alertmanagers"]
    assert {
        "scheme": "https",
        "path_prefix": "/alerts",
        "basic_auth": {"username": "kim", "password_file": "/run/secrets/am.password"},
        "tls_config": {"ca_file": "/run/secrets/am.ca"},
        "static_configs": [{"targets": ["am.example.com:443"]}],
    } == sent
    compose = data(tree, "compose.yaml")
    assert ["am.password", "am.ca"] == compose["services"]["prometheus"]["secrets"]
    assert {"am.password", "am.ca", "grafana-admin"} == set(compose["secrets"])


def test_a_prometheus_of_theirs_is_written_to_and_scrapes_by_the_addresses_of_the_spec() -> None:
    tree = render(site_of(BASE + PROMETHEUS))
    (write_to,) = data(tree, "tempo/tempo.yaml")["metrics_generator"]["storage"]["remote_write"]
    assert "https://write.example.com/api/v1/push" == write_to["url"]
    assert {"type": "Bearer", "credentials_file": "/run/secrets/prom.token"} == write_to["authorization"]
    gateway = data(tree, "otelcol/gateway.yaml")
    exporter = gateway["exporters"]["prometheus_remote_write"]
    assert ("https://write.example.com/api/v1/push", {"authenticator": "bearertokenauth/prometheus"}) == (
        exporter["endpoint"], exporter["auth"])  # fmt: skip
    assert {"filename": "/run/secrets/prom.token"} == gateway["extensions"]["bearertokenauth/prometheus"]
    assert "bearertokenauth/prometheus" in gateway["service"]["extensions"]
    compose = data(tree, "compose.yaml")["services"]
    assert ["prom.token"] == compose["gateway"]["secrets"] == compose["tempo"]["secrets"]
    assert ["127.0.0.1:8888:8888", "10.0.0.5:8888:8888"] == compose["gateway"]["ports"]
    config = data(tree, "external/prometheus/prometheus.yaml")
    jobs = {job["job_name"]: job["static_configs"] for job in config["scrape_configs"]}
    assert ["gateway", "tempo", "alertmanager", "node"] == list(jobs)
    assert [{"targets": ["stack.example.com:8888"], "labels": {"instance": "gateway:8888"}}] == jobs["gateway"]


def test_alerts_bear_the_labels_of_the_site_where_prometheus_is_theirs() -> None:
    tree = render(site_of(BASE + PROMETHEUS))
    for path in tree:
        if path.startswith("external/prometheus/rules/"):
            alerts = [rule for group in data(tree, path)["groups"] for rule in group["rules"] if "alert" in rule]
            assert {"demo"} == {rule["labels"]["site"] for rule in alerts}, path
    test = data(tree, "external/prometheus/tests/payments-api.test.yaml")["tests"]
    expected = [one for each in test for case in each["alert_rule_test"] for one in case["exp_alerts"]]
    assert expected
    assert {"demo"} == {one["exp_labels"]["site"] for one in expected}


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_spans_go_to_a_tempo_of_theirs_with_the_credential(protocol: str) -> None:
    said = TEMPO.replace("    auth:", f"    otlp_protocol: {protocol}\n    auth:")
    tree = render(site_of(BASE + said))
    gateway = data(tree, "otelcol/gateway.yaml")
    exporter = gateway["exporters"][f"otlp_{protocol}/tempo"]
    assert "https://tempo.example.com:4317" == exporter["endpoint"]
    assert {"ca_file": "/run/secrets/tempo.ca"} == exporter["tls"]
    assert {"authenticator": "basicauth/tempo"} == exporter["auth"]
    assert {"username": "kim", "password_file": "/run/secrets/tempo.password"} == (
        gateway["extensions"]["basicauth/tempo"]["client_auth"])  # fmt: skip
    assert [f"otlp_{protocol}/tempo"] == gateway["service"]["pipelines"]["traces"]["exporters"]
    assert ["tempo.password", "tempo.ca"] == data(tree, "compose.yaml")["services"]["gateway"]["secrets"]
    assert "tempo/tempo.yaml" not in tree


def test_where_traces_are_sampled_our_own_tempo_counts_and_theirs_does_not() -> None:
    tree = render(site_of(BASE + TEMPO + SAMPLED))
    services = data(tree, "compose.yaml")["services"]
    assert {"gateway", "tempo-metrics", "prometheus"} <= services.keys()
    assert "tempo" not in services
    assert [] == data(tree, "external/tempo/overrides.yaml")["overrides"]["defaults"]["metrics_generator"]["processors"]
    pipelines = data(tree, "otelcol/gateway.yaml")["service"]["pipelines"]
    assert ["otlp_grpc/tempo-metrics"] == pipelines["traces/counted"]["exporters"]
    assert ["otlp_grpc/tempo"] == pipelines["traces/stored"]["exporters"]


def test_tempo_itself_accepts_the_overrides(tmp_path: Path) -> None:
    program = shutil.which("tempo")
    if program is None:
        lacking("there is no `tempo` on the PATH")
    given = data(render(site_of(BASE + TEMPO)), "external/tempo/overrides.yaml")
    generator = given["overrides"]["defaults"]["metrics_generator"]
    assert "0.8" in map(str, generator["processor"]["span_metrics"]["histogram_buckets"])
    whole = data(render(site_of(BASE)), "tempo/tempo.yaml")
    whole["overrides"]["defaults"]["metrics_generator"] = generator
    config = tmp_path / "tempo.yaml"
    config.write_text(yaml.safe_dump(whole), encoding="utf-8")
    command = [program, f"-config.file={config}", "-config.verify=true"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_what_theirs_gets_touches_no_alert_of_others() -> None:
    config = data(render(site_of(BASE + ALERTMANAGER)), "external/alertmanager/alertmanager.yaml")
    (branch,) = config["route"]["routes"]
    assert ['site="demo"'] == branch["matchers"]
    assert all('site="demo"' in rule[side] for rule in config["inhibit_rules"]
               for side in ("source_matchers", "target_matchers"))  # fmt: skip
    names = [one["name"] for one in (*config["receivers"], *config["time_intervals"])]
    assert names == [name for name in names if name.startswith("demo/")]
    assert {config["route"]["receiver"], branch["receiver"]} <= set(names)


def test_a_grafana_of_theirs_keeps_its_default_and_what_it_has() -> None:
    tree = render(site_of(BASE + GRAFANA))
    provisioned = data(tree, "external/grafana/provisioning/datasources/demo.yaml")
    assert "prune" not in provisioned
    assert not any(source.get("isDefault") for source in provisioned["datasources"])
    assert {"demo-prometheus", "demo-tempo", "demo-alertmanager"} == {one["uid"] for one in provisioned["datasources"]}
    rules = tree["prometheus/rules/payments-api.yaml"]
    assert "http://localhost:13000/explore" in rules
    assert "demo-tempo" in rules


def test_loopback_in_the_spec_is_this_machine_for_containers_too() -> None:
    tree = render(site_of(BASE + 'alertmanager: {external: {url: "http://localhost:9093"}}'))
    (sent,) = data(tree, "prometheus/prometheus.yaml")["alerting"]["alertmanagers"]
    assert [{"targets": ["host.docker.internal:9093"]}] == sent["static_configs"]
    prometheus = data(tree, "compose.yaml")["services"]["prometheus"]
    assert ["host.docker.internal:host-gateway"] == prometheus["extra_hosts"]


@pytest.mark.parametrize("listen", ["127.0.0.1", "10.0.0.5", "0.0.0.0", "::"])
def test_what_theirs_asks_is_published_where_the_spec_says(listen: str) -> None:
    said = f'{GRAFANA}reach: {{host: stack.example.com, listen: "{listen}"}}\n'
    compose = data(render(site_of(BASE + said)), "compose.yaml")
    addresses = {"127.0.0.1": ["127.0.0.1"], "10.0.0.5": ["127.0.0.1", "10.0.0.5"], "0.0.0.0": ["0.0.0.0"],
                 "::": ["[::]"]}[listen]  # fmt: skip
    for name, port in (("tempo", 3200), ("prometheus", 9090), ("alertmanager", 9093)):
        assert [f"{address}:{port}:{port}" for address in addresses] == compose["services"][name]["ports"]
    assert "ports" not in compose["services"]["gateway"]


def test_the_plan_says_what_stays_behind() -> None:
    plan = plan_of(rendered(BASE).tree, rendered(BASE + ALERTMANAGER))
    steps = {step.component.label: step.action for step in plan.steps}
    assert Action.REMOVE is steps["alertmanager"]
    told = [loss.message for loss in plan.losses if loss.component == "alertmanager"]
    stays = "the volume `demo_alertmanager-data` at `/alertmanager` stays behind with what is on it"
    assert [f"{stays}: nothing mounts it any more"] == told


VERSIONS = {"0.28.0": True, "v0.31.1": True, "0.27.0": False, "main": True}


@pytest.mark.parametrize(("version", "enough"), VERSIONS.items())
def test_an_old_version_is_told(version: str, enough: bool) -> None:
    assert enough is is_enough("alertmanager", version)
