"""An agent without Docker: a unit of systemd for the collector's program, and what differs on a host.

The program reads `host.yaml` after `agent.yaml`, and lays it over: on a host only the ports of the spec are open, the
queue is where systemd gives the unit a folder, and secrets are where it hands them over (`LoadCredential`).
"""

from typing import Any, Final

from ongrid_gen.components import access, collector, own_metrics, receivers
from ongrid_gen.components.base import Tree, gomemlimit, yaml_file
from ongrid_gen.components.images import OTELCOL
from ongrid_gen.conventions import BANNER, COLLECTOR_HEALTH, LOCALHOST
from ongrid_gen.model import Edge, Site
from ongrid_gen.naming import edge_project
from ongrid_gen.text import Code, fill_source
from ongrid_gen.units import mebibytes

Config = dict[str, Any]
CONFIG: Final = "otelcol/host.yaml"
SECRETS: Final = "${env:CREDENTIALS_DIRECTORY}"
STATE: Final = "${env:STATE_DIRECTORY}"


def files(site: Site, edge: Edge, memory: int) -> Tree:
    """Return the files of an edge for a host; none where only the compose network leads to the gateway."""
    if not access.is_remote(site):
        return {}
    name = edge_project(site, edge.name)
    return {CONFIG: yaml_file(overlay(site, edge), site), f"{name}.service": unit(site, edge, name, memory)}


def overlay(site: Site, edge: Edge) -> Config:
    """Return what is laid over the configuration of the container."""
    way = access.way(site, SECRETS)
    guarded = {"tls": way["tls"]} if "tls" in way else {}
    extensions: Config = {"health_check": {"endpoint": f"{LOCALHOST}:{COLLECTOR_HEALTH}"}}
    if site.gateway.queue_persistent:
        extensions[collector.STORAGE] = {"directory": f"{STATE}/queue"}
    found: Config = {
        "extensions": extensions | access.agent_extensions(site, edge, SECRETS),
        "receivers": receivers.on_host(site.ingest),
    }
    if guarded:
        found["exporters"] = dict.fromkeys((collector.TO_GATEWAY, own_metrics.TO_GATEWAY), guarded)
    return found | {"service": {"telemetry": own_metrics.telemetry(edge, host=LOCALHOST)}}


def unit(site: Site, edge: Edge, name: str, memory: int) -> str:
    """Return the unit. All names in it are slugs."""
    folder = f"/etc/ongrid-gen/{name}"
    secrets = access.agent_secrets(site, edge)
    return fill_source(
        "systemd/agent.service.j2",
        banner=Code(BANNER.format(spec=site.spec_name)),
        agent=Code(name),
        unit=Code(f"{name}.service"),
        folder=Code(folder),
        version=Code(OTELCOL.official.rpartition(":")[2]),
        credentials=[Code(f"{secret}:{folder}/secrets/{file}") for secret, file in secrets.items()],
        gomemlimit=Code(gomemlimit(memory)),
        memory=Code(f"{mebibytes(memory)}M"),
    )
