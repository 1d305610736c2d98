"""Loki 3.7: one process, its data on a volume. Keys, names and traps were read from the running program (3.7.8).

What no file says aloud: retention deletes nothing without the compactor's switch, a push over the burst limit is
refused for ever, and the log of what is no chunk yet is read back into memory at a start.
"""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.alerts import log_rule_files
from ongrid_gen.components import ways
from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.images import LOKI
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    LOG_LABELS,
    LOKI_HOST,
    LOKI_HTTP,
)
from ongrid_gen.model import Logs, Site
from ongrid_gen.rulefiles import log_rules_data
from ongrid_gen.units import format_duration

NAME: Final = "loki"
CONFIG: Final = "loki/loki.yaml"
FOLDER: Final = "/etc/loki"
# Whom rules are of where nobody logs in: the name of a folder, and of nobody.
TENANT: Final = "fake"
RULES: Final = f"loki/rules/{TENANT}"
DATA: Final = "/loki"
GRPC: Final = 9096
MEMORY: Final = {"kvstore": {"store": "inmemory"}}
# A push is refused as a whole, and sent again for ever, when it is more than the burst: the largest that a gateway
# makes of twice its batch, each record with the attributes of its resource, must be less.
RATE_MB: Final = 16
BURST_MB: Final = 64
STREAM_BURST_MB: Final = 32
# What is read back at a start may take this share of the memory (in per cent) before it is written out.
REPLAY: Final = 30


def files(site: Site) -> Tree:
    """Return the configuration and the rules on logs; nothing where the spec keeps no logs."""
    if site.logs is None:
        return {}
    rules = {f"{RULES}/{file.name}.yaml": yaml_file(log_rules_data(file, site), site) for file in log_rule_files(site)}
    return {CONFIG: yaml_file(config(site, site.logs), site), **rules}


def config(site: Site, logs: Logs) -> dict[str, Any]:
    """Return loki.yaml."""
    return {
        "auth_enabled": False,
        "server": {
            "http_listen_port": LOKI_HTTP,
            "grpc_listen_port": GRPC,
            "log_level": "warn",
            "grpc_server_max_recv_msg_size": BURST_MB << 20,
            "grpc_server_max_send_msg_size": BURST_MB << 20,
        },
        "common": {
            "instance_addr": "127.0.0.1",
            "path_prefix": DATA,
            "replication_factor": 1,
            "ring": MEMORY,
            "storage": {"filesystem": {"chunks_directory": f"{DATA}/chunks", "rules_directory": f"{DATA}/rules"}},
        },
        "schema_config": {
            "configs": [
                {
                    "from": "2024-04-01",
                    "store": "tsdb",
                    "object_store": "filesystem",
                    "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        "ingester": {
            "lifecycler": {"min_ready_duration": "0s"},
            "wal": {
                "enabled": True,
                "dir": f"{DATA}/wal",
                "flush_on_shutdown": True,
                "replay_memory_ceiling": f"{(logs.memory * REPLAY // 100) >> 20}MB",
            },
        },
        "limits_config": limits(logs),
        "compactor": {
            "working_directory": f"{DATA}/compactor",
            "retention_enabled": True,
            "delete_request_store": "filesystem",
            "compaction_interval": "10m",
            "retention_delete_delay": "2h",
        },
        "ruler": ruler(site),
        "analytics": {"reporting_enabled": False},
    }


def limits(logs: Logs) -> dict[str, Any]:
    """Return what one site may send. Attributes that are no labels stay with each record, trace and span id too."""
    return {
        "retention_period": format_duration(logs.retention),
        "ingestion_rate_mb": RATE_MB,
        "ingestion_burst_size_mb": BURST_MB,
        "per_stream_rate_limit": f"{RATE_MB}MB",
        "per_stream_rate_limit_burst": f"{STREAM_BURST_MB}MB",
        "max_line_size_truncate": True,
        "volume_enabled": True,
        "otlp_config": {
            "resource_attributes": {
                # of themselves labels would be the process and the pod: each start would begin a stream
                "ignore_defaults": True,
                "attributes_config": [{"action": "index_label", "attributes": list(LOG_LABELS)}],
            }
        },
    }


def ruler(site: Site) -> dict[str, Any]:
    """Return what evaluates the rules. Prometheus' external labels are not on its alerts: it has its own."""
    way = ways.way_to(site, ALERTMANAGER_HOST)
    return {
        "storage": {"type": "local", "local": {"directory": f"{FOLDER}/rules"}},
        "rule_path": f"{DATA}/rules-temp",
        "alertmanager_url": way.url,
        **({"alertmanager_client": way.ruler} if way.ruler else {}),
        "enable_alertmanager_v2": True,
        "enable_api": True,
        "external_labels": dict(site.external_labels),
        "external_url": site.grafana.url,
        "ring": MEMORY,
    }


def service(site: Site, logs: Logs) -> ComposeService:
    """Return Loki's container."""
    return Container(
        image=LOKI.reference(site.images),
        user="10001:10001",
        command=[f"-config.file={FOLDER}/loki.yaml"],
        memory=logs.memory,
        networks=["inside", "published"],
        volumes=[f"./loki:{FOLDER}:ro", "loki-data:/loki"],
        ports=[publish("127.0.0.1", logs.port, LOKI_HTTP)],
        extra={
            "hostname": LOKI_HOST,
            "tmpfs": ["/tmp"],
            "stop_grace_period": "30s",
            "healthcheck": {
                "test": ["CMD", "/usr/bin/loki", "-health"],
                "interval": "5s",
                "timeout": "6s",
                "retries": 3,
                "start_period": "60s",
            },
        },
    ).as_compose(stand_ins=site.images.stand_ins)


def services(site: Site) -> Iterator[tuple[str, ComposeService]]:
    """Yield Loki's container by its name, where the spec keeps logs."""
    if site.logs is not None:
        yield NAME, service(site, site.logs)
