"""`plan` and what `up` makes of it, on a stack that runs: who is reloaded, who is made anew, and the proof of it."""

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from integration.conftest import write_spec
from integration.test_cli_stack import Cli
from ongrid_gen.commands.common import read_spec
from ongrid_gen.commands.render import rendered_bundle
from ongrid_gen.commands.up import planned, stack_of
from ongrid_gen.plan.loaded import content_hash
from ongrid_gen.plan.running import containers
from ongrid_gen.runtime import api
from ongrid_gen.runtime.applied import NotAppliedError, Proof

pytestmark = pytest.mark.integration

Seen = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def site(scratch: Path, stand_ins: bool) -> Iterator[Cli]:
    """A stack that `up` started and `down` takes away again."""
    name = f"plan-{uuid.uuid4().hex[:6]}"
    spec = write_spec(scratch / name, name)
    secret = spec.parent / "secrets" / "oncall.url"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("http://127.0.0.1:9/nobody")
    secret.chmod(0o644)
    commands = Cli(spec, ["--stand-ins"] if stand_ins else [])
    try:
        done = commands.run("up")
        assert done.returncode == 0, done.stderr
        yield commands
    finally:
        done = commands.run("down", "--volumes")
    assert done.returncode == 0, done.stderr


@contextmanager
def spec_with(site: Cli, old: str, new: str) -> Iterator[None]:
    """Change the spec while inside, and have the stack as it was afterwards."""
    text = site.spec.read_text()
    assert old in text
    site.spec.write_text(text.replace(old, new))
    try:
        yield
    finally:
        site.spec.write_text(text)
        done = site.run("up")
        assert done.returncode == 0, done.stderr


def projects(site: Cli) -> list[str]:
    """Return the compose projects of the stack."""
    return [site.bundle.name, f"{site.bundle.name}-edge-local"]


def seen(site: Cli) -> Seen:
    """Return which container is behind every service, and since when it runs."""
    found = {}
    for project in projects(site):
        listed = subprocess.run(
            ["docker", "ps", "-aq", "--no-trunc", "--filter", f"label=com.docker.compose.project={project}"],
            capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        told = json.loads(subprocess.run(["docker", "inspect", *listed], capture_output=True, check=True).stdout)
        for one in told:
            service = one["Config"]["Labels"]["com.docker.compose.service"]
            found[f"{project}/{service}"] = (one["Id"], one["State"]["StartedAt"])
    return found


def others(before: Seen, after: Seen) -> set[str]:
    """Return the services whose container is another one."""
    return {name.rpartition("/")[2] for name in before.keys() | after.keys()
            if before.get(name, ("", ""))[0] != after.get(name, ("", ""))[0]}  # fmt: skip


def plan(site: Cli) -> dict[str, Any]:
    """Return the plan, with exit code 0 or 1 as it says itself."""
    done = site.run("plan", "--format", "json")
    found: dict[str, Any] = json.loads(done.stdout)
    assert int(found["changed"]) == done.returncode, done.stderr
    return found


def actions(found: dict[str, Any]) -> dict[str, str]:
    """Return what is done, without what is left alone and what only helps others to start."""
    return {one["component"]: one["action"] for one in found["components"] if one["action"] != "none"}


def up(site: Cli) -> str:
    """Apply the spec; return what was said of it."""
    done = site.run("up")
    assert done.returncode == 0, done.stderr
    return done.stderr


def address(site: Cli, service: str, port: int) -> str:
    """Return where a component answers."""
    return f"http://127.0.0.1:{containers(site.bundle.name)[service].ports[port]}"


def running_rule(site: Cli, name: str) -> dict[str, Any]:
    """Return a rule as Prometheus evaluates it."""
    groups = api.rule_groups(address(site, "prometheus", 9090))
    return next(rule for group in groups for rule in group["rules"] if rule["name"] == name)


def proof_of(site: Cli) -> Proof:
    """Return what is to be proven of the running stack."""
    spec = read_spec(site.spec, stand_ins=bool(site.options))
    return planned(rendered_bundle(spec), stack_of(spec, None, ()), look_beside=False)


def test_nothing_to_do_touches_nothing(site: Cli) -> None:
    before = seen(site)
    found = plan(site)
    assert ({}, "running") == (actions(found), found["compared_with"])
    said = up(site)
    assert before == seen(site)
    assert "unchanged: gateway, " in said


def test_a_threshold_is_reloaded_in_the_same_container(site: Cli) -> None:
    before = seen(site)
    assert "0.05" in running_rule(site, "OrdersErrors")["query"]
    with spec_with(site, "threshold_pct: 5, window", "threshold_pct: 7, window"):
        assert {"prometheus": "reload"} == actions(plan(site))
        assert "0.05" in running_rule(site, "OrdersErrors")["query"]  # a plan does nothing
        assert "prometheus: reloaded, runs what was rendered" in up(site)
        assert "0.07" in running_rule(site, "OrdersErrors")["query"]
        assert {} == actions(plan(site))
    assert before == seen(site)


def test_what_was_rendered_and_not_applied_is_planned(site: Cli) -> None:
    before = seen(site)
    with spec_with(site, "threshold_pct: 5, window", "threshold_pct: 8, window"):
        assert site.run("render").returncode == 0
        found = plan(site)
        assert {"prometheus": "reload"} == actions(found)
        assert [] == found["files"]["changed"]
        reason = next(one["reason"] for one in found["components"] if one["component"] == "prometheus")
        assert "has not loaded `calm-api.yaml: calm-api: CalmErrors`" in reason
        up(site)
        assert "0.08" in running_rule(site, "OrdersErrors")["query"]
    assert before == seen(site)


def test_a_route_is_reloaded_in_the_same_container(site: Cli) -> None:
    before = seen(site)
    with spec_with(site, "group_interval: 5s", "group_interval: 7s"):
        assert {"alertmanager": "reload"} == actions(plan(site))
        assert "alertmanager: reloaded, runs what was rendered" in up(site)
        at = address(site, "alertmanager", 9093)
        assert "group_interval: 7s" in api.get(f"{at}/api/v2/status")["config"]["original"]
        text = (site.bundle / "alertmanager" / "alertmanager.yaml").read_text()
        assert content_hash(text) == api.metrics(at)["alertmanager_config_hash"]
    assert before == seen(site)


def test_a_setting_of_tempo_makes_only_tempo_anew(site: Cli) -> None:
    before = seen(site)
    with spec_with(site, "tempo: {port: 0}", "tempo: {port: 0, retention: 24h}"):
        found = plan(site)
        restarted = {"gateway": "restart"} if site.options else {}
        assert {"tempo": "recreate", "prometheus": "reload", **restarted} == actions(found)
        assert ["tempo.retention shrinks from 3d to 1d: traces older than 1d are deleted"] == [
            one["message"] for one in found["losses"]
        ]
        assert "tempo: recreated, runs what was rendered" in up(site)
        assert {"tempo"} == others(before, seen(site))


def test_a_flag_of_prometheus_makes_only_prometheus_anew(site: Cli) -> None:
    before = seen(site)
    with spec_with(site, "prometheus: {port: 0}", "prometheus: {port: 0, retention: 10d}"):
        found = plan(site)
        assert {"prometheus": "recreate"} == actions(found)
        assert ["retention"] == [one["rule"] for one in found["losses"]]
        up(site)
        assert {"prometheus"} == others(before, seen(site))


def test_rules_of_others_that_are_broken_are_an_error_that_names_them(site: Cli) -> None:
    broken = site.bundle / "prometheus" / "rules" / "others.yaml"
    with spec_with(site, "threshold_pct: 5, window", "threshold_pct: 9, window"):
        broken.write_text('groups: [{name: others, rules: [{alert: A, expr: "sum("}]}]\n')
        try:
            done = site.run("up")
        finally:
            broken.unlink()
        assert 2 == done.returncode
        assert "prometheus refuses its files and runs on with what it had" in done.stderr
        assert "changed: prometheus/rules/calm-api.yaml" in done.stderr
        assert "others.yaml" in done.stderr.split("its log ends:")[1]
        assert "0.05" in running_rule(site, "OrdersErrors")["query"]
        assert {"prometheus": "reload"} == actions(plan(site))
        up(site)
        assert "0.09" in running_rule(site, "OrdersErrors")["query"]


@pytest.mark.parametrize(
    ("service", "file"), [("prometheus", "prometheus.yaml"), ("alertmanager", "alertmanager.yaml")]
)
def test_a_broken_file_and_a_reload_that_answers_are_no_proof(site: Cli, service: str, file: str) -> None:
    proof = proof_of(site)
    proof.require(seconds=20)
    path = site.bundle / service / file
    text = path.read_text()
    path.write_text("route: [nobody]\n")
    try:
        proof.stack.centre.reload(service)  # answers as if all were well
        with pytest.raises(NotAppliedError, match=f"^{service} refuses its files") as error:
            proof.require(seconds=20)
        assert file in str(error.value)
    finally:
        path.write_text(text)
        proof.stack.centre.reload(service)
    proof.require(seconds=20)


def test_other_rules_that_were_loaded_by_hand_are_no_proof(site: Cli) -> None:
    proof = proof_of(site)
    path = site.bundle / "prometheus" / "rules" / "orders-api.yaml"
    text = path.read_text()
    path.write_text(text.replace("0.05", "0.06"))
    try:
        proof.stack.centre.reload("prometheus")
        with pytest.raises(NotAppliedError, match="prometheus runs otherwise: `orders-api"):
            proof.require(seconds=5)
    finally:
        path.write_text(text)
        proof.stack.centre.reload("prometheus")
    proof.require(seconds=20)


def test_an_edge_of_another_name_takes_the_place_of_the_old_one(site: Cli) -> None:
    text = site.spec.read_text()
    site.spec.write_text(f"{text}edges: [{{name: desk}}]\n")
    try:
        found = plan(site)
        assert {("local", "remove"), ("desk", "start")} == {
            (one["edge"], one["action"]) for one in found["components"] if one["component"] == "agent"
        }
        assert ["volume"] == [one["rule"] for one in found["losses"]]
        said = up(site)
        assert "local/agent: removed" in said
        assert containers(f"{site.bundle.name}-edge-local") == {}
        assert containers(f"{site.bundle.name}-edge-desk")["agent"].runs
    finally:
        site.spec.write_text(text)
        done = site.run("up")
        kept = f"{site.bundle.name}-edge-desk_agent-queue"
        subprocess.run(["docker", "volume", "rm", kept], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
