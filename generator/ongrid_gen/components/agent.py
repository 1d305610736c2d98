"""The agents: one collector beside applications per edge, in a folder complete in itself, `edge/<name>/`."""

from typing import Any, Final

from ongrid_gen.components import access, collector, host_agent, own_metrics, privacy, receivers
from ongrid_gen.components.base import Tree, publish, stamped, yaml_file
from ongrid_gen.conventions import AGENT_HOST, COLLECTOR_HEALTH, EDGE, SECRETS_VARIABLE
from ongrid_gen.model import Edge, Site
from ongrid_gen.naming import edge_project, ingest_network

NAME: Final = "agent"
CONFIG: Final = "otelcol/agent.yaml"
MEMORY: Final = 256 << 20
# The folder of the secrets beside the folder of the edge's, as it is copied to its machine; `up` sets the variable.
SECRETS_DEFAULT: Final = "./secrets"


def files(site: Site) -> Tree:
    """Return the folder of every edge."""
    tree: Tree = {}
    for edge in site.edges:
        own = {CONFIG: yaml_file(config(site, edge), site), **host_agent.files(site, edge, MEMORY)}
        own["compose.yaml"] = yaml_file(compose(site, edge, own), site)
        tree |= {f"edge/{edge.name}/{path}": text for path, text in own.items()}
    return tree


def config(site: Site, edge: Edge) -> dict[str, Any]:
    """Return the agent's configuration: receive, limit memory, stamp the edge, queue on disk, forward."""
    way = access.way(site)
    extensions = {**collector.extensions(site), **access.agent_extensions(site, edge)}
    accepted = receivers.config(site.ingest)
    processors = {
        "memory_limiter": collector.memory_limiter(MEMORY),
        "resource/site": {"attributes": attributes(site, edge)},
        **privacy.processors(site),
    }
    return {
        "extensions": extensions,
        "receivers": {**accepted, own_metrics.RECEIVER: own_metrics.receiver()},
        "processors": processors,
        "exporters": {
            collector.TO_GATEWAY: {**way, **collector.delivery(site.gateway)},
            own_metrics.TO_GATEWAY: own_metrics.to_gateway(way),
        },
        "service": {
            "extensions": list(extensions),
            "telemetry": own_metrics.telemetry(edge),
            "pipelines": {
                "traces": {
                    "receivers": list(accepted),
                    "processors": list(processors),
                    "exporters": [collector.TO_GATEWAY],
                },
                own_metrics.PIPELINE: own_metrics.agent_pipeline(),
            },
        },
    }


def attributes(site: Site, edge: Edge) -> list[dict[str, str]]:
    """Return what every span of this edge carries."""
    wanted = {"deployment.environment": site.environment, **edge.attributes, EDGE: edge.name}
    return [
        {"key": collector.literal(key), "value": collector.literal(value), "action": "upsert"}
        for key, value in wanted.items()
    ]


def compose(site: Site, edge: Edge, files: Tree) -> dict[str, Any]:
    """Return the compose file of one edge; `files` are the others of its folder."""
    ingest = site.ingest
    ports = [publish(ingest.listen, ingest.ports[door.key], door.port) for door in receivers.doors(ingest)]
    secrets = access.agent_secrets(site, edge)
    services = {
        NAME: collector.container(
            site,
            name=NAME,
            config_dir="./otelcol",
            memory=MEMORY,
            networks=["ingest"],
            ports=ports,
            secrets=list(secrets),
        ),
        "ready": collector.prober(site.images, [f"{AGENT_HOST}:{COLLECTOR_HEALTH}"], ["ingest"]),
    }
    if site.gateway.queue_persistent:
        services[f"{NAME}{collector.INIT_SUFFIX}"] = collector.queue_init(site, NAME)
    data: dict[str, Any] = {"name": edge_project(site, edge.name), "services": stamped(services, files)}
    if site.gateway.queue_persistent:
        data["volumes"] = {"agent-queue": {}}
    # the network of the centre is on its machine only
    shared = {"name": ingest_network(site), "external": True}
    data["networks"] = {"ingest": {} if access.is_remote(site) else shared}
    if secrets:
        data["secrets"] = {
            name: {"file": f"${{{SECRETS_VARIABLE}:-{SECRETS_DEFAULT}}}/{file}"} for name, file in secrets.items()
        }
    return data
