"""Tempo 2.10: ingester and compactor, nested overrides, distroless image without a probe of its own."""

from typing import Final

from ongrid_gen.components.tempo import base, storage
from ongrid_gen.model import Site

VERSION: Final = "2.10"
IMAGE: Final = "grafana/tempo:2.10.8"
PROBE: Final[tuple[str, ...]] = ()  # no shell and no -health: the prober container asks
VERIFIES: Final = True
STOP_GRACE: Final = "20s"
STOPS_POLITELY: Final = True
TRACEQL: Final = True
TRACEQL_METRICS: Final = False  # the processor `local-blocks`, which would keep every span a second time, is off
ZERO_SAMPLE: Final = True
WATCHED: Final = base.Watched(
    flush_failures=("tempo_ingester_failed_flushes_total",),
    flush_queue="tempo_ingester_flush_queue_length",
    flushed_bytes="tempo_ingester_flush_size_bytes_sum",
    live_traces="tempo_ingester_live_traces",
    graph_dropped=("tempo_metrics_generator_processor_service_graphs_dropped_spans",),
    collection_label="error_type",
    collections_born=True,
    late_spans=True,
    lag=True,
    wal_size=True,
    skew_warnings=True,
)


def config(site: Site) -> base.Config:
    """Return tempo.yaml."""
    return {
        "server": base.server(),
        "stream_over_http_enabled": True,
        # the default 0s makes the gateway drop what is over the rate limit
        "distributor": {"retry_after_on_resource_exhausted": "5s", "receivers": base.receivers()},
        "ingester": base.ingester(),
        "metrics_generator": generator(site),
        "query_frontend": {"search": {"max_duration": "168h"}},
        "storage": storage.config(site.tempo),
        "overrides": {"defaults": base.nested_overrides(site)},
        "usage_report": {"reporting_enabled": False},
    }


def generator(site: Site) -> base.Config:
    """Return `metrics_generator` as 2.10 and 3.0 share it."""
    graphs = base.service_graphs(site)
    if site.metrics.messaging_latency:
        graphs["enable_messaging_system_latency_histogram"] = True
    return {
        "metrics_ingestion_time_range_slack": f"{base.SLACK}s",
        "registry": {**base.registry(site), "stale_duration": "15m"},
        "processor": {"service_graphs": graphs, "span_metrics": base.span_metrics(site)},
        "storage": base.generator_storage(site, drop_size=not site.metrics.size),
    }


def differences(site: Site) -> list[str]:
    """Return what the spec asks for and 2.10 cannot do: nothing."""
    del site
    return []
