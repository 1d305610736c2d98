"""The containers of a bundle's compose files: what they are called, mount, run, and which networks they are in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final

from ongrid_gen.bundle.files import COMPOSE, Bundle
from ongrid_gen.bundle.plain import items
from ongrid_gen.problems import Path

CONFIG_FLAGS: Final = ("--config", "--config.file", "-config.file")


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder that a container sees. `source` is a folder of the bundle (relative to it) or the name of a volume."""

    source: str
    target: str
    path: Path
    in_bundle: bool


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a container that the machine publishes: `published` at `address`; empty is any port, or everywhere."""

    address: str
    published: str
    target: str
    path: Path


@dataclass(frozen=True)
class Service:
    """One container of a compose file."""

    name: str
    file: str
    data: Mapping[str, Any]
    bundle: Bundle = field(repr=False, compare=False)

    @property
    def project(self) -> Mapping[str, Any]:
        """The compose file that it is in."""
        return self.bundle.data(self.file)

    @property
    def path(self) -> Path:
        """Where it stands."""
        return (self.file, "services", self.name)

    @property
    def hosts(self) -> set[str]:
        """The names by which others on its networks reach it."""
        networks = self.data.get("networks")
        aliases = [alias for one in networks.values() if isinstance(one, dict) for alias in one.get("aliases", ())] if (
            isinstance(networks, dict)) else []  # fmt: skip
        return {self.name, *([self.data["hostname"]] if "hostname" in self.data else []), *aliases}

    @property
    def networks(self) -> set[str]:
        """The networks it is in, as Docker calls them."""
        return {self._network(name) for name in self.data.get("networks") or ["default"]}

    def _network(self, name: str) -> str:
        known = (self.project.get("networks") or {}).get(name) or {}
        return str(known.get("name") or (name if known.get("external") else f"{self.project.get('name', '')}_{name}"))

    @property
    def flags(self) -> Iterator[tuple[str, str, Path]]:
        """Yield the flags of its command: name, value (empty without one), place."""
        for index, argument in enumerate(self.data.get("command") or ()):
            name, _, value = str(argument).partition("=")
            yield name, value, (*self.path, "command", index)

    def flag(self, *names: str) -> tuple[str, Path] | None:
        """Return value and place of the first of these flags that it has."""
        return next(((value, path) for name, value, path in self.flags if name in names), None)

    @cached_property
    def mounts(self) -> list[Mount]:
        """What it mounts."""
        return [mount for index, one in enumerate(self.data.get("volumes") or ())
                for mount in self._mount(one, (*self.path, "volumes", index))]  # fmt: skip

    def _mount(self, one: Any, path: Path) -> Iterator[Mount]:
        source, _, rest = str(one).partition(":")
        target = rest.split(":")[0]
        if isinstance(one, dict):
            source, target = str(one.get("source", "")), str(one.get("target", ""))
        if source and target:
            in_bundle = source.startswith(".")
            folder = (PurePosixPath(self.file).parent / source).as_posix() if in_bundle else source
            yield Mount(folder, target, path, in_bundle)

    @property
    def ports(self) -> Iterator[Port]:
        """Yield the ports that are published."""
        for index, one in enumerate(self.data.get("ports") or ()):
            path = (*self.path, "ports", index)
            if isinstance(one, dict):
                yield Port(str(one.get("host_ip", "")), str(one.get("published", "")), str(one.get("target")), path)
            else:
                before, _, target = str(one).partition("/")[0].rpartition(":")
                address, _, published = before.rpartition(":")
                yield Port(address.strip("[]"), published, target, path)

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets that it is given."""
        return [one if isinstance(one, str) else str(one.get("source")) for one in self.data.get("secrets") or ()]

    def on_bundle(self, inside: str) -> str | None:
        """Return the file of the bundle that a path inside the container is; None when it is on no folder of it."""
        for mount in self.mounts:
            if mount.in_bundle and PurePosixPath(inside).is_relative_to(mount.target):
                return (PurePosixPath(mount.source) / PurePosixPath(inside).relative_to(mount.target)).as_posix()
        return None

    @cached_property
    def config(self) -> str:
        """The file of the bundle that its command names as configuration; empty when there is none."""
        found = self.flag(*CONFIG_FLAGS)
        return "" if found is None else self.on_bundle(found[0]) or ""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What that file says."""
        return self.bundle.data(self.config)

    def version_among(self, known: Sequence[str]) -> str | None:
        """Return which of these versions its image is of: `2.10` is that of `grafana/tempo:2.10.8`."""
        tag = str(self.data.get("image", "")).rpartition(":")[2].removeprefix("v")
        return next((one for one in known if tag == one or tag.startswith(f"{one}.")), None)


def services(bundle: Bundle) -> list[Service]:
    """Return the containers of the centre and of every edge."""
    files = [file for file in bundle.documents if PurePosixPath(file).name == COMPOSE]
    return [
        Service(name, file, data, bundle)
        for file in files
        for name, data in items(bundle.data(file).get("services"))
        if isinstance(name, str) and isinstance(data, dict)
    ]
