"""What a component is, and what every container of the stack has in common."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ongrid_gen.conventions import BANNER, CONFIG_LABEL
from ongrid_gen.model import Images, Site
from ongrid_gen.units import mebibytes
from ongrid_gen.yamlio import dump

Tree = dict[str, str]
ComposeService = dict[str, Any]

TESTS: Final = "prometheus/tests/"
# What a program reads again when it is sent SIGHUP: everything in the folders of Prometheus and Alertmanager.
RELOADED: Final = ("prometheus/", "alertmanager/")


class Component(Protocol):
    """A module that contributes files to the bundle."""

    NAME: str

    def files(self, site: Site) -> Tree:
        """Return the files of this component, by their path in the bundle."""


@dataclass(frozen=True, slots=True)
class Image:
    """Where one image comes from: its official name, and the stand-in that is built where none can be pulled."""

    component: str
    official: str
    stand_in: str | None

    def reference(self, images: Images) -> str:
        """Return what Compose is to run: a reference of the spec, a stand-in, or the (mirrored) official name."""
        if images.stand_ins:
            if self.stand_in is None:
                raise LookupError(f"{self.component} has no stand-in image")
            return self.stand_in
        if self.component in images.references:
            return images.references[self.component]
        return f"{images.registry}/{self.official}" if images.registry else self.official


@dataclass(frozen=True, slots=True)
class Container:
    """One container, hardened: numeric user, read-only root, no capabilities, a memory limit.

    `memory` is in bytes and the one number behind the limit and GOMEMLIMIT. `ports` are published on `listen`.
    """

    image: str
    user: str
    command: list[str]
    memory: int
    networks: list[str]
    volumes: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    environment: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_compose(self, *, stand_ins: bool) -> ComposeService:
        """Return the service as Compose wants it."""
        service: ComposeService = {"image": self.image}
        if stand_ins:
            service["pull_policy"] = "never"
        service["user"] = self.user
        if self.command:
            service["command"] = self.command
        service["environment"] = {"TZ": "UTC", "GOMEMLIMIT": gomemlimit(self.memory), **self.environment}
        for key, value in (("volumes", self.volumes), ("ports", self.ports)):
            if value:
                service[key] = value
        service |= self.extra
        service |= {
            "mem_limit": f"{mebibytes(self.memory)}m",
            "read_only": True,
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true"],
            "restart": "unless-stopped",
            "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
            "networks": self.networks,
        }
        return service


def yaml_file(data: Mapping[str, Any], site: Site) -> str:
    """Return a generated YAML file with the banner that says so."""
    return dump(data, banner=BANNER.format(spec=site.spec_name))


def stamped(services: Mapping[str, ComposeService], files: Tree) -> dict[str, ComposeService]:
    """Return services with the digest of the files they mount as a label: Compose then recreates what reads new ones.

    `files` are relative to the compose file. What a program reads again on SIGHUP does not count: it is reloaded
    (docs/adr/0011-reload-in-place.md).
    """
    return {name: service | stamp(service, files) for name, service in services.items()}


def stamp(service: ComposeService, files: Tree) -> ComposeService:
    """Return the label of one service, or nothing when it mounts no folder of the bundle."""
    folders = [source.removeprefix("./") + "/" for source in map(source_of, service.get("volumes", ()))]
    mounted = {
        path: text
        for path, text in sorted(files.items())
        if any(path.startswith(folder) for folder in folders) and not is_reloaded(path)
    }
    if not mounted:
        return {}
    return {"labels": {CONFIG_LABEL: hashlib.sha256(json.dumps(mounted).encode()).hexdigest()}}


def is_reloaded(path: str) -> bool:
    """Tell whether a file of the bundle is read again on SIGHUP, or not at all as the rule tests among them."""
    return path.startswith(RELOADED)


def source_of(volume: str) -> str:
    """Return what a volume mounts: a folder of the bundle begins with `./`."""
    return volume.split(":")[0]


def gomemlimit(memory: int) -> str:
    """Return 90 % of the container's limit: the garbage collector then works before the kernel kills."""
    return f"{mebibytes(memory * 9 // 10)}MiB"


def publish(listen: str, port: int, inside: int) -> str:
    """Return a published port; 0 lets Docker choose a free one."""
    return f"{listen}:{port or ''}:{inside}"
