"""Tempo 3.0: live store, backend scheduler and worker instead of ingester and compactor; a probe of its own."""

from typing import Final

from ongrid_gen.components.tempo import base, storage, v2_10
from ongrid_gen.model import Site

VERSION: Final = "3.0"
IMAGE: Final = "grafana/tempo:3.0.3"
PROBE: Final = ("CMD", "/tempo", "-health")  # never with -config.file
VERIFIES: Final = True
STOP_GRACE: Final = "20s"
STOPS_POLITELY: Final = True
TRACEQL: Final = True
TRACEQL_METRICS: Final = True
ZERO_SAMPLE: Final = True
WATCHED: Final = base.Watched(
    flush_failures=("tempo_live_store_failed_completions_total", "tempo_live_store_local_failed_flushes_total"),
    flush_queue="tempo_live_store_complete_queue_length",
    flushed_bytes="tempo_live_store_completion_size_bytes_sum",
    live_traces="tempo_live_store_live_traces",
    graph_dropped=(
        "tempo_metrics_generator_processor_service_graphs_dropped_spans",
        "tempo_metrics_generator_processor_service_graphs_dropped_edges_total",
    ),
    collection_label="error_type",
    collections_born=True,
    late_spans=True,
    lag=True,
    wal_size=True,
    skew_warnings=False,
)


def config(site: Site) -> base.Config:
    """Return tempo.yaml. The paths are written out: their defaults ignore `storage`."""
    return {
        "server": base.server(),
        "stream_over_http_enabled": True,
        "distributor": {"receivers": base.receivers()},
        "live_store": {
            "max_trace_idle": base.TRACE_IDLE,
            "flush_check_period": base.FLUSH_CHECK,
            "wal": {"path": "/var/tempo/live-store/traces"},
            "shutdown_marker_dir": "/var/tempo/live-store/shutdown-marker",
        },
        "backend_scheduler": {"local_work_path": "/var/tempo/scheduler"},
        "backend_worker": {"finish_on_shutdown_timeout": "5s"},
        "metrics_generator": v2_10.generator(site),
        "query_frontend": {"search": {"max_duration": "168h"}},
        "storage": storage.config(site.tempo),
        "overrides": {"defaults": {**base.nested_overrides(site), "read": {"left_pad_trace_ids": True}}},
        "usage_report": {"reporting_enabled": False},
    }


def differences(site: Site) -> list[str]:
    """Return what the spec asks for and 3.0 cannot do: nothing."""
    del site
    return []
