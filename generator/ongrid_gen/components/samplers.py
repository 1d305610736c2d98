"""The samplers: collectors behind the gateway that share its tail sampling (docs/adr/0018-shared-sampling.md).

The gateway spreads traces over them by trace ID, so that each decides on whole ones. They are alike, and read one file.
The exporter that spreads them cannot be built from packages: its keys are checked against those of its version, and
with stand-ins there is one gateway that samples itself.
"""

from typing import Any, Final

from ongrid_gen.components import collector, sampling, stores, ways
from ongrid_gen.components.access import GRPC_MEBIBYTES
from ongrid_gen.components.base import ComposeService, Tree, yaml_file
from ongrid_gen.components.tempo.base import STORE
from ongrid_gen.conventions import OTLP_GRPC, SAMPLER_HOST
from ongrid_gen.model import Site

NAME: Final = SAMPLER_HOST
CONFIG: Final = "sampler/sampler.yaml"
BALANCER: Final = "load_balancing"


def files(site: Site) -> Tree:
    """Return the configuration that all samplers read; none where the gateway samples itself."""
    return {CONFIG: yaml_file(config(site), site)} if sampling.replicated(site) else {}


def hosts(site: Site) -> list[str]:
    """Return the names of the samplers' containers."""
    if not sampling.replicated(site):
        return []
    return [f"{SAMPLER_HOST}-{number}" for number in range(1, site.gateway.replicas + 1)]


def config(site: Site) -> dict[str, Any]:
    """Return the configuration: receive from the gateway, limit memory, sample, queue, hand over to Tempo."""
    tail = site.sampling.tail
    assert tail is not None
    processors: dict[str, Any] = {
        "memory_limiter": collector.memory_limiter(site.gateway.memory),
        sampling.PROCESSOR: sampling.processor(site, tail),
    }
    grpc = {"endpoint": f"0.0.0.0:{OTLP_GRPC}", "max_recv_msg_size_mib": GRPC_MEBIBYTES}
    extensions = {**collector.extensions(site), **ways.extensions(site, SAMPLER_HOST)}
    return {
        "extensions": extensions,
        "receivers": {"otlp": {"protocols": {"grpc": grpc}}},
        "processors": processors,
        "exporters": stores.to_store(site),
        "service": {
            "extensions": list(extensions),
            "telemetry": collector.telemetry(),
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": list(processors),
                    "exporters": [stores.name_of_store(site)],
                },
            },
        },
    }


def balancer(site: Site) -> dict[str, Any]:
    """Return the gateway's exporter to the samplers.

    The list is fixed: a sampler that is away leaves its share in the queue, and nobody else decides on parts of its
    traces. The queue is the exporter's own, as those below it, one for each sampler, cannot (read, not tried).
    """
    below = {"tls": {"insecure": True}, "sending_queue": {"enabled": False}, "retry_on_failure": {"enabled": False}}
    return {
        "routing_key": "traceID",
        **collector.delivery(site.gateway),
        "protocol": {"otlp": below},
        "resolver": {"static": {"hostnames": [f"{host}:{OTLP_GRPC}" for host in hosts(site)]}},
    }


def service(site: Site, host: str) -> ComposeService:
    """Return the container of one sampler. It stops before Tempo, and decides then on what it holds."""
    made = collector.container(
        site, name=host, config_dir=f"./{NAME}", config=NAME, memory=site.gateway.memory, networks=["inside"], ports=[],
        secrets=[],
    )  # fmt: skip
    made["depends_on"] = {**made.get("depends_on", {}), STORE.host: {"condition": "service_started"}}
    return made
