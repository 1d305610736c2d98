"""The containers of a bundle's compose files: what they are called, mount, run, and which networks they are in."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final

from ongrid_gen.bundle import compose
from ongrid_gen.bundle.compose import Port, Setting
from ongrid_gen.bundle.files import COMPOSE, Bundle
from ongrid_gen.bundle.plain import dig, items, listed, mapping
from ongrid_gen.problems import Path

CONFIG_FLAGS: Final = ("--config", "--config.file", "-config.file")


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder that a container sees. `source` is a folder of the bundle (relative to it) or the name of a volume."""

    source: str
    target: str
    path: Path
    in_bundle: bool


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
        aliases = [
            alias for one in compose.networks(self.data).values() for alias in listed(mapping(one).get("aliases"))
        ]
        named = [self.data.get(key) for key in ("hostname", "container_name")]
        return {self.name, *(name for name in (*named, *aliases) if isinstance(name, str))}

    @property
    def networks(self) -> set[str]:
        """The networks it is in, as Docker calls them."""
        return {self._network(name) for name in compose.networks(self.data)}

    def _network(self, name: str) -> str:
        known = mapping(dig(self.project, "networks", name))
        own = name if known.get("external") else f"{self.project.get('name', '')}_{name}"
        return compose.interpolated(str(known.get("name") or own))

    @cached_property
    def flags(self) -> list[Setting]:
        """The flags of its command."""
        return self._placed(compose.flags(self.data))

    @cached_property
    def environment(self) -> list[Setting]:
        """The variables that its file gives it."""
        return self._placed(compose.environment(self.data))

    def _placed(self, found: Iterable[Setting]) -> list[Setting]:
        return [Setting(name, value, (*self.path, *path)) for name, value, path in found]

    def flag(self, *names: str) -> tuple[str, Path] | None:
        """Return value and place of the first of these flags that it has."""
        return next(((value, path) for name, value, path in self.flags if name in names), None)

    @cached_property
    def mounts(self) -> list[Mount]:
        """What it mounts."""
        return [
            Mount(self._beside(source) if beside else source, target, (*self.path, *path), beside)
            for source, target, beside, path in compose.volumes(self.data)
        ]

    def _beside(self, folder: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.file), folder))

    @property
    def ports(self) -> Iterator[Port]:
        """Yield the ports that are published."""
        return (one._replace(path=(*self.path, *one.path)) for one in compose.ports(self.data))

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets that it is given."""
        return compose.secrets(self.data)

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

    def named(self, file: str) -> str | None:
        """Return the file of the bundle that its configuration means by a name, which may be relative to itself."""
        config, _ = self.flag(*CONFIG_FLAGS) or ("", self.path)
        return self.on_bundle(posixpath.join(posixpath.dirname(config), file))

    @property
    def settings(self) -> Mapping[str, Any]:
        """What that file says."""
        return self.bundle.data(self.config)

    def version_among(self, known: Sequence[str]) -> str | None:
        """Return which of these versions its image is of: `2.10` is that of `grafana/tempo:2.10.8`."""
        image = compose.interpolated(str(self.data.get("image", ""))).partition("@")[0]
        tag = image.rpartition(":")[2].removeprefix("v")
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
