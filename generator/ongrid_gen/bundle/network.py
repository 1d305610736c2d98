"""Who listens where in a bundle, and who calls whom."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.conventions import (
    ALERTMANAGER_HTTP,
    COLLECTOR_METRICS,
    GRAFANA_HTTP,
    OTLP_GRPC,
    OTLP_HTTP,
    PROMETHEUS_HTTP,
    TEMPO_HTTP,
)
from ongrid_gen.problems import Path

GRPC: Final = "OTLP over gRPC"
HTTP: Final = "OTLP over HTTP"
API: Final = "HTTP"
SCRAPES: Final = "scrape_configs"
OTLP_PORTS: Final = {"grpc": (GRPC, OTLP_GRPC), "http": (HTTP, OTLP_HTTP)}
# The collector's exporters, by the part of their name before the slash.
EXPORTERS: Final = {"otlp": GRPC, "otlp_grpc": GRPC, "otlphttp": HTTP, "otlp_http": HTTP}


@dataclass(frozen=True, slots=True)
class Listener:
    """A port on which a container listens, and what it speaks there."""

    service: Service
    port: int
    protocol: str
    path: Path


@dataclass(frozen=True, slots=True)
class Call:
    """An address that a container calls: as written, and in parts. `path` is where it is written."""

    service: Service
    text: str
    protocol: str
    path: Path

    @property
    def host(self) -> str:
        """The host."""
        return self._parts.hostname or ""

    @property
    def port(self) -> int | None:
        """The port, as written or by the scheme; None when it is none."""
        try:
            return self._parts.port or {"http": 80, "https": 443}.get(self._parts.scheme)
        except ValueError:
            return None

    @property
    def _parts(self) -> Any:
        try:
            return urlsplit(self.text if "://" in self.text else f"//{self.text}")
        except ValueError:  # a bracket that is never closed
            return urlsplit("")


def is_collector(data: Mapping[str, Any]) -> bool:
    """Tell whether a file is a configuration of the collector."""
    return "receivers" in data and "exporters" in data


def is_tempo(data: Mapping[str, Any]) -> bool:
    """Tell whether a file is a configuration of Tempo."""
    return "distributor" in data


def is_prometheus(data: Mapping[str, Any]) -> bool:
    """Tell whether a file is a configuration of Prometheus."""
    return SCRAPES in data or "rule_files" in data


def is_alertmanager(data: Mapping[str, Any]) -> bool:
    """Tell whether a file is a configuration of Alertmanager."""
    return "route" in data and "receivers" in data


def listeners(service: Service) -> Iterator[Listener]:
    """Yield the ports on which a container listens, as its configuration says."""
    file, data = service.config, service.settings
    if is_collector(data):
        yield from otlp_listeners(service, file, data.get("receivers"), ("receivers",))
        port = dig(data, "service", "telemetry", "metrics", "readers", 0, "pull", "exporter", "prometheus", "port")
        yield Listener(service, port or COLLECTOR_METRICS, API, (file, "service", "telemetry"))
        for name, extension in items(data.get("extensions")):
            if name.split("/")[0] == "health_check" and port_of(dig(extension, "endpoint")):
                yield Listener(service, port_of(extension["endpoint"]), API, (file, "extensions", name, "endpoint"))
    elif is_tempo(data):
        yield Listener(service, dig(data, "server", "http_listen_port") or TEMPO_HTTP, API, (file, "server"))
        receivers = dig(data, "distributor", "receivers")
        yield from otlp_listeners(service, file, receivers, ("distributor", "receivers"))
    elif is_prometheus(data):
        yield from web(service, PROMETHEUS_HTTP)
    elif is_alertmanager(data):
        yield from web(service, ALERTMANAGER_HTTP)
    elif is_grafana(service):
        yield Listener(service, GRAFANA_HTTP, API, service.path)


def is_grafana(service: Service) -> bool:
    """Tell whether a container reads Grafana's provisioning."""
    return any(mount.in_bundle and mount.target == "/etc/grafana/provisioning" for mount in service.mounts)


def web(service: Service, usual: int) -> Iterator[Listener]:
    """Yield the port of a program with `--web.listen-address`."""
    found = service.flag("--web.listen-address")
    yield Listener(service, port_of(found[0]) or usual if found else usual, API, found[1] if found else service.path)


def otlp_listeners(service: Service, file: str, receivers: Any, below: Path) -> Iterator[Listener]:
    """Yield the ports of OTLP receivers."""
    for name, receiver in items(receivers):
        if str(name).split("/")[0] != "otlp":
            continue
        for key, settings in items(dig(receiver, "protocols")):
            if key in OTLP_PORTS:
                protocol, usual = OTLP_PORTS[key]
                path = (file, *below, name, "protocols", key)
                yield Listener(service, port_of(dig(settings, "endpoint")) or usual, protocol, path)


def port_of(address: Any) -> int:
    """Return the port of `host:port`; 0 when there is none."""
    text = str(address or "").rpartition(":")[2]
    return int(text) if text.isdigit() else 0


def calls(service: Service, bundle: Bundle) -> Iterator[Call]:
    """Yield the addresses that a container calls, as its configuration says."""
    for sort, found in CALLERS:
        if sort(service.settings):
            for text, protocol, path in found(service.settings):
                yield Call(service, text, protocol, (service.config, *path))
    if is_grafana(service):
        for source, path in bundle.datasources:
            if isinstance(dig(source, "url"), str):
                yield Call(service, source["url"], API, (*path, "url"))


Found = Iterator[tuple[str, str, Path]]


def collector_calls(data: Mapping[str, Any]) -> Found:
    """Yield where a collector exports to."""
    for name, exporter in items(data["exporters"]):
        protocol = EXPORTERS.get(str(name).split("/")[0])
        for key in ("endpoint", "traces_endpoint"):
            if protocol is not None and isinstance(dig(exporter, key), str):
                yield exporter[key], protocol, ("exporters", name, key)


def tempo_calls(data: Mapping[str, Any]) -> Found:
    """Yield where Tempo's metrics generator writes to."""
    for index, target in items(dig(data, "metrics_generator", "storage", "remote_write")):
        if isinstance(dig(target, "url"), str):
            yield target["url"], API, ("metrics_generator", "storage", "remote_write", index, "url")


def prometheus_calls(data: Mapping[str, Any]) -> Found:
    """Yield what Prometheus scrapes, and where it sends alerts."""
    lists = [(SCRAPES, index, one) for index, one in items(data.get(SCRAPES))]
    managers = items(dig(data, "alerting", "alertmanagers"))
    for path, config in [
        *(((key, index), one) for key, index, one in lists),
        *((("alerting", "alertmanagers", index), one) for index, one in managers),
    ]:
        for number, group in items(dig(config, "static_configs")):
            for place, target in items(dig(group, "targets")):
                yield str(target), API, (*path, "static_configs", number, "targets", place)


CALLERS: Final[tuple[tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], Found]], ...]] = (
    (is_collector, collector_calls),
    (is_tempo, tempo_calls),
    (is_prometheus, prometheus_calls),
)
