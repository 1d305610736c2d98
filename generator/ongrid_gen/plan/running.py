"""What runs of a bundle: its containers, and what the programs in them tell of their configuration. Reads only."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from ongrid_gen.bundle.exposed import generated, generated_series
from ongrid_gen.bundle.files import RULES, Bundle
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.components import alertmanager, prometheus
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_HTTP,
    PROMETHEUS_HOST,
    PROMETHEUS_HTTP,
    TEMPO_HOST,
    TEMPO_HTTP,
)
from ongrid_gen.plan import kept, loaded
from ongrid_gen.plan.actions import ends_by_itself
from ongrid_gen.plan.base import Component, Files
from ongrid_gen.plan.kept import Kept, component_of
from ongrid_gen.plan.losses import named
from ongrid_gen.runtime import api, docker
from ongrid_gen.runtime.compose import Project

T = TypeVar("T")
PROJECT_LABEL: Final = "com.docker.compose.project"
SERVICE_LABEL: Final = "com.docker.compose.service"
HASH_LABEL: Final = "com.docker.compose.config-hash"
HASH_METRIC: Final = "alertmanager_config_hash"
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a compose project. `config` is Compose's hash of what it was made from."""

    name: str
    service: str
    project: str
    state: str
    health: str
    exit_code: int
    started: str
    image: str
    config: str
    command: tuple[str, ...]
    volumes: Mapping[str, str]
    ports: Mapping[int, int]

    @property
    def runs(self) -> bool:
        """Whether it runs."""
        return self.state == "running"


def containers(project: str) -> dict[str, Container]:
    """Return the containers of a compose project by their service."""
    listed = docker.run("ps", "--all", "--quiet", "--filter", f"label={PROJECT_LABEL}={project}", timeout=30)
    found = [container(entry) for entry in docker.inspect(listed.split())]
    return {one.service: one for one in found if one.service}


def containers_of(projects: Mapping[str, str | None]) -> dict[Component, Container]:
    """Return the containers of compose projects, each with the edge that it is of."""
    return {
        Component(service, edge): one
        for project, edge in projects.items()
        for service, one in containers(project).items()
    }


def container(entry: Mapping[str, Any]) -> Container:
    """Return a container from what Docker knows of it."""
    state, labels = entry["State"], entry["Config"]["Labels"] or {}
    bound = entry["NetworkSettings"]["Ports"] or {}
    return Container(
        name=entry["Name"].removeprefix("/"),
        service=labels.get(SERVICE_LABEL, ""),
        project=labels.get(PROJECT_LABEL, ""),
        state=state["Status"],
        health=(state.get("Health") or {}).get("Status", ""),
        exit_code=state["ExitCode"],
        started=state["StartedAt"],
        image=entry["Image"],
        config=labels.get(HASH_LABEL, ""),
        command=tuple(entry["Args"] or ()),
        volumes={mount["Destination"]: mount["Name"] for mount in entry["Mounts"] if mount["Type"] == "volume"},
        ports={int(inside.split("/")[0]): int(hosts[0]["HostPort"]) for inside, hosts in bound.items() if hosts},
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Compose would make a container from: its hash, and the id of the image, empty when it is not here."""

    config: str
    image: str


def wanted_containers(bundle: Bundle, tree: Files, folder: Path, secrets: Path) -> dict[Component, Wanted]:
    """Return what Compose would make of the services of a rendered bundle, were it in this folder."""
    services = Wiring(bundle).services
    hashes = {
        file: Project((folder / file).parent, secrets).hashes(tree[file])
        for file in sorted({service.file for service in services})
    }
    images = {reference: image_id(reference) for reference in {str(one.data.get("image")) for one in services}}
    return {
        component_of(one): Wanted(hashes[one.file].get(one.name, ""), images[str(one.data.get("image"))])
        for one in services
    }


def image_id(reference: str) -> str:
    """Return the id of an image; empty when it is not on this machine."""
    done = docker.attempt("image", "inspect", "--format", "{{.Id}}", reference, timeout=30)
    return done.stdout.decode().strip() if done.returncode == 0 else ""


@dataclass(frozen=True, slots=True)
class Programs:
    """What the running programs tell of their configuration and in metrics; None for one that does not answer."""

    config: Mapping[str, Any] | None = None
    rules: list[dict[str, Any]] | None = None
    prometheus: Mapping[str, float] | None = None
    alertmanager: Mapping[str, float] | None = None
    tempo: Mapping[str, Any] | None = None

    def metrics_of(self, service: str) -> Mapping[str, float] | None:
        """Return the metrics of one of the programs that are reloaded."""
        return self.prometheus if service == PROMETHEUS_HOST else self.alertmanager


def ask(containers: Mapping[Component, Container]) -> Programs:
    """Return what the programs of the centre tell."""
    at = {
        host: address(containers.get(Component(host)), port)
        for host, port in (
            (PROMETHEUS_HOST, PROMETHEUS_HTTP), (ALERTMANAGER_HOST, ALERTMANAGER_HTTP), (TEMPO_HOST, TEMPO_HTTP),
        )
    }  # fmt: skip
    return Programs(
        told(at[PROMETHEUS_HOST], api.prometheus_config),
        told(at[PROMETHEUS_HOST], api.rule_groups),
        told(at[PROMETHEUS_HOST], api.metrics),
        told(at[ALERTMANAGER_HOST], api.metrics),
        told(at[TEMPO_HOST], api.tempo_config),
    )


def told(address: str | None, question: Callable[[str], T]) -> T | None:
    """Return a program's answer; None when it gives none."""
    if address is None:
        return None
    with contextlib.suppress(api.ApiError):
        return question(address)
    return None


def address(container: Container | None, inside: int) -> str | None:
    """Return where a container answers on this machine; None when it does not run."""
    if container is None or not container.runs or inside not in container.ports:
        return None
    return f"http://{LOOPBACK}:{container.ports[inside]}"


@dataclass(frozen=True, slots=True)
class Running:
    """What runs here, beside what is to run here."""

    containers: Mapping[Component, Container]
    wanted: Mapping[Component, Wanted]
    programs: Programs = Programs()

    @property
    def ports(self) -> frozenset[int]:
        """The ports of this machine on which its containers listen."""
        return frozenset(port for one in self.containers.values() for port in one.ports.values())

    def is_other(self, component: Component) -> str:
        """Return why Compose makes a container anew; empty when it does not."""
        one, wanted = self.containers[component], self.wanted[component]
        if one.config != wanted.config:
            return "the container was made from another configuration"
        return "its image is another one" if wanted.image not in ("", one.image) else ""


def read_running(
    bundle: Bundle, tree: Files, folder: Path, secrets: Path, projects: Mapping[str, str | None]
) -> Running:
    """Return what runs of a bundle. `projects` are the compose projects to look at, each with the edge it is of.

    Raise CommandError when Docker does not answer.
    """
    found = containers_of(projects)
    return Running(found, wanted_containers(bundle, tree, folder, secrets), ask(found))


def kept_running(before: Kept, running: Running, foreign: frozenset[str]) -> Kept:
    """Return what is kept as the containers say, and as `before` says where they do not. `foreign` rules stay."""
    told = running.programs
    changes: dict[str, Any] = {
        "volumes": {**before.volumes, **{
            (component.label, inside): volume
            for component, one in running.containers.items() if not ends_by_itself(component.service)
            for inside, volume in one.volumes.items()
        }},
        "retention": {**before.retention},
        "project": next(iter(one.project for component, one in running.containers.items() if component.edge is None),
                        before.project),
    }  # fmt: skip
    if one := running.containers.get(Component(PROMETHEUS_HOST)):
        flags = (argument.partition("=") for argument in one.command)
        changes["retention"] |= kept.prometheus_retention({name: value for name, _, value in flags})
    if told.tempo:
        changes["retention"] |= kept.tempo_retention(told.tempo)
    if told.tempo and generated(told.tempo):  # another one counts where traces are sampled, and nobody can ask it
        changes |= {"generated": generated_series(told.tempo), "sizes": kept.has_sizes(told.tempo)}
    if told.config is not None:
        changes |= {"external": kept.external_labels(told.config), "jobs": kept.jobs(told.config)}
    if told.rules is not None:
        ours = [group for group in told.rules if f"{RULES}{loaded.file_of(group)}" not in foreign]
        rules = [(loaded.file_of(group), as_rule(rule)) for group in ours for rule in group["rules"]]
        changes["records"] = dict(kept.records(rules))
        changes["alerts"] = frozenset(str(rule["alert"]) for _, rule in rules if "alert" in rule)
    return replace(before, **changes)


def as_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a running rule as a rules file has it."""
    sort = "record" if rule["type"] == "recording" else "alert"
    return {sort: rule["name"], "expr": rule["query"], "labels": rule.get("labels") or {}}


def stale_programs(bundle: Bundle, tree: Files, told: Programs, foreign: frozenset[str]) -> dict[str, str]:
    """Return the programs that have not loaded what their files say, each with what differs."""
    found: dict[str, list[str]] = {}
    if told.config is not None and told.rules is not None:
        found[PROMETHEUS_HOST] = [
            *loaded.config_differences(told.config, bundle.data(prometheus.CONFIG)),
            *loaded.rule_differences(told.rules, bundle, foreign),
        ]
    if told.alertmanager is not None:
        is_read = told.alertmanager.get(HASH_METRIC) == loaded.content_hash(tree[alertmanager.CONFIG])
        found[ALERTMANAGER_HOST] = [] if is_read else [alertmanager.CONFIG]
    return {name: named(parts) for name, parts in found.items() if parts}
