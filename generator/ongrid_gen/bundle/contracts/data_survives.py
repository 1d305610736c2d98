"""OG065: what a program keeps on disk is on a volume."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ongrid_gen.bundle.network import is_collector, is_grafana, is_tempo
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG065"
GRAFANA_DATA: Final = "/var/lib/grafana"
FLAGS: Final = ("--storage.tsdb.path", "--storage.path")
TEMPO: Final = (("storage", "trace", "wal", "path"), ("storage", "trace", "local", "path"),
                ("metrics_generator", "storage", "path"))  # fmt: skip


def check(wiring: Wiring) -> Iterator[Problem]:
    """A container that is made anew begins with an empty disk: traces, metrics, silences or queued spans are gone."""
    for service in wiring.services:
        volumes = [mount for mount in service.mounts if not mount.in_bundle]
        for folder, path in kept(service):
            inside = PurePosixPath(folder)
            if not any(inside.is_relative_to(mount.target) for mount in volumes):
                targets = ", ".join(f"`{mount.target}`" for mount in volumes)
                hint = f"keep it below {targets}" if targets else "mount a volume there"
                yield Problem(CODE, path, f"`{service.name}` keeps its data in `{folder}`, which is on no volume", hint,
                              related=((*service.path, "volumes"),) if volumes else (service.path,))  # fmt: skip


def kept(service: Service) -> Iterator[tuple[str, Path]]:
    """Yield the folders that a program writes to and must find again, each with the place that says so."""
    yield from ((value, path) for name, value, path in service.flags if name in FLAGS)
    if is_grafana(service):
        yield GRAFANA_DATA, service.path
    file, data = service.config, service.settings
    for keys in TEMPO if is_tempo(data) else ():
        if isinstance(dig(data, *keys), str):
            yield dig(data, *keys), (file, *keys)
    for name, extension in items(data.get("extensions") if is_collector(data) else None):
        if str(name).split("/")[0] == "file_storage" and isinstance(dig(extension, "directory"), str):
            yield extension["directory"], (file, "extensions", name, "directory")
