"""Tempo 1.5: the one that can be built from a published Go module. Flat overrides, switches at the top, no TraceQL."""

from typing import Final

from ongrid_gen.components.tempo import base, storage
from ongrid_gen.model import Site
from ongrid_gen.units import go_duration

VERSION: Final = "1.5"
IMAGE: Final = "grafana/tempo:1.5.0"
PROBE: Final = ("CMD", "wget", "-q", "-O", "/dev/null", "http://localhost:3200/ready")
VERIFIES: Final = False
# On SIGTERM it writes what it holds at once, then waits 30 s with its receiver open and answers a gRPC code (Unknown)
# that collectors take as final: what comes in that time is dropped (measured). So the wait is cut short, and the
# gateway, whose queue is on disk, is to be stopped first; `docker compose stop` and `down` do that.
STOP_GRACE: Final = "10s"
STOPS_POLITELY: Final = False
TRACEQL: Final = False
TRACEQL_METRICS: Final = False
ZERO_SAMPLE: Final = False
WATCHED: Final = base.Watched(
    flush_failures=("tempo_ingester_failed_flushes_total",),
    flush_queue="tempo_ingester_flush_queue_length",
    flushed_bytes="tempo_ingester_flush_size_bytes_sum",
    live_traces="tempo_ingester_live_traces",
    graph_dropped=("tempo_metrics_generator_processor_service_graphs_dropped_spans",),
    collection_label="tenant",
    collections_born=False,
    late_spans=False,
    lag=False,
    wal_size=False,
    skew_warnings=True,
)


def config(site: Site) -> base.Config:
    """Return tempo.yaml."""
    return {
        "metrics_generator_enabled": True,
        "search_enabled": True,
        "server": base.server(),
        "distributor": {"receivers": base.receivers()},
        "ingester": base.ingester(),
        "compactor": {"compaction": {"block_retention": go_duration(site.tempo.retention)}},
        "metrics_generator": {
            "registry": base.registry(site),
            "processor": {"service_graphs": base.service_graphs(site), "span_metrics": base.span_metrics(site)},
            "storage": base.generator_storage(site, drop_size=False),
        },
        "storage": trace_storage(site),
        "query_frontend": {"search": {"max_duration": "168h"}},
        "overrides": {
            "metrics_generator_processors": ["service-graphs", "span-metrics"],
            "metrics_generator_max_active_series": site.metrics.max_active_series,
            "max_traces_per_user": base.LIVE_TRACES,
            "ingestion_rate_limit_bytes": base.RATE_LIMIT,
            "ingestion_burst_size_bytes": base.RATE_LIMIT,
        },
        "usage_report": {"reporting_enabled": False},
    }


def trace_storage(site: Site) -> base.Config:
    """Return `storage`: without a prefix, and Azure's keys with hyphens."""
    found = storage.config(site.tempo)
    kind: base.Config = found["trace"][site.tempo.backend]
    kind.pop("prefix", None)
    if site.tempo.backend == "azure":
        found["trace"]["azure"] = {key.replace("_", "-"): value for key, value in kind.items()}
    return found


def differences(site: Site) -> list[str]:
    """Return what the spec asks for and 1.5 cannot do."""
    found = [
        "no TraceQL: search is by tags, service and duration",
        "the first value of a new series is not preceded by a zero: `rate` misses it",
    ]
    if site.queries:
        found.append("`queries`: none, as there is no TraceQL")
    if site.metrics.messaging_latency:
        found.append("`metrics.service_graph.messaging_latency`: no messaging latency series")
    if site.metrics.size:
        found.append("`metrics.size`: no size series")
    if "prefix" in site.tempo.storage:
        found.append("`tempo.storage.prefix`: blocks are at the root of the bucket")
    return found
