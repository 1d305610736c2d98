"""What agent and gateway share: both are OpenTelemetry Collectors (contrib 0.155), batching behind the queue on disk.

There is no `batch` processor: what it holds has been acknowledged and is lost on `kill -9`. The exporter's persistent
queue batches instead, measured on 0.155: 0 of 3,218 accepted traces lost against 405 of 3,334.
"""

from typing import Any, Final

from ongrid_gen.components.base import ComposeService, Container
from ongrid_gen.components.images import BUSYBOX, OTELCOL
from ongrid_gen.conventions import COLLECTOR_HEALTH, COLLECTOR_METRICS
from ongrid_gen.model import Gateway, Images, Site
from ongrid_gen.text import collector_escape
from ongrid_gen.units import go_duration, mebibytes

Config = dict[str, Any]
STORAGE: Final = "file_storage/queue"
QUEUE_DIR: Final = "/var/lib/otelcol"
USER_ID: Final = 10001
USER: Final = f"{USER_ID}:{USER_ID}"
INIT_SUFFIX: Final = "-queue-init"  # of the container that prepares the queue's volume and ends
TO_GATEWAY: Final = "otlp_http/gateway"  # the agents' exporter of spans
STOP_GRACE: Final = "30s"
# What the level `detailed` has besides. A view that drops leaves nothing for another view of the same name to keep.
DETAILS: Final = ("http.client.*", "http.server.*.body.size", "rpc.*", "otelcol_exporter_queue_batch*",
                  "otelcol_processor_internal_duration")  # fmt: skip
ANSWERS: Final[Config] = {
    "selector": {"instrument_name": "http.server.request.duration"},
    "stream": {
        "attribute_keys": {"included": ["http.response.status_code"]},
        "aggregation": {"explicit_bucket_histogram": {"boundaries": [], "record_min_max": False}},
    },
}


def memory_limiter(memory: int) -> Config:
    """Refuse (senders retry) at 80 % of the container's memory, 20 % of it below for a burst."""
    return {
        "check_interval": "1s",
        "limit_mib": mebibytes(memory * 8 // 10),
        "spike_limit_mib": mebibytes(memory * 2 // 10),
    }


def extensions(site: Site) -> Config:
    """Health check, and the queue on disk unless the spec turns it off."""
    found: Config = {"health_check": {"endpoint": f"0.0.0.0:{COLLECTOR_HEALTH}"}}
    if site.gateway.queue_persistent:
        found[STORAGE] = {"directory": f"{QUEUE_DIR}/queue", "create_directory": True}
    return found


def delivery(gateway: Gateway) -> Config:
    """Retry without end, and a queue that counts spans and forms the batches."""
    queue: Config = {"storage": STORAGE} if gateway.queue_persistent else {}
    queue |= {
        "sizer": "items",
        "queue_size": gateway.queue_size,
        "batch": {
            "flush_timeout": go_duration(gateway.batch_timeout),
            "min_size": gateway.batch_size,
            "max_size": gateway.batch_size * 2,
        },
    }
    return {
        "retry_on_failure": {
            "enabled": True,
            "initial_interval": "1s",
            "max_interval": "30s",
            "max_elapsed_time": "0s",
        },
        "sending_queue": queue,
    }


def telemetry(*, host: str = "0.0.0.0", counts_requests: bool = False) -> Config:
    """The collector's own metrics, under names that do not depend on its version.

    With `counts_requests` also how it answered over HTTP. That is a metric of the level `detailed`, whose others are
    left out, as are its labels but for the answer: one of them is whatever host a client names.
    """
    exporter = {"host": host, "port": COLLECTOR_METRICS, "without_type_suffix": True, "without_units": True}
    metrics: Config = {"level": "normal", "readers": [{"pull": {"exporter": {"prometheus": exporter}}}]}
    if counts_requests:
        metrics |= {"level": "detailed", "views": [*map(unseen, DETAILS), ANSWERS]}
    return {"metrics": metrics}


def unseen(instruments: str) -> Config:
    """Return the view that leaves metrics out."""
    return {"selector": {"instrument_name": instruments}, "stream": {"aggregation": {"drop": {}}}}


def literal(value: str) -> str:
    """Return text of the spec so that the collector does not look for variables in it."""
    return collector_escape(value)


def container(
    site: Site, *, name: str, config_dir: str, memory: int, networks: list[str], ports: list[str], secrets: list[str]
) -> ComposeService:
    """Return a collector's container."""
    volumes = [f"{config_dir}:/etc/otelcol:ro"]
    extra: ComposeService = {"hostname": name, "stop_grace_period": STOP_GRACE}
    if secrets:
        extra["secrets"] = secrets
    if site.gateway.queue_persistent:
        volumes.append(f"{name}-queue:{QUEUE_DIR}")
        extra["depends_on"] = {f"{name}{INIT_SUFFIX}": {"condition": "service_completed_successfully"}}
    return Container(
        image=OTELCOL.reference(site.images),
        user=USER,
        command=[f"--config=/etc/otelcol/{name}.yaml"],
        memory=memory,
        networks=networks,
        volumes=volumes,
        ports=ports,
        extra=extra,
    ).as_compose(stand_ins=site.images.stand_ins)


def queue_init(site: Site, name: str) -> ComposeService:
    """Give the queue's volume to the collector's user: its image is built from scratch and cannot."""
    return {
        "image": BUSYBOX.reference(site.images),
        **({"pull_policy": "never"} if site.images.stand_ins else {}),
        "user": "0:0",
        "command": ["sh", "-c", f"mkdir -p {QUEUE_DIR}/queue && chown -R {USER} {QUEUE_DIR}"],
        "volumes": [f"{name}-queue:{QUEUE_DIR}"],
        "network_mode": "none",
        "mem_limit": "32m",
        "read_only": True,
        "cap_drop": ["ALL"],
        "cap_add": ["CHOWN", "DAC_OVERRIDE"],
        "security_opt": ["no-new-privileges:true"],
    }


def prober(images: Images, targets: list[str], networks: list[str]) -> ComposeService:
    """Ask what has no probe of its own (no shell in the image); dependents wait for this one to be healthy."""
    asks = " && ".join(f"wget -q -O /dev/null http://{target}" for target in targets)
    return {
        "image": BUSYBOX.reference(images),
        **({"pull_policy": "never"} if images.stand_ins else {}),
        "user": "65534:65534",
        "command": ["sleep", "2147483647"],
        "init": True,
        "healthcheck": {
            "test": ["CMD-SHELL", asks],
            "interval": "3s",
            "timeout": "5s",
            "retries": 2,
            "start_period": "60s",
        },
        "mem_limit": "32m",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "restart": "unless-stopped",
        "networks": networks,
    }
