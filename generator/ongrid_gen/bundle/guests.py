"""Programs of others that a bundle counts on: what is to be put into them stands below `external/`, and is checked too.

`program.yaml` in such a folder says where the program answers and with which flags it must be started.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.plain import dig, listed
from ongrid_gen.bundle.services import Service
from ongrid_gen.conventions import ALERTMANAGER_HOST, EXTERNAL, PROMETHEUS_HOST, TEMPO_HOST
from ongrid_gen.problems import Path

PROGRAM: Final = "program.yaml"
# What is to stand in the configuration of each.
FRAGMENTS: Final = {
    PROMETHEUS_HOST: "prometheus.yaml",
    ALERTMANAGER_HOST: "alertmanager.yaml",
    TEMPO_HOST: "overrides.yaml",
}


@dataclass(frozen=True)
class Guest(Service):
    """One of them. It is in no network of the bundle and mounts nothing of it: its folder is copied to it."""

    @property
    def path(self) -> Path:
        """Where it stands."""
        return (self.file,)

    @property
    def told(self) -> Mapping[str, Any]:
        """What its `program.yaml` says."""
        return self.bundle.data(self.file)

    @property
    def addresses(self) -> set[tuple[str, int]]:
        """Host and port at which containers reach it."""
        return {one for key in ("asked_at", "sent_to") if (one := place(str(dig(self.told, key) or ""))) is not None}

    @property
    def hosts(self) -> set[str]:
        """None: whoever calls it calls an address, no name of the bundle's networks."""
        return set()

    @property
    def networks(self) -> set[str]:
        """None of the bundle's."""
        return set()

    @property
    def config(self) -> str:
        """The file with what is to stand in its configuration."""
        return f"{EXTERNAL}/{self.name}/{FRAGMENTS.get(self.name, PROGRAM)}"

    def on_bundle(self, inside: str) -> str | None:
        """Return the file of the bundle that a path beside its configuration is."""
        copied = f"{dig(self.told, 'folder')}/"
        return f"{EXTERNAL}/{self.name}/{inside.removeprefix(copied)}" if inside.startswith(copied) else None


def place(url: str) -> tuple[str, int] | None:
    """Return host and port of an address; None when it is none."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def guests(bundle: Bundle) -> Iterator[Guest]:
    """Yield the programs of others."""
    for file in bundle.below(f"{EXTERNAL}/"):
        parts = file.split("/")
        if len(parts) == 3 and parts[2] == PROGRAM:
            flags = [str(flag) for flag in listed(dig(bundle.data(file), "flags"))]
            yield Guest(parts[1], file, {"command": flags}, bundle)
