"""Replicas of the gateway: who receives, who spreads traces over whom, and who decides on how many."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ongrid_gen.commands.up import unshared
from ongrid_gen.components import compose, gateway, prometheus, samplers, sampling, secrets
from ongrid_gen.components.base import yaml_file
from ongrid_gen.estimate import estimate
from ongrid_gen.model import Site
from ongrid_gen.plan.actions import kind_of
from ongrid_gen.render import render
from ongrid_gen.verify import otelcol
from support import problems_of, site_of

KEYS = Path(__file__).parent / "engines" / "load_balancing-0.155.keys"
SPEC = """
version: 1
site: demo
services: [{name: payments-api}, {name: health}]
budget: {requests_per_second: 3000}
tempo: {disk: 1Ti}
gateway: {replicas: 3, endpoint: "https://traces.example.com", tls: {}, auth: {basic: secrets/edges.htpasswd}}
privacy: {hash: [user.id]}
sampling:
  tail:
    keep: {errors: true, percent: 5, spans_per_second: 500}
    services: [{service: health, percent: 1, spans_per_second: 2}]
"""
HOSTS = ["sampler-1", "sampler-2", "sampler-3"]


@pytest.fixture
def site() -> Site:
    return site_of(SPEC)


def whole(site: Site) -> Site:
    """Return the same site with one gateway."""
    return site_of(SPEC.replace("replicas: 3, ", ""))


def paths(data: Any, known: set[str], below: str = "") -> set[str]:
    """Return the keys of an exporter, dotted, down to those that are known."""
    if below in known or not isinstance(data, dict):
        return {below}
    return {path for key, value in data.items() for path in paths(value, known, f"{below}.{key}".strip("."))}


def test_the_load_balancer_has_only_keys_of_its_version(site: Site) -> None:
    known = set(KEYS.read_text(encoding="utf-8").split())
    assert paths(samplers.balancer(site), known) <= known
    assert not paths({"resolver": {"static": {"hosts": []}}}, known) <= known


def test_whole_traces_go_to_one_of_a_fixed_list(site: Site) -> None:
    found = samplers.balancer(site)
    assert "traceID" == found["routing_key"]
    assert {"static": {"hostnames": [f"{host}:4317" for host in HOSTS]}} == found["resolver"]


def test_what_waits_for_a_sampler_is_on_disk_and_tried_without_end(site: Site) -> None:
    found = samplers.balancer(site)
    assert "file_storage/queue" == found["sending_queue"]["storage"]
    assert "0s" == found["retry_on_failure"]["max_elapsed_time"]
    assert {False} == {found["protocol"]["otlp"][key]["enabled"] for key in ("sending_queue", "retry_on_failure")}


def test_everything_is_counted_before_it_is_spread(site: Site) -> None:
    pipelines = gateway.config(site)["service"]["pipelines"]
    assert ["otlp_grpc/tempo-metrics"] == pipelines["traces/counted"]["exporters"]
    assert {"receivers": ["forward/stored"], "exporters": ["load_balancing"]} == pipelines["traces/stored"]
    assert "otlp_grpc/tempo" not in gateway.config(site)["exporters"]


def test_only_the_gateway_is_reached_and_holds_secrets(site: Site) -> None:
    services = compose.services(site)
    for host in HOSTS:
        assert ["inside"] == services[host]["networks"]
        assert "ports" not in services[host]
        assert "secrets" not in services[host]
    assert len(secrets.of_gateway(site)) == len(services["gateway"]["secrets"])
    assert ["memory_limiter", "tail_sampling"] == list(samplers.config(site)["processors"])


def test_each_has_a_queue_of_its_own_and_starts_before_the_gateway(site: Site) -> None:
    services = compose.services(site)
    assert {f"{host}-queue" for host in ("gateway", *HOSTS)} <= set(compose.volumes(site))
    for host in HOSTS:
        assert f"{host}-queue:/var/lib/otelcol" in services[host]["volumes"]
        assert {"tempo", f"{host}-queue-init"} == set(services[host]["depends_on"])
        assert host in services["gateway"]["depends_on"]
    memory = compose.services(site_of(SPEC.replace("gateway: {", "gateway: {queue: {persistent: false}, ")))
    assert not [name for name in memory if name.endswith("queue-init")]


def test_each_holds_its_share_and_a_tenth_more(site: Site) -> None:
    tail = site.sampling.tail
    assert tail is not None
    assert 60_000 == sampling.traces_of_each(whole(site), tail)
    assert 22_000 == sampling.traces_of_each(site, tail)
    each, one = (next(found.value for found in estimate(of).figures if found.key == "undecided_bytes")
                 for of in (site, whole(site)))  # fmt: skip
    assert Decimal("0.366") < Decimal(each) / one < Decimal("0.367")


def test_a_limit_on_spans_is_divided_and_never_nothing(site: Site) -> None:
    policies = samplers.config(site)["processors"]["tail_sampling"]["policies"]
    limits = {one["name"]: one["and"]["and_sub_policy"][-1].get("rate_limiting") for one in policies if "and" in one}
    assert {"rest": {"spans_per_second": 166}, "rest/health": {"spans_per_second": 1}} == limits


def test_each_is_scraped_and_told_by_name(site: Site) -> None:
    jobs = {job["job_name"]: job["static_configs"] for job in prometheus.config(site)["scrape_configs"]}
    assert [{"targets": [f"{host}:8888" for host in HOSTS]}] == jobs["sampler"]
    assert "sampler" not in {job["job_name"] for job in prometheus.config(whole(site))["scrape_configs"]}


def test_without_replicas_or_sampling_there_is_no_such_tier(site: Site) -> None:
    for other in (whole(site), site_of(SPEC.partition("sampling:")[0])):
        tree = render(other)
        assert samplers.CONFIG not in tree
        assert not [path for path, text in tree.items() if "load_balancing" in text or "sampler-" in text]


def test_replicas_that_share_nothing_are_told() -> None:
    assert ["OG085"] == [one.code for one in problems_of(SPEC.partition("sampling:")[0]) if one.code == "OG085"]
    assert not [one for one in problems_of(SPEC) if one.code == "OG085"]


def test_stand_ins_have_one_gateway_and_say_so(site: Site) -> None:
    one = site_of(SPEC, stand_ins=True)
    assert "tail_sampling" in gateway.config(one)["processors"]
    assert [] == samplers.hosts(one)
    assert "instead of 3 samplers" in unshared(one)[0]
    assert [] == unshared(whole(site))


def test_samplers_are_alike_in_the_words_of_a_plan() -> None:
    assert "sampler" == kind_of("sampler-12")
    assert "sampler-12-queue-init" == kind_of("sampler-12-queue-init")


@pytest.mark.engine
def test_the_collector_takes_all_but_the_exporter_that_it_lacks(site: Site, stand_ins: bool, tmp_path: Path) -> None:
    """Where it is missing, exporters to one collector stand in its place, with the keys that they share with it."""
    files = {gateway.CONFIG: gateway.config(site), samplers.CONFIG: samplers.config(site)}
    if stand_ins:
        data = files[gateway.CONFIG]
        spread = data["exporters"].pop("load_balancing")
        below, to = spread["protocol"]["otlp"], {"endpoint": f"{HOSTS[0]}:4317"}
        own = {key: spread[key] for key in ("sending_queue", "retry_on_failure")}
        data["exporters"] |= {"otlp_grpc/own": {**to, **own}, "otlp_grpc/below": {**to, **below}}
        data["service"]["pipelines"]["traces/stored"]["exporters"] = ["otlp_grpc/own", "otlp_grpc/below"]
    images = site_of(SPEC, stand_ins=stand_ins)
    tmp_path.chmod(0o755)
    for path, data in files.items():
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(yaml_file(data, site), encoding="utf-8")
    assert dict.fromkeys(files, "") == {path: otelcol(images, path)(tmp_path) for path in files}
    (tmp_path / samplers.CONFIG).write_text(yaml_file({**files[samplers.CONFIG], "receivers": {"otl": {}}}, site))
    assert "otl" in otelcol(images, samplers.CONFIG)(tmp_path)
