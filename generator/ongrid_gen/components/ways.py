"""Whether a component is a container of ours or somebody else's program: the ways to it, and what they need.

Everything else asks here and does not decide by itself (docs/adr/0020-own-or-theirs.md).
"""

import ipaddress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from ongrid_gen.components.base import publish
from ongrid_gen.components.channels import secret_name
from ongrid_gen.components.sampling import replicated
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_HTTP,
    COLLECTOR_METRICS,
    DOCKER_HOST,
    GATEWAY_HOST,
    GRAFANA_HOST,
    LOKI_HOST,
    LOKI_HTTP,
    OTLP_GRPC,
    PROMETHEUS_HOST,
    PROMETHEUS_HTTP,
    SAMPLER_HOST,
    SECRETS_DIR,
    TEMPO_HOST,
    TEMPO_HTTP,
    TEMPO_METRICS_HOST,
)
from ongrid_gen.model import External, Site
from ongrid_gen.text import collector_escape

Config = dict[str, Any]

OWN: Final = {
    PROMETHEUS_HOST: f"http://{PROMETHEUS_HOST}:{PROMETHEUS_HTTP}",
    ALERTMANAGER_HOST: f"http://{ALERTMANAGER_HOST}:{ALERTMANAGER_HTTP}",
    TEMPO_HOST: f"http://{TEMPO_HOST}:{TEMPO_HTTP}",
    LOKI_HOST: f"http://{LOKI_HOST}:{LOKI_HTTP}",
}
OWN_TAKES: Final = {
    PROMETHEUS_HOST: f"{OWN[PROMETHEUS_HOST]}/api/v1/write",
    TEMPO_HOST: f"{TEMPO_HOST}:{OTLP_GRPC}",
}
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# The containers that call an external program.
CALLERS: Final = {
    PROMETHEUS_HOST: (GATEWAY_HOST, TEMPO_HOST, TEMPO_METRICS_HOST, GRAFANA_HOST),
    TEMPO_HOST: (GATEWAY_HOST, SAMPLER_HOST, GRAFANA_HOST),
    ALERTMANAGER_HOST: (PROMETHEUS_HOST, LOKI_HOST, GRAFANA_HOST),
    GRAFANA_HOST: (),
}
# The containers that an external program asks, or writes to.
ASKED: Final = {
    PROMETHEUS_HOST: (GATEWAY_HOST, TEMPO_HOST, TEMPO_METRICS_HOST, ALERTMANAGER_HOST, LOKI_HOST),
    TEMPO_HOST: (PROMETHEUS_HOST,),
    ALERTMANAGER_HOST: (),
    GRAFANA_HOST: (PROMETHEUS_HOST, TEMPO_HOST, ALERTMANAGER_HOST, LOKI_HOST),
}
# What is published for its metrics alone, and only where Prometheus is somebody else's: the port inside.
SCRAPED_ONLY: Final = {GATEWAY_HOST: COLLECTOR_METRICS, TEMPO_METRICS_HOST: TEMPO_HTTP}
LOOPBACK_ADDRESS: Final = "127.0.0.1"
EVERYWHERE: Final = ("0.0.0.0", "::")
# The network that leads out of the machine.
OUTWARD: Final = "published"


@dataclass(frozen=True, slots=True)
class Way:
    """The way from a container to a component: `url` to ask it, `takes` to send what it stores."""

    url: str
    takes: str
    external: External | None = None

    @property
    def client(self) -> Config:
        """What Prometheus, and Tempo in its remote write, say of whom they call besides the address."""
        theirs = self.external
        if theirs is None:
            return {}
        found: Config = {}
        if theirs.credential is not None:
            file = secret_path(theirs.credential)
            found = {"authorization": {"type": "Bearer", "credentials_file": file}}
            if theirs.user is not None:
                found = {"basic_auth": {"username": theirs.user, "password_file": file}}
        tls = {} if theirs.ca is None else {"ca_file": secret_path(theirs.ca)}
        tls |= {"server_name": name} if (name := moved_name(theirs.url)) else {}
        return {**found, **({"tls_config": tls} if tls else {})}

    @property
    def ruler(self) -> Config:
        """What Loki's ruler says of whom it calls. It reads no secret from a file (OG111)."""
        theirs = self.external
        if theirs is None:
            return {}
        tls: Config = {} if theirs.ca is None else {"tls_ca_path": secret_path(theirs.ca)}
        return tls | ({"tls_server_name": name} if (name := moved_name(theirs.url)) else {})

    @property
    def exporter(self) -> Config:
        """What an exporter of the collector's says of whom it calls besides the address."""
        theirs = self.external
        if theirs is None:
            return {}
        tls: Config = {} if theirs.ca is None else {"ca_file": secret_path(theirs.ca)}
        tls |= {"server_name_override": name} if (name := moved_name(theirs.takes)) else {}
        tls |= {"insecure": True} if theirs.takes.startswith("http:") else {}
        shown = next(iter(self.extension), "")
        return {**({"tls": tls} if tls else {}), **({"auth": {"authenticator": shown}} if shown else {})}

    @property
    def extension(self) -> Config:
        """The extension with which a collector shows who it is; none where it need not."""
        theirs = self.external
        if theirs is None or theirs.credential is None:
            return {}
        file = secret_path(theirs.credential)
        if theirs.user is None:
            return {f"bearertokenauth/{theirs.component}": {"filename": file}}
        shown = {"client_auth": {"username": collector_escape(theirs.user), "password_file": file}}
        return {f"basicauth/{theirs.component}": shown}


def secret_path(file: str) -> str:
    """Return where a secret file lies in a container."""
    return f"{SECRETS_DIR}/{secret_name(file)}"


def way_to(site: Site, component: str) -> Way:
    """Return the way from a container to a component, whosever it is."""
    theirs = site.external.get(component)
    if theirs is None:
        return Way(OWN[component], OWN_TAKES.get(component, ""))
    return Way(from_container(theirs.url), from_container(theirs.takes), theirs)


def extensions(site: Site, collector: str) -> Config:
    """Return the extensions by which a collector shows external programs who it is."""
    found = [way_to(site, theirs.component).extension for theirs in called_by(site, collector)]
    return {name: settings for one in found for name, settings in one.items()}


def is_here(url: str) -> bool:
    """Tell whether an address is this machine's own."""
    return urlsplit(url).hostname in LOOPBACK


def from_container(url: str) -> str:
    """Return an address as containers know it: to them, this machine's loopback is their own."""
    if not is_here(url):
        return url
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{DOCKER_HOST}{port}"))


def moved_name(url: str) -> str:
    """Return the name in a certificate when it is another than the one that containers call; else nothing."""
    return urlsplit(url).hostname or "" if url.startswith("https:") and is_here(url) else ""


def secrets_for(theirs: External) -> list[str]:
    """Return the files that somebody who calls an external program needs, relative to the folder of the spec."""
    return [file for file in (theirs.credential, theirs.ca) if file is not None]


def called_by(site: Site, service: str) -> list[External]:
    """Return the external programs that a container calls.

    A Tempo that only stores writes no series, and a gateway with samplers behind it hands spans to them.
    """
    of, _, number = service.rpartition("-")
    caller = SAMPLER_HOST if of == SAMPLER_HOST and number.isdigit() else service
    spared = {(GATEWAY_HOST, TEMPO_HOST)} if replicated(site) else set()
    spared |= {(TEMPO_HOST, PROMETHEUS_HOST)} if site.sampling.tail is not None else set()
    return [
        theirs for name, theirs in site.external.items() if caller in CALLERS[name] and (caller, name) not in spared
    ]


def settled(site: Site, services: dict[str, Config]) -> dict[str, Config]:
    """Return the containers that are ours, with what they need for the ways to those that are not."""
    own = {name: service for name, service in services.items() if site.owns(name)}
    return {name: reachable(site, name, equipped(site, name, waiting(service, own))) for name, service in own.items()}


def asking(site: Site, service: str) -> list[External]:
    """Return the external programs that ask a container. Tempo's writes series where no second one does."""
    counts = site.sampling.tail is not None
    return [
        theirs
        for name, theirs in site.external.items()
        if service in ASKED[name] and not (counts and name == TEMPO_HOST)
    ]


def outer_port(site: Site, service: str) -> int:
    """Return the port of this machine at which external programs reach a container."""
    return {
        PROMETHEUS_HOST: site.prometheus.port,
        TEMPO_HOST: site.tempo.port,
        ALERTMANAGER_HOST: site.alertmanager.port,
        LOKI_HOST: 0 if site.logs is None else site.logs.port,
        GATEWAY_HOST: site.reach.gateway_port,
        TEMPO_METRICS_HOST: site.reach.tempo_metrics_port,
    }[service]


def published(site: Site) -> list[tuple[tuple[str, str], int]]:
    """Return the ports of the centre's own programs on this machine, by their keys in the spec."""
    found = [((name, "port"), outer_port(site, name)) for name in (TEMPO_HOST, PROMETHEUS_HOST, ALERTMANAGER_HOST)
             if site.owns(name)]  # fmt: skip
    if site.logs is not None:
        found.append((("logs", "port"), site.logs.port))
    if site.grafana.enabled:
        found.append(((GRAFANA_HOST, "port"), site.grafana.port))
    for name, key in ((GATEWAY_HOST, "gateway_port"), (TEMPO_METRICS_HOST, "tempo_metrics_port")):
        if asking(site, name) and (name == GATEWAY_HOST or site.sampling.tail is not None):
            found.append((("reach", key), outer_port(site, name)))
    return found


def address_for_them(site: Site, service: str) -> str:
    """Return host and port at which external programs reach a container of ours."""
    return f"{site.reach.host}:{outer_port(site, service)}"


def url_for_them(site: Site, component: str) -> str:
    """Return where an external program asks a component, whosever that is."""
    theirs = site.external.get(component)
    return f"http://{address_for_them(site, component)}" if theirs is None else theirs.url


def reachable(site: Site, name: str, service: Config) -> Config:
    """Return a container whose port the external programs that ask it reach."""
    if not asking(site, name):
        return service
    ports = list(service.get("ports", ()))
    if name in SCRAPED_ONLY:
        ports.append(publish(LOOPBACK_ADDRESS, outer_port(site, name), SCRAPED_ONLY[name]))
    own = [one for one in ports if one.startswith(f"{LOOPBACK_ADDRESS}:")]
    listen = site.reach.listen
    if listen in EVERYWHERE:
        ports = [one for one in ports if one not in own]
    if not ipaddress.ip_address(listen).is_loopback:
        ports += [f"{bracketed(listen)}{one.removeprefix(LOOPBACK_ADDRESS)}" for one in own]
    return {**service, "ports": ports}


def bracketed(address: str) -> str:
    """Return an address as it stands before a port."""
    return f"[{address}]" if ":" in address else address


def waiting(service: Config, own: dict[str, Config]) -> Config:
    """Return a container that waits for none that is not there."""
    awaited = service.get("depends_on", {})
    left = {name: condition for name, condition in awaited.items() if name in own}
    if left == awaited:
        return service
    found = service | {"depends_on": left}
    return {key: value for key, value in found.items() if key != "depends_on" or left}


def equipped(site: Site, name: str, service: Config) -> Config:
    """Return a container with network, host name and secrets for the external programs that it calls."""
    called = called_by(site, name)
    if not called:
        return service
    names = [*service.get("secrets", ()), *(secret_name(file) for one in called for file in secrets_for(one))]
    found = dict(service)
    if names:
        found["secrets"] = list(dict.fromkeys(names))
    if any(is_here(url) for one in called for url in (one.url, one.takes)):
        found["extra_hosts"] = list(dict.fromkeys([*service.get("extra_hosts", ()), f"{DOCKER_HOST}:host-gateway"]))
    if not {OUTWARD, "ingest"}.intersection(service["networks"]):
        found["networks"] = [*service["networks"], OUTWARD]
    return found
