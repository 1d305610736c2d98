"""The site: what one `site.yaml` describes, as frozen objects that remember where in the spec they stand.

Durations are seconds (Decimal), sizes are bytes. Nothing here knows a component's configuration language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ongrid_gen.problems import Path

Data = Mapping[str, Any]
LISTED = "conditions"  # the key whose value is a list, also in Ongrid's envelope


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
    template_ids: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One agent: a collector beside applications, rendered to `edge/<name>/`."""

    path: Path
    name: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ingest:
    """What an agent accepts from the applications beside it.

    `ports` are those of the host, by their key in the spec; 0 means any free one.
    """

    listen: str
    protocols: tuple[str, ...]
    ports: Mapping[str, int]
    cors: tuple[str, ...]

    @property
    def http_port(self) -> int:
        """The port of OTLP over HTTP."""
        return self.ports["http_port"]


@dataclass(frozen=True, slots=True)
class Tls:
    """The gateway's certificate, its key and the site's authority, as files relative to the folder of the spec.

    With `clients` the gateway asks agents for certificates too.
    """

    certificate: str
    key: str
    authority: str
    clients: bool


@dataclass(frozen=True, slots=True)
class Auth:
    """How edges prove who they are: the scheme, `basic` or `bearer`, and the gateway's file of credentials."""

    scheme: str
    file: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attributes one place may have, and how long a value may be; None is without limit."""

    attributes: int | None
    attribute_bytes: int | None


@dataclass(frozen=True, slots=True)
class Gateway:
    """The collector in the centre. `queue_size` counts spans, sizes are bytes.

    `endpoint` is where agents on other machines reach it; `listen` and `port` are published for them only.
    """

    batch_timeout: Decimal
    batch_size: int
    queue_size: int
    queue_persistent: bool
    memory: int
    max_request: int
    limits: Limits
    endpoint: str | None
    listen: str
    port: int
    tls: Tls | None
    auth: Auth | None


@dataclass(frozen=True, slots=True)
class Privacy:
    """What no span may bring to a disk: attributes by name, what is masked by name or pattern, and what never is."""

    delete: tuple[str, ...]
    mask: tuple[str, ...]
    patterns: tuple[str, ...]
    keep: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptAttribute:
    """Traces with one of these values of an attribute are kept."""

    path: Path
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceSampling:
    """What is kept otherwise of traces in which a service takes part; None is as for all. `slower_than` in seconds."""

    path: Path
    service: str
    slower_than: Decimal | None
    percent: Decimal | None
    spans_per_second: int | None


@dataclass(frozen=True, slots=True)
class TailSampling:
    """What the gateway keeps of whole traces. Times in seconds; `traces` it holds at a time, None leaves to the budget.

    `spans_per_second` limits what `percent` keeps.
    """

    wait: Decimal
    traces: int | None
    errors: bool
    slower_than: Decimal | None
    attributes: tuple[KeptAttribute, ...]
    percent: Decimal
    spans_per_second: int | None
    services: tuple[ServiceSampling, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which traces are kept: the share that applications begin, and what the gateway leaves of whole ones."""

    head: Decimal
    tail: TailSampling | None


@dataclass(frozen=True, slots=True)
class Tempo:
    """Trace storage. `retention` in seconds, `memory` and `disk` in bytes.

    `storage` holds what its `backend` takes, defaults filled in, as the spec says it.
    """

    dialect: str
    retention: Decimal
    backend: str
    storage: Data
    memory: int
    port: int
    disk: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Tempo's metrics generator. `interval` is the collection interval in seconds.

    `buckets` are the only bucket bounds of the span metrics, in seconds, sorted; None leaves them to the thresholds.
    """

    interval: Decimal
    dimensions: tuple[str, ...]
    size: bool
    exemplars: bool
    graph_dimensions: tuple[str, ...]
    messaging_latency: bool
    max_active_series: int
    buckets: tuple[Decimal, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scrape:
    """A scrape job of the site's own. `metrics` names what it exposes; None when the spec does not say."""

    path: Path
    job: str
    targets: tuple[str, ...]
    metrics_path: str
    labels: Mapping[str, str]
    metrics: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where the series and the rules live. `disk` is what its data may take, in bytes."""

    retention: Decimal
    memory: int
    port: int
    disk: int
    scrape: tuple[Scrape, ...] = ()


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """Who routes what fires; `url` is where people reach it."""

    memory: int
    port: int
    url: str


@dataclass(frozen=True, slots=True)
class Grafana:
    """Datasources and Explore. `enabled` is false where no image can be had; `url` is where people reach it."""

    enabled: bool
    memory: int
    port: int
    url: str


@dataclass(frozen=True, slots=True)
class Alerting:
    """How rules are evaluated: the group's interval and query offset in seconds; `style` is `guarded` or `ongrid`.

    `runbooks` is the address of the folder in which people read the runbooks, if they do.
    """

    style: str
    interval: Decimal
    query_offset: Decimal
    runbooks: str | None = None


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
        """Return the path of one key of this alert in the spec. Ongrid's envelope of thresholds is the list itself."""
        if key == LISTED and key in self.nested:
            return (*self.path, "conditions_json")
        return (*self.path, "conditions_json", key) if key in self.nested else (*self.path, key)


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """A pair of windows in seconds; `budget` is the share of the period's budget that must burn in the long one."""

    path: Path
    tier: str
    long: Decimal
    short: Decimal
    budget: Decimal


@dataclass(frozen=True, slots=True)
class Slo:
    """A service level objective. `objective` is a share (0.999), `threshold` in seconds; times in seconds."""

    path: Path
    name: str
    service: str
    operation: str | None
    span_kind: tuple[str, ...]
    objective: Decimal
    sli: str
    threshold: Decimal | None
    period: Decimal
    min_errors: int
    windows: tuple[BurnWindow, ...]
    page_for: Decimal
    ticket_for: Decimal
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time in which alerts that match are not notified; `begin` and `end` are `HH:MM` by the clock of `timezone`."""

    path: Path
    name: str
    weekdays: tuple[str, ...]
    begin: str
    end: str
    timezone: str
    match: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Budget:
    """What the site may cost; None where the spec sets no limit. Sizes are bytes."""

    requests_per_second: int | None
    spans_per_request: int
    bytes_per_span: int
    stored_spans_per_day: int | None
    stored_bytes: int | None
    series: int | None


@dataclass(frozen=True, slots=True)
class Channel:
    """A receiver of notifications. `settings` holds what its type takes, defaults filled in, as the spec says it.

    Files of secrets are relative to the folder of the spec.
    """

    path: Path
    name: str
    type: str
    send_resolved: bool
    settings: Data


@dataclass(frozen=True, slots=True)
class Route:
    """Alerts that match go to `channel`. Every entry of `match` must be equal; None is as `Notify` says."""

    path: Path
    channel: str
    match: Mapping[str, str]
    group_by: tuple[str, ...] | None = None
    repeat: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The channel that is told every `interval` seconds that alerting works."""

    path: Path
    channel: str
    interval: Decimal


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert that matches `source` fires, those that match `target` and share `equal` are not notified."""

    path: Path
    source: Mapping[str, str]
    target: Mapping[str, str]
    equal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notify:
    """Who hears it. Times in seconds."""

    channels: tuple[Channel, ...]
    routes: tuple[Route, ...]
    default: str | None
    group_by: tuple[str, ...]
    group_wait: Decimal
    group_interval: Decimal
    repeat: Decimal
    heartbeat: Heartbeat | None
    inhibit: tuple[Inhibition, ...]


@dataclass(frozen=True, slots=True)
class Drill:
    """Traffic sent on purpose, and what must come of it. `duration` in seconds, `rate` in requests a second.

    `before_rate` healthy requests a second go before it, for `before_for` seconds.
    """

    path: Path
    service: str
    operation: str
    client: str | None
    duration: Decimal
    rate: int
    error_percent: Decimal
    firing: tuple[str, ...]
    quiet: tuple[str, ...]
    before_rate: int = 0
    before_for: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A warning or hint that is accepted until the end of a day. `at` is a dotted path of names; empty, anywhere."""

    path: Path
    code: str
    at: str
    until: str


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
    privacy: Privacy
    sampling: Sampling
    tempo: Tempo
    metrics: Metrics
    prometheus: Prometheus
    alertmanager: Alertmanager
    grafana: Grafana
    alerting: Alerting
    alerts: tuple[Alert, ...]
    slos: tuple[Slo, ...]
    notify: Notify
    maintenance: tuple[Maintenance, ...]
    queries: Mapping[str, str]
    budget: Budget
    drills: tuple[Drill, ...]
    suppress: tuple[Suppression, ...]
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

    def slo(self, name: str) -> Slo | None:
        """Return the SLO of that name, if the site declares it."""
        return next((slo for slo in self.slos if slo.name == name), None)
