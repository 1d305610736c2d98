"""The gateway: the collector in the centre. It renames aliases and hands every span to Tempo.

Where traces are sampled the way forks behind all that: to the Tempo that counts goes everything, to the one that
stores what is kept (docs/adr/0014-red-before-sampling.md).
"""

from typing import Any, Final

from ongrid_gen.components import access, collector, limits, own_metrics, privacy, sampling
from ongrid_gen.components.base import ComposeService, Tree, publish, yaml_file
from ongrid_gen.components.channels import secret_name
from ongrid_gen.components.tempo.base import COUNT, STORE, Role, roles
from ongrid_gen.conventions import OTLP_GRPC, OTLP_HTTP
from ongrid_gen.model import Service, Site
from ongrid_gen.text import Code, fill, ottl_string

NAME: Final = "gateway"
CONFIG: Final = "otelcol/gateway.yaml"
RENAME: Final = 'set(resource.attributes["service.name"], << name >>) where << condition >>'
# The two branches of the way, as connectors and as the pipelines behind them.
COUNTED: Final = "counted"
STORED: Final = "stored"
IS_ALIAS: Final = 'resource.attributes["service.name"] == << alias >>'


def files(site: Site) -> Tree:
    """Return the gateway's configuration."""
    return {CONFIG: yaml_file(config(site), site)}


def config(site: Site) -> dict[str, Any]:
    """Return the configuration: receive from agents, limit memory, rename, sample, queue, hand over to Tempo."""
    tail = site.sampling.tail
    processors: dict[str, Any] = {"memory_limiter": collector.memory_limiter(site.gateway.memory)}
    processors |= access.identity(site)
    renames = [rename(service) for service in site.services if service.aliases]
    if renames:
        processors["transform/names"] = {
            "error_mode": "ignore",
            "trace_statements": [collector.literal(statement) for statement in renames],
        }
    processors |= privacy.processors(site) | limits.processors(site)
    sampler = {} if tail is None else {sampling.PROCESSOR: sampling.processor(site, tail)}
    extensions = {**collector.extensions(site), **access.gateway_extensions(site)}
    own = own_metrics.gateway_processors(site)
    return {
        "extensions": extensions,
        "receivers": {"otlp": {"protocols": access.protocols(site.gateway)}},
        **({"connectors": {forward(branch): {} for branch in (COUNTED, STORED)}} if sampler else {}),
        "processors": {**processors, **sampler, **own},
        "exporters": {
            **{exporter(role): to_tempo(site, role) for role in roles(site)},
            own_metrics.TO_PROMETHEUS: own_metrics.to_prometheus(),
        },
        "service": {
            "extensions": list(extensions),
            "telemetry": collector.telemetry(counts_requests=site.gateway.auth is not None),
            "pipelines": {
                **(forked(processors) if sampler else straight(processors, roles(site)[0])),
                own_metrics.PIPELINE: own_metrics.gateway_pipeline(list(own)),
            },
        },
    }


def to_tempo(site: Site, role: Role) -> dict[str, Any]:
    """Return the exporter to one Tempo, with a queue of its own."""
    return {"endpoint": f"{role.host}:{OTLP_GRPC}", "tls": {"insecure": True}, **collector.delivery(site.gateway)}


def exporter(role: Role) -> str:
    """Return the name of the exporter to one Tempo."""
    return f"otlp_grpc/{role.host}"


def forward(branch: str) -> str:
    """Return the connector into one branch."""
    return f"forward/{branch}"


def straight(processors: dict[str, Any], role: Role) -> dict[str, Any]:
    """Return the pipeline of a gateway that does not sample."""
    return {"traces": {"receivers": ["otlp"], "processors": list(processors), "exporters": [exporter(role)]}}


def forked(processors: dict[str, Any]) -> dict[str, Any]:
    """Return the pipelines of one that does. The memory limiter stands before the fork: behind it nothing is refused
    but by a full queue, and then the agents send the whole batch again.
    """
    branches = [forward(COUNTED), forward(STORED)]
    return {
        "traces": {"receivers": ["otlp"], "processors": list(processors), "exporters": branches},
        f"traces/{COUNTED}": {"receivers": [forward(COUNTED)], "exporters": [exporter(COUNT)]},
        f"traces/{STORED}": {
            "receivers": [forward(STORED)],
            "processors": [sampling.PROCESSOR],
            "exporters": [exporter(STORE)],
        },
    }


def rename(service: Service) -> str:
    """Return the statement that gives spans of an alias the one name of their service."""
    condition = " or ".join(fill(IS_ALIAS, alias=ottl_string(alias)) for alias in service.aliases)
    return fill(RENAME, name=ottl_string(service.name), condition=Code(condition))


def service(site: Site) -> ComposeService:
    """Return the gateway's container. Agents reach it in the network `ingest`, or where the spec says."""
    gateway = site.gateway
    made = collector.container(
        site,
        name=NAME,
        config_dir="./otelcol",
        memory=site.gateway.memory,
        networks=["inside", "ingest"],
        ports=[publish(gateway.listen, gateway.port, OTLP_HTTP)] if access.is_remote(site) else [],
        secrets=[secret_name(file) for file in access.gateway_secrets(site)],
    )
    # stopping goes in reverse: the gateway stops before Tempo, and keeps what it still has in its queue
    made["depends_on"] = {**made.get("depends_on", {}), **waits_for(site)}
    return made


def waits_for(site: Site) -> dict[str, Any]:
    """Return the conditions of a start: every Tempo is there."""
    return {role.host: {"condition": "service_started"} for role in roles(site)}
