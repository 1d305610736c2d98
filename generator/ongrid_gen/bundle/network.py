"""Who listens where in a bundle, and who calls whom."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.conventions import (
    ALERTMANAGER_HTTP,
    COLLECTOR_HEALTH,
    COLLECTOR_METRICS,
    GRAFANA_HTTP,
    JAEGER_GRPC,
    JAEGER_HTTP,
    LOCALHOST,
    OTLP_GRPC,
    OTLP_HTTP,
    PROMETHEUS_HTTP,
    TEMPO_HTTP,
    ZIPKIN,
)
from ongrid_gen.problems import Path

GRPC: Final = "OTLP over gRPC"
HTTP: Final = "OTLP over HTTP"
API: Final = "HTTP"
SCRAPES: Final = "scrape_configs"
ITSELF: Final = (LOCALHOST, "127.0.0.1", "::1", "[::1]")
TLS: Final = "https://"
ADDRESS: Final = re.compile(r"https?://[^\s\"']+")
# What receivers speak, and the port they take by themselves.
PROTOCOLS: Final = {
    "otlp": {"grpc": (GRPC, OTLP_GRPC), "http": (HTTP, OTLP_HTTP)},
    "jaeger": {"grpc": ("Jaeger over gRPC", JAEGER_GRPC), "thrift_http": ("Jaeger over HTTP", JAEGER_HTTP)},
}
PORT: Final = re.compile("[0-9]{1,5}")
# The collector's exporters, by the part of their name before the slash.
EXPORTERS: Final = {"otlp": GRPC, "otlp_grpc": GRPC, "otlphttp": HTTP, "otlp_http": HTTP}
# Those that write to Prometheus.
WRITERS: Final = ("prometheusremotewrite", "prometheus_remote_write")


@dataclass(frozen=True, slots=True)
class Listener:
    """A port on which a container listens, and what it speaks there.

    `inward`: only the container itself hears what comes in. `secure`: it speaks TLS. `asks`: it wants a credential, or
    a certificate of an authority.
    """

    service: Service
    port: int
    protocol: str
    path: Path
    inward: bool = False
    secure: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """An address that a container calls: as written, and in parts. `path` is where it is written.

    `start` is where the address begins in what stands there. `secure`: it speaks TLS.
    """

    service: Service
    text: str
    protocol: str
    path: Path
    start: int = 0
    secure: bool = False

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
        yield from receiver_listeners(service, file, data.get("receivers"), ("receivers",))
        yield from collector_metrics(service, file, data)
        started = [name for _, name in items(dig(data, "service", "extensions"))]
        for name, extension in items(data.get("extensions")):
            if str(name).split("/")[0] == "health_check" and name in started:
                endpoint = dig(extension, "endpoint") or f"{LOCALHOST}:{COLLECTOR_HEALTH}"
                path = (file, "extensions", name, "endpoint")
                yield Listener(service, port_of(endpoint), API, path, is_inward(endpoint))
    elif is_tempo(data):
        yield Listener(
            service,
            port_of(dig(data, "server", "http_listen_port")) or TEMPO_HTTP,
            API,
            (file, "server"),
            str(dig(data, "server", "http_listen_address")) in ITSELF,
        )
        receivers = dig(data, "distributor", "receivers")
        yield from receiver_listeners(service, file, receivers, ("distributor", "receivers"))
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
    if found is None:
        yield Listener(service, usual, API, service.path)
    else:
        yield Listener(service, port_of(found[0]) or usual, API, found[1], is_inward(found[0]))


def collector_metrics(service: Service, file: str, data: Any) -> Iterator[Listener]:
    """Yield the port at which a collector tells of itself; without a word it tells only itself."""
    found = dig(data, "service", "telemetry", "metrics", "readers", 0, "pull", "exporter", "prometheus")
    inward = str(dig(found, "host") or LOCALHOST) in ITSELF
    port = port_of(dig(found, "port")) or COLLECTOR_METRICS
    yield Listener(service, port, API, (file, "service", "telemetry"), inward)


def receiver_listeners(service: Service, file: str, receivers: Any, below: Path) -> Iterator[Listener]:
    """Yield the ports of receivers."""
    for name, receiver in items(receivers):
        kind, path = str(name).split("/")[0], (file, *below, name)
        if kind == "zipkin":
            yield listener(service, ("Zipkin", ZIPKIN), path, receiver)
        known = PROTOCOLS.get(kind, {})
        for key, settings in items(dig(receiver, "protocols")):
            if key in known:
                yield listener(service, known[key], (*path, "protocols", key), settings)


def listener(service: Service, spoken: tuple[str, int], path: Path, settings: Any) -> Listener:
    """Return the port of one protocol; a collector that is told no address hears only itself."""
    protocol, usual = spoken
    endpoint, secure = dig(settings, "endpoint"), bool(dig(settings, "tls"))
    inward = is_inward(endpoint or (LOCALHOST if is_collector(service.settings) else ""))
    asks = bool(dig(settings, "auth", "authenticator") or dig(settings, "tls", "client_ca_file"))
    return Listener(service, port_of(endpoint) or usual, protocol, path, inward, secure, asks)


def port_of(address: Any) -> int:
    """Return the port of `host:port`, or of a port alone; 0 when there is none."""
    text = str(address or "").rpartition(":")[2]
    return int(text) if PORT.fullmatch(text) else 0


def is_inward(address: Any) -> bool:
    """Tell whether only the container itself reaches an address of its own."""
    text = str(address or "")
    return (text.rpartition(":")[0] or text) in ITSELF


def calls(service: Service, bundle: Bundle) -> Iterator[Call]:
    """Yield the addresses that a container calls, as its configuration says."""
    for sort, found in CALLERS:
        if sort(service.settings):
            for text, protocol, path, secure in found(service.settings):
                yield Call(service, text, protocol, (service.config, *path), 0, secure or text.startswith(TLS))
    for index, text in items(dig(service.data, "healthcheck", "test")):
        for address in ADDRESS.finditer(str(text)):
            path = (*service.path, "healthcheck", "test", index)
            yield Call(service, address[0], API, path, address.start(), address[0].startswith(TLS))
    if is_grafana(service):
        for source, path in bundle.datasources:
            if isinstance(dig(source, "url"), str):
                yield Call(service, source["url"], API, (*path, "url"), 0, source["url"].startswith(TLS))


# Address, protocol, place, and whether it is called by TLS though the address does not say so.
Found = Iterator[tuple[str, str, Path, bool]]


def collector_calls(data: Mapping[str, Any]) -> Found:
    """Yield where a collector exports to, and where it pushes its own metrics."""
    for name, exporter in items(data["exporters"]):
        sort = str(name).split("/")[0]
        protocol = API if sort in WRITERS else EXPORTERS.get(sort)
        for key in ("endpoint", "traces_endpoint"):
            if protocol is not None and isinstance(dig(exporter, key), str):
                secure = (
                    protocol == GRPC and "://" not in exporter[key] and dig(exporter, "tls", "insecure") is not True
                )
                yield exporter[key], protocol, ("exporters", name, key), secure
    for path, endpoint in pushes(data):
        yield endpoint, HTTP, path, False


def pushes(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield where a collector pushes its own metrics."""
    readers = ("service", "telemetry", "metrics", "readers")
    for index, reader in items(dig(data, *readers)):
        below = ("periodic", "exporter", "otlp")
        endpoint = dig(reader, *below, "endpoint")
        if isinstance(endpoint, str):
            yield (*readers, index, *below, "endpoint"), endpoint


def tempo_calls(data: Mapping[str, Any]) -> Found:
    """Yield where Tempo's metrics generator writes to."""
    for index, target in items(dig(data, "metrics_generator", "storage", "remote_write")):
        if isinstance(dig(target, "url"), str):
            yield target["url"], API, ("metrics_generator", "storage", "remote_write", index, "url"), False


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
                secure = dig(config, "scheme") == "https"
                yield str(target), API, (*path, "static_configs", number, "targets", place), secure


CALLERS: Final[tuple[tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], Found]], ...]] = (
    (is_collector, collector_calls),
    (is_tempo, tempo_calls),
    (is_prometheus, prometheus_calls),
)
