"""The gateway: the collector in the centre. It renames aliases and hands every span to Tempo."""

from typing import Any, Final

from ongrid_gen.components import access, collector, limits, own_metrics, privacy
from ongrid_gen.components.base import ComposeService, Tree, publish, yaml_file
from ongrid_gen.components.channels import secret_name
from ongrid_gen.conventions import OTLP_GRPC, OTLP_HTTP, TEMPO_HOST
from ongrid_gen.model import Service, Site
from ongrid_gen.text import Code, fill, ottl_string

NAME: Final = "gateway"
CONFIG: Final = "otelcol/gateway.yaml"
RENAME: Final = 'set(resource.attributes["service.name"], << name >>) where << condition >>'
IS_ALIAS: Final = 'resource.attributes["service.name"] == << alias >>'


def files(site: Site) -> Tree:
    """Return the gateway's configuration."""
    return {CONFIG: yaml_file(config(site), site)}


def config(site: Site) -> dict[str, Any]:
    """Return the configuration: receive from agents, limit memory, rename, queue on disk, hand over to Tempo."""
    processors: dict[str, Any] = {"memory_limiter": collector.memory_limiter(site.gateway.memory)}
    processors |= access.identity(site)
    renames = [rename(service) for service in site.services if service.aliases]
    if renames:
        processors["transform/names"] = {
            "error_mode": "ignore",
            "trace_statements": [collector.literal(statement) for statement in renames],
        }
    processors |= privacy.processors(site) | limits.processors(site)
    extensions = {**collector.extensions(site), **access.gateway_extensions(site)}
    own = own_metrics.gateway_processors(site)
    return {
        "extensions": extensions,
        "receivers": {"otlp": {"protocols": access.protocols(site.gateway)}},
        "processors": {**processors, **own},
        "exporters": {
            "otlp_grpc/tempo": {
                "endpoint": f"{TEMPO_HOST}:{OTLP_GRPC}",
                "tls": {"insecure": True},
                **collector.delivery(site.gateway),
            },
            own_metrics.TO_PROMETHEUS: own_metrics.to_prometheus(),
        },
        "service": {
            "extensions": list(extensions),
            "telemetry": collector.telemetry(counts_requests=site.gateway.auth is not None),
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": list(processors), "exporters": ["otlp_grpc/tempo"]},
                own_metrics.PIPELINE: own_metrics.gateway_pipeline(list(own)),
            },
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
    made["depends_on"] = {**made.get("depends_on", {}), "tempo": {"condition": "service_started"}}
    return made
