"""What the history of a site hangs on: volumes, retention, and the identity of every series."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, Final

from ongrid_gen.bundle.contracts.data_survives import kept as kept_folders
from ongrid_gen.bundle.exposed import generated_series, generators, stores
from ongrid_gen.bundle.files import COMPOSE, Bundle
from ongrid_gen.bundle.network import SCRAPES, is_collector, is_prometheus
from ongrid_gen.bundle.plain import dig, items, unescaped
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.components.sampling import PROCESSOR
from ongrid_gen.conventions import SIZE, SLO
from ongrid_gen.load import dotted
from ongrid_gen.plan.actions import ends_by_itself
from ongrid_gen.plan.base import Component
from ongrid_gen.series import SpanSeries
from ongrid_gen.units import parse_duration

Labels = tuple[tuple[str, str], ...]
Record = tuple[str, str, Labels]
# From 2.10 on the limit of the overrides is the one that we write, and the compactor's is told beside it.
NESTED: Final = ("overrides", "defaults")
NESTED_RETENTION: Final = ((*NESTED, "compaction", "block_retention"),)
FLAT_RETENTION: Final = (("overrides", "block_retention"), ("compactor", "compaction", "block_retention"))
TIME_FLAG: Final = "--storage.tsdb.retention.time"
SIZE_FLAG: Final = "--storage.tsdb.retention.size"
SIZE_TEXT: Final = re.compile(r"(\d+)(B|KB|MB|GB|TB|PB|EB)")
UNITS: Final = ("B", "KB", "MB", "GB", "TB", "PB", "EB")
# What tells one bucket from another.
LOCATION: Final = (
    "endpoint",
    "storage_account_name",
    "endpoint_suffix",
    "bucket",
    "bucket_name",
    "container_name",
    "prefix",
)
# What Prometheus keeps when no flag says so.
USUAL_TIME: Final = Decimal(15 * 86_400)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept, and under which names. Retention is in seconds or bytes; None is without a limit.

    `stored` says where Tempo keeps its blocks, empty where there is no Tempo. `generator` is the container that makes
    the metrics, `sampled` tells whether the gateway keeps a part of the traces.
    `volumes` are by container and folder in it, `folders` by container and setting; a record is known by its SLO (empty
    when it is of none), its name and its labels.
    """

    project: str
    volumes: Mapping[tuple[str, str], str]
    folders: Mapping[tuple[str, str], str]
    retention: Mapping[str, Decimal | None]
    stored: str
    generator: str
    sampled: bool
    generated: SpanSeries | None
    sizes: bool
    external: Mapping[str, str]
    jobs: Mapping[str, Mapping[str, str]]
    records: Mapping[Record, str]
    alerts: frozenset[str]
    datasources: Mapping[str, str]


def kept_by(bundle: Bundle) -> Kept:
    """Return what a bundle keeps."""
    wiring = Wiring(bundle)
    lasting = [service for service in wiring.services if not ends_by_itself(service.name)]
    store: Mapping[str, Any] = next((one.settings for one in stores(wiring)), {})
    generator: Mapping[str, Any] = next((one.settings for one in generators(wiring)), {})
    prometheus = next(iter(wiring.running(is_prometheus)), None)
    settings = prometheus.settings if prometheus is not None else {}
    return Kept(
        project=str(bundle.data(COMPOSE).get("name", "")),
        volumes={place: volume for service in lasting for place, volume in volumes(service)},
        folders={place: folder for service in lasting for place, folder in folders(service)},
        retention=tempo_retention(store) | (prometheus_retention(flags_of(prometheus)) if prometheus else {}),
        stored=stored(store),
        generator=next((one.name for one in generators(wiring)), ""),
        sampled=any(is_sampling(one) for one in wiring.running(is_collector)),
        generated=generated_series(generator) if generator else None,
        sizes=has_sizes(generator),
        external=written_labels(settings),
        jobs=jobs(settings),
        records=dict(records((str(path[0]), rule) for rule, path in bundle.rules)),
        alerts=frozenset(str(rule["alert"]) for rule, _ in bundle.rules if dig(rule, "alert") is not None),
        datasources={str(dig(one, "name")): str(dig(one, "uid")) for one, _ in bundle.datasources},
    )


def is_sampling(collector: Service) -> bool:
    """Tell whether a collector leaves out whole traces."""
    return any(name == PROCESSOR for name, _ in items(collector.settings.get("processors")))


def component_of(service: Service) -> Component:
    """Return which component a container is: the compose file of an edge is in `edge/<name>/`."""
    parts = PurePosixPath(service.file).parts
    return Component(service.name, parts[1] if len(parts) > 2 else None)


def volumes(service: Service) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the volumes of a container, as Docker calls them, by where it sees them."""
    project = service.project
    for mount in service.mounts:
        if not mount.in_bundle:
            own = dig(project, "volumes", mount.source, "name")
            volume = str(own or f"{project.get('name', '')}_{mount.source}")
            yield (component_of(service).label, mount.target), volume


def folders(service: Service) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the folders in which a program keeps its data, by the setting that says so."""
    for folder, path in kept_folders(service):
        flag = next((name for name, _, place in service.flags if place == path), None)
        yield (component_of(service).label, flag or dotted(path[1:])), folder


def flags_of(service: Service) -> dict[str, str]:
    """Return the flags of a container's command."""
    return {name: value for name, value, _ in service.flags}


def prometheus_retention(flags: Mapping[str, str]) -> dict[str, Decimal | None]:
    """Return how long and how much Prometheus keeps."""
    size = SIZE_TEXT.fullmatch(flags.get(SIZE_FLAG, ""))
    time = flags.get(TIME_FLAG)
    return {
        "prometheus.retention": seconds(time) if time else USUAL_TIME,
        "prometheus.retention.size": Decimal(int(size[1]) * 1024 ** UNITS.index(size[2])) if size else None,
    }


def tempo_retention(data: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Return how long Tempo keeps traces, if it tells; 0 in the overrides is that of the compactor."""
    places = NESTED_RETENTION if dig(data, *NESTED) is not None else FLAT_RETENTION
    found = (seconds(str(dig(data, *keys))) for keys in places if dig(data, *keys) is not None)
    kept = next((one for one in found if one), None)
    return {} if kept is None else {"tempo.retention": kept}


def stored(data: Mapping[str, Any]) -> str:
    """Return in words where Tempo keeps its blocks: the volume, or what tells one bucket from another."""
    backend = str(dig(data, "storage", "trace", "backend") or "")
    if backend == "local":
        return "its volume"
    settings = {str(key).replace("-", "_"): value for key, value in items(dig(data, "storage", "trace", backend))}
    named = [str(settings[key]) for key in LOCATION if settings.get(key)]
    return f"{backend} ({', '.join(named)})" if named else backend


def seconds(text: str) -> Decimal | None:
    """Return a duration in seconds; None when it is none."""
    try:
        return parse_duration(text)
    except ValueError:
        return None


def has_sizes(tempo: Mapping[str, Any]) -> bool:
    """Tell whether the sizes of spans reach Prometheus."""
    writes = items(dig(tempo, "metrics_generator", "storage", "remote_write"))
    rules = (rule for _, write in writes for _, rule in items(dig(write, "write_relabel_configs")))
    return not any(dig(rule, "action") == "drop" and dig(rule, "regex") == SIZE for rule in rules)


def written_labels(prometheus: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that tell this site's series and alerts from another's, as a file says them."""
    return {name: unescaped(value) for name, value in external_labels(prometheus).items()}


def external_labels(prometheus: Mapping[str, Any]) -> dict[str, str]:
    """Return the same as the running program says them."""
    return {str(name): str(value) for name, value in items(dig(prometheus, "global", "external_labels"))}


def jobs(prometheus: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the labels that the targets of every scrape job are given."""
    return {
        str(dig(job, "job_name")): {
            str(name): str(value)
            for _, group in items(dig(job, "static_configs"))
            for name, value in items(dig(group, "labels"))
        }
        for _, job in items(prometheus.get(SCRAPES))
    }


def records(rules: Iterable[tuple[str, Any]]) -> Iterator[tuple[Record, str]]:
    """Yield what rules record, and the expression. `rules` come with their file: that of an SLO names it in a label."""
    found = list(rules)
    slos = {file: str(dig(rule, "labels", SLO)) for file, rule in found if dig(rule, "labels", SLO)}
    for file, rule in found:
        if dig(rule, "record") is not None:
            labels = {str(name): str(value) for name, value in items(dig(rule, "labels"))}
            yield (slos.get(file, ""), str(rule["record"]), tuple(sorted(labels.items()))), str(rule.get("expr"))
