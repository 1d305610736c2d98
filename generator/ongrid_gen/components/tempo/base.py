"""What the dialects of Tempo share: the generator's processors, remote write, storage. Facts measured on 1.5.0,
2.10.8 and 3.0.3."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.conventions import (
    GRAPH_BOUNDS,
    OTLP_GRPC,
    PROMETHEUS_HOST,
    PROMETHEUS_HTTP,
    SERVICE_NAME_DIMENSION,
    SIZE,
    TEMPO_HOST,
    TEMPO_HTTP,
    TEMPO_METRICS_HOST,
)
from ongrid_gen.model import Site
from ongrid_gen.units import go_duration

Config = dict[str, Any]

# Spans of a trace stay in memory until it has been idle this long, then they are in the log on disk. `kill -9` loses
# what is younger, so it is short; a trace that goes on later is put together again when it is read.
TRACE_IDLE = "2s"
FLUSH_CHECK = "1s"
# Each flush is a file of the head block, and completing the block opens them all at once. With blocks of 5m (300 files)
# Tempo 2.10.8 was killed for memory at 512 MiB after five minutes of 108 spans/s, and again at every start; with 30s
# it peaked at 420 MiB, and at 482 MiB with 1,000 spans/s (measured).
BLOCK = "30s"
# Requests whose other half is awaited for the service graph, for `wait`: the default (10,000) drops spans at 1,000
# root spans/s (seen with 2.10.8).
GRAPH_ITEMS = 100_000
# 30 MB/s, and live traces for some 20,000 new ones a second: the defaults (15 MB/s, 10,000) discard with a 200.
RATE_LIMIT = 30_000_000
LIVE_TRACES = 100_000
# Spans that ended longer ago make no metrics (2.10 and 3.0), in seconds; and what of it remains for waiting that is not
# ours: the applications' own batches (5 s), what is sent again, the network.
# How long who only counts keeps traces, which nobody looks for there; what it has deleted stays for as long again.
COUNTED = "10m"
DELETED = "5m"
SLACK = Decimal(30)
LATENCY_OF_SENDERS = Decimal(10)


@dataclass(frozen=True, slots=True)
class Role:
    """What one Tempo of the site is for. `stores` traces for people, `generates` metrics; `host` is its name.

    One does both, unless traces are sampled: then one stores what is kept, and another counts all (docs/adr/0014).
    """

    host: str
    stores: bool
    generates: bool

    @property
    def config(self) -> str:
        """The file of its configuration in the bundle."""
        return f"{self.host}/tempo.yaml"


WHOLE: Final = Role(TEMPO_HOST, stores=True, generates=True)
STORE: Final = Role(TEMPO_HOST, stores=True, generates=False)
COUNT: Final = Role(TEMPO_METRICS_HOST, stores=False, generates=True)


def roles(site: Site) -> tuple[Role, ...]:
    """Return what there is of Tempo in the site."""
    return (WHOLE,) if site.sampling.tail is None else (STORE, COUNT)


@dataclass(frozen=True, slots=True)
class Watched:
    """Names of Tempo's own metrics, and labels of them, that differ between its versions.

    `flush_failures` count blocks that could not be written, each from 0 on; `flushed_bytes` is a histogram's sum. What
    is None or False a version does not tell. `collection_label` is what failed collections of the generator are told
    apart by; `collections_born` says that their counter does not exist before the first. `skew_warnings` says that
    traces of another time are counted as warnings; elsewhere a histogram of the spans' ages tells.
    """

    flush_failures: tuple[str, ...]
    flush_queue: str
    flushed_bytes: str
    live_traces: str
    graph_dropped: tuple[str, ...]
    collection_label: str
    collections_born: bool
    late_spans: bool
    lag: bool
    wal_size: bool
    skew_warnings: bool


class Dialect(Protocol):
    """A module that knows the configuration language of one version of Tempo.

    `VERIFIES` tells whether it can check a configuration offline, `STOPS_POLITELY` whether what it refuses while it
    stops is sent again, `TRACEQL`, `TRACEQL_METRICS` (as it is configured here) and `ZERO_SAMPLE` what it can do.
    """

    VERSION: str
    IMAGE: str
    VERIFIES: bool
    STOP_GRACE: str
    STOPS_POLITELY: bool
    TRACEQL: bool
    TRACEQL_METRICS: bool
    ZERO_SAMPLE: bool
    WATCHED: Watched

    @property
    def PROBE(self) -> Sequence[str]:  # noqa: N802 - a constant of the module
        """A health check that works inside the image, or empty."""

    def config(self, site: Site, role: Role = WHOLE) -> Config:
        """Return the whole configuration file of the Tempo of a role as data."""

    def differences(self, site: Site) -> list[str]:
        """Return what the spec asks for and this version cannot do, a sentence each."""


def server() -> Config:
    """The default port differs between versions, so it is always written."""
    return {"http_listen_port": TEMPO_HTTP, "log_level": "warn"}


def receivers() -> Config:
    """OTLP over gRPC from the gateway, which batches up to 2,048 spans: more than gRPC's 4 MiB."""
    return {"otlp": {"protocols": {"grpc": {"endpoint": f"0.0.0.0:{OTLP_GRPC}", "max_recv_msg_size_mib": 16}}}}


def registry(site: Site) -> Config:
    """How often series are sent, and the labels every one of them carries."""
    return {"collection_interval": go_duration(site.metrics.interval), "external_labels": site.external_labels}


def span_metrics(site: Site) -> Config:
    """Bucket bounds hold every latency threshold; without the dimension there is no label `service_name`."""
    return {
        "dimensions": [SERVICE_NAME_DIMENSION, *site.metrics.dimensions],
        "histogram_buckets": site_bounds(site),
    }


def service_graphs(site: Site) -> Config:
    """Edges between services. `enable_virtual_node_label` stays off: it rebuilds the processor every 10 s."""
    return {
        "wait": "10s",
        "max_items": GRAPH_ITEMS,
        "dimensions": list(site.metrics.graph_dimensions),
        "histogram_buckets": list(GRAPH_BOUNDS),
    }


def generator_storage(site: Site, *, drop_size: bool) -> Config:
    """The write-ahead log on the volume and the way to Prometheus.

    The size series are dropped here: choosing sub-processors instead would put the buckets back to the defaults.
    """
    write: Config = {"url": f"http://{PROMETHEUS_HOST}:{PROMETHEUS_HTTP}/api/v1/write"}
    if site.metrics.exemplars:
        write["send_exemplars"] = True
    if drop_size:
        write["write_relabel_configs"] = [{"source_labels": ["__name__"], "regex": SIZE, "action": "drop"}]
    return {"path": "/var/tempo/generator/wal", "remote_write_flush_deadline": "10s", "remote_write": [write]}


def ingester(role: Role) -> Config:
    """Recent data, in versions before 3.0."""
    return {
        "trace_idle_period": TRACE_IDLE,
        "flush_check_period": FLUSH_CHECK,
        "max_block_duration": BLOCK,
        **({} if role.stores else {"complete_block_timeout": DELETED}),
        "lifecycler": {"min_ready_duration": "1s"},
    }


def retention(site: Site, role: Role) -> str:
    """Return how long blocks are kept."""
    return go_duration(site.tempo.retention) if role.stores else COUNTED


def deletion(role: Role) -> Config:
    """How long a block stays that was marked for deletion: an hour, or not even that where nobody looks."""
    return {} if role.stores else {"compacted_block_retention": DELETED}


def processors(role: Role) -> list[str]:
    """Return what the metrics generator makes."""
    return ["service-graphs", "span-metrics"] if role.generates else []


def nested_overrides(site: Site, role: Role) -> Config:
    """Limits, retention and processors, from 2.10 on."""
    return {
        "ingestion": {
            "rate_limit_bytes": RATE_LIMIT,
            "burst_size_bytes": RATE_LIMIT,
            "max_traces_per_user": LIVE_TRACES,
        },
        "compaction": {"block_retention": retention(site, role)},
        "metrics_generator": {
            "processors": processors(role),
            "max_active_series": site.metrics.max_active_series,
        },
    }
