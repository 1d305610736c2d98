"""What a component is, and what every container of the stack has in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ongrid_gen.conventions import BANNER
from ongrid_gen.model import Images, Site
from ongrid_gen.units import mebibytes
from ongrid_gen.yamlio import dump

Tree = dict[str, str]
ComposeService = dict[str, Any]


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


def gomemlimit(memory: int) -> str:
    """Return 90 % of the container's limit: the garbage collector then works before the kernel kills."""
    return f"{mebibytes(memory * 9 // 10)}MiB"


def publish(listen: str, port: int, inside: int) -> str:
    """Return a published port; 0 lets Docker choose a free one."""
    return f"{listen}:{port or ''}:{inside}"
