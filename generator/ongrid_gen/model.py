"""The site: what one `site.yaml` describes, as frozen objects that remember where in the spec they stand.

Durations are seconds (Decimal), sizes are bytes. Nothing here knows a component's configuration language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ongrid_gen.problems import Path
from ongrid_gen.units import parse_duration, parse_size

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """One `service.name` value of the site."""

    path: Path
    name: str
    aliases: tuple[str, ...]
    language: str | None
    version: str | None
    owner: str | None
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """One agent: a collector beside applications, rendered to `edge/<name>/`."""

    path: Path
    name: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ingest:
    """What an agent accepts from the applications beside it; 0 as a port means any free one."""

    listen: str
    grpc_port: int
    http_port: int
    cors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gateway:
    """The collector in the centre. `queue_size` counts spans, sizes are bytes."""

    batch_timeout: Decimal
    batch_size: int
    queue_size: int
    queue_persistent: bool
    memory: int


@dataclass(frozen=True, slots=True)
class Tempo:
    """Trace storage. `retention` in seconds, `memory` in bytes."""

    dialect: str
    retention: Decimal
    backend: str
    memory: int
    port: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Tempo's metrics generator. `interval` is the collection interval in seconds."""

    interval: Decimal
    dimensions: tuple[str, ...]
    size: bool
    exemplars: bool
    graph_dimensions: tuple[str, ...]
    messaging_latency: bool
    max_active_series: int


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where the series and the rules live."""

    retention: Decimal
    memory: int
    port: int


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """Who routes what fires."""

    memory: int
    port: int


@dataclass(frozen=True, slots=True)
class Grafana:
    """Datasources and Explore. `enabled` is false where no image can be had."""

    enabled: bool
    memory: int
    port: int


@dataclass(frozen=True, slots=True)
class Alerting:
    """How rules are evaluated: the group's interval and query offset in seconds; `style` is `guarded` or `ongrid`."""

    style: str
    interval: Decimal
    query_offset: Decimal


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of the spec. `params` holds the kind's own conditions, defaults filled in, still as the spec says them.

    `nested` names the keys that stand inside `conditions_json`, so that a path leads to where the user wrote them.
    """

    path: Path
    name: str
    kind: str
    severity: str
    service: str | None
    window: Decimal
    for_: Decimal
    keep_firing_for: Decimal
    labels: Mapping[str, str]
    summary: str | None
    params: Data
    nested: frozenset[str] = frozenset()

    def path_to(self, key: str) -> Path:
        """Return the path of one key of this alert in the spec."""
        return (*self.path, "conditions_json", key) if key in self.nested else (*self.path, key)


@dataclass(frozen=True, slots=True)
class Channel:
    """A receiver of notifications; `url_file` is relative to the folder of the spec."""

    path: Path
    name: str
    type: str
    url_file: str


@dataclass(frozen=True, slots=True)
class Route:
    """Alerts that match go to `channel`. Every entry of `match` must be equal."""

    path: Path
    channel: str
    match: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notify:
    """Who hears it. Times in seconds."""

    channels: tuple[Channel, ...]
    routes: tuple[Route, ...]
    default: str | None
    group_wait: Decimal
    group_interval: Decimal
    repeat: Decimal


@dataclass(frozen=True, slots=True)
class Drill:
    """Traffic sent on purpose, and what must come of it. `duration` in seconds, `rate` in requests a second."""

    path: Path
    service: str
    operation: str
    client: str | None
    duration: Decimal
    rate: int
    error_percent: Decimal
    firing: tuple[str, ...]
    quiet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Images:
    """Where images come from: a mirror in front of every official name, or one reference for one component."""

    registry: str | None
    references: Mapping[str, str]
    stand_ins: bool


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Everything one `site.yaml` says. Two are the same when they are one object, so what is derived can be kept."""

    name: str
    environment: str
    labels: Mapping[str, str]
    images: Images
    services: tuple[Service, ...]
    ingest: Ingest
    edges: tuple[Edge, ...]
    gateway: Gateway
    tempo: Tempo
    metrics: Metrics
    prometheus: Prometheus
    alertmanager: Alertmanager
    grafana: Grafana
    alerting: Alerting
    alerts: tuple[Alert, ...]
    notify: Notify
    drills: tuple[Drill, ...]
    spec_name: str = "site.yaml"
    source: Data = field(default_factory=dict, repr=False, compare=False)

    @property
    def external_labels(self) -> dict[str, str]:
        """The labels that tell this site's series and alerts from another's."""
        return {"site": self.name, "environment": self.environment, **self.labels}

    def service(self, name: str) -> Service | None:
        """Return the service of that name, if the site declares it."""
        return next((service for service in self.services if service.name == name), None)

    def alert(self, name: str) -> Alert | None:
        """Return the alert of that name, if the site declares it."""
        return next((alert for alert in self.alerts if alert.name == name), None)

    @classmethod
    def from_data(cls, data: Data, *, spec_name: str = "site.yaml") -> "Site":
        """Build the site from validated, normalised data (`normalise`); defaults are already filled in."""
        return cls(
            name=data["site"],
            environment=data["environment"],
            labels=data["labels"],
            images=_images(data["images"]),
            services=tuple(_service(index, item) for index, item in enumerate(data["services"])),
            ingest=_ingest(data["ingest"]),
            edges=tuple(
                Edge(("edges", index), item["name"], item["attributes"]) for index, item in enumerate(data["edges"])
            ),
            gateway=_gateway(data["gateway"]),
            tempo=_tempo(data["tempo"], data["versions"]),
            metrics=_metrics(data["metrics"]),
            prometheus=Prometheus(
                parse_duration(data["prometheus"]["retention"]),
                parse_size(data["prometheus"]["memory"]),
                data["prometheus"]["port"],
            ),
            alertmanager=Alertmanager(parse_size(data["alertmanager"]["memory"]), data["alertmanager"]["port"]),
            grafana=Grafana(
                data["grafana"]["enabled"] and not data["images"]["stand_ins"],
                parse_size(data["grafana"]["memory"]),
                data["grafana"]["port"],
            ),
            alerting=_alerting(data["alerting"]),
            alerts=tuple(_alert(index, item) for index, item in enumerate(data["alerts"])),
            notify=_notify(data["notify"]),
            drills=tuple(_drill(index, item) for index, item in enumerate(data["drills"])),
            spec_name=spec_name,
            source=data,
        )


def _images(data: Data) -> Images:
    references = {key: value for key, value in data.items() if key not in ("registry", "stand_ins")}
    return Images(data.get("registry"), references, data["stand_ins"])


def _service(index: int, data: Data) -> Service:
    return Service(
        path=("services", index),
        name=data["name"],
        aliases=tuple(data["aliases"]),
        language=data.get("language"),
        version=data.get("version"),
        owner=data.get("owner"),
        operations=tuple(data["operations"]),
    )


def _ingest(data: Data) -> Ingest:
    return Ingest(data["listen"], data["grpc_port"], data["http_port"], tuple(data["cors"]))


def _gateway(data: Data) -> Gateway:
    return Gateway(
        batch_timeout=parse_duration(data["batch"]["timeout"]),
        batch_size=data["batch"]["size"],
        queue_size=data["queue"]["size"],
        queue_persistent=data["queue"]["persistent"],
        memory=parse_size(data["memory"]),
    )


def _tempo(data: Data, versions: Data) -> Tempo:
    return Tempo(
        dialect=versions["tempo"],
        retention=parse_duration(data["retention"]),
        backend=data["storage"]["backend"],
        memory=parse_size(data["memory"]),
        port=data["port"],
    )


def _metrics(data: Data) -> Metrics:
    return Metrics(
        interval=parse_duration(data["interval"]),
        dimensions=tuple(data["dimensions"]),
        size=data["size"],
        exemplars=data["exemplars"],
        graph_dimensions=tuple(data["service_graph"]["dimensions"]),
        messaging_latency=data["service_graph"]["messaging_latency"],
        max_active_series=data["max_active_series"],
    )


def _alerting(data: Data) -> Alerting:
    return Alerting(data["style"], parse_duration(data["interval"]), parse_duration(data["query_offset"]))


SHARED = frozenset(
    {"name", "kind", "scope_type", "conditions_json", "severity", "service", "window", "for", "keep_firing_for",
     "labels", "summary"}
)  # fmt: skip


def _alert(index: int, data: Data) -> Alert:
    return Alert(
        path=("alerts", index),
        name=data["name"],
        kind=data["kind"],
        severity=data["severity"],
        service=data.get("service"),
        window=parse_duration(data["window"]),
        for_=parse_duration(data["for"]),
        keep_firing_for=parse_duration(data["keep_firing_for"]),
        labels=data["labels"],
        summary=data.get("summary"),
        params={key: value for key, value in data.items() if key not in SHARED},
        nested=frozenset(data.get("conditions_json", ())),
    )


def _notify(data: Data) -> Notify:
    return Notify(
        channels=tuple(
            Channel(("notify", "channels", index), item["name"], item["type"], item["url_file"])
            for index, item in enumerate(data["channels"])
        ),
        routes=tuple(
            Route(
                ("notify", "routes", index),
                item["channel"],
                {**({"severity": item["severity"]} if "severity" in item else {}), **item["match"]},
            )
            for index, item in enumerate(data["routes"])
        ),
        default=data.get("default"),
        group_wait=parse_duration(data["group_wait"]),
        group_interval=parse_duration(data["group_interval"]),
        repeat=parse_duration(data["repeat"]),
    )


def _drill(index: int, data: Data) -> Drill:
    send, expect = data["send"], data["expect"]
    return Drill(
        path=("drills", index),
        service=send["service"],
        operation=send["operation"],
        client=send.get("client"),
        duration=parse_duration(send["duration"]),
        rate=send["rate"],
        error_percent=Decimal(str(send["error_percent"])),
        firing=tuple(expect["firing"]),
        quiet=tuple(expect["quiet"]),
    )
