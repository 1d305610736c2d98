"""Every key that is rendered for Tempo exists in that version: held to the lists recorded from the running programs."""

from typing import Any

import pytest

from ongrid_gen.components.tempo import DIALECTS
from ongrid_gen.components.tempo.base import COUNT, STORE, WHOLE, Role
from ongrid_gen.conventions import GRAPH_BOUNDS, SPAN_BOUNDS
from ongrid_gen.units import parse_duration
from support import ROOT, site_of

KEYS = ROOT / "stack" / "tempo" / "keys"
# Maps without defaults do not show in what a running program reports (docs/metrics.md): these keys were tried on the
# programs one by one, or read in their source.
UNSHOWN = {
    "1.5": {
        "distributor.receivers.otlp.protocols.grpc.endpoint",
        "distributor.receivers.otlp.protocols.grpc.max_recv_msg_size_mib",
    },
    "2.10": {
        "stream_over_http_enabled",
        "distributor.receivers.otlp.protocols.grpc.endpoint",
        "distributor.receivers.otlp.protocols.grpc.max_recv_msg_size_mib",
        "overrides.defaults.compaction.block_retention",
        "overrides.defaults.metrics_generator.max_active_series",
        "overrides.defaults.metrics_generator.processors[]",
        "overrides.defaults.ingestion.max_traces_per_user",
    },
}
UNSHOWN["3.0"] = UNSHOWN["2.10"] | {"overrides.defaults.read.left_pad_trace_ids"}
WRITE = "metrics_generator.storage.remote_write[]."
UNSHOWN_WRITE = {
    WRITE + key
    for key in (
        "url",
        "send_exemplars",
        "write_relabel_configs[].source_labels[]",
        "write_relabel_configs[].regex",
        "write_relabel_configs[].action",
    )
}
EVERYTHING = """
version: 1
site: keys
labels: {cluster: prod}
services: [{name: payments-api}]
versions: {tempo: "%s"}
metrics: {size: %s, dimensions: [http.route], service_graph: {dimensions: [http.route], messaging_latency: %s}}
alerts: [{name: Slow, kind: trace_latency, service: payments-api, threshold_ms: 800}]
"""


def spec(version: str, *, switches: bool = False) -> str:
    """Return a spec that renders every key of a dialect; size series and messaging latency as `switches` says."""
    word = "true" if switches else "false"
    return EVERYTHING % (version, word, word)


def keys(data: Any, prefix: str = "") -> set[str]:
    """Return the dotted keys of a configuration, lists as `[]`."""
    if isinstance(data, dict):
        return {key for name, value in data.items() for key in keys(value, f"{prefix}.{name}" if prefix else str(name))}
    if isinstance(data, list):
        return {key for value in data for key in keys(value, prefix + "[]")} or {prefix + "[]"}
    return {prefix}


def recorded(version: str) -> set[str]:
    """Return the keys that the running program reported."""
    return set((KEYS / f"{version}.txt").read_text(encoding="utf-8").splitlines())


def without_site_labels(found: set[str]) -> set[str]:
    """Leave out the site's own labels: their names are free."""
    return {key for key in found if not key.startswith("metrics_generator.registry.external_labels.")}


@pytest.mark.parametrize("role", [WHOLE, STORE, COUNT])
@pytest.mark.parametrize("switches", [False, True])
@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_every_rendered_key_exists_in_that_version(version: str, switches: bool, role: Role) -> None:
    rendered = without_site_labels(keys(DIALECTS[version].config(site_of(spec(version, switches=switches)), role)))
    known = recorded(version) | UNSHOWN[version] | UNSHOWN_WRITE
    assert {key for key in rendered if not {key, f"{key}[]", key.removesuffix("[]")} & known} == set()


@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_a_key_of_another_version_would_be_noticed(version: str) -> None:
    foreign = {"1.5": "live_store.max_trace_idle", "2.10": "search_enabled", "3.0": "ingester.trace_idle_period"}
    assert foreign[version] not in recorded(version) | UNSHOWN[version]


@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_bounds_are_the_defaults_and_every_threshold(version: str) -> None:
    config = DIALECTS[version].config(site_of(spec(version)))
    bounds = config["metrics_generator"]["processor"]["span_metrics"]["histogram_buckets"]
    assert sorted({*(float(bound) for bound in SPAN_BOUNDS), 0.8}) == [float(bound) for bound in bounds]
    graph = config["metrics_generator"]["processor"]["service_graphs"]["histogram_buckets"]
    assert [float(bound) for bound in GRAPH_BOUNDS] == [float(bound) for bound in graph]


@pytest.mark.parametrize("version", sorted(DIALECTS))
def test_the_processor_is_the_one_that_keeps_custom_bounds(version: str) -> None:
    overrides = DIALECTS[version].config(site_of(spec(version)))["overrides"]
    flat = overrides.get("metrics_generator_processors")
    processors = flat or overrides["defaults"]["metrics_generator"]["processors"]
    assert processors == ["service-graphs", "span-metrics"]


@pytest.mark.parametrize("version", ["1.5", "2.10"])
def test_a_head_block_has_few_enough_files_to_be_completed_within_the_memory(version: str) -> None:
    """Each flush is a file, and all are open when the block is completed: 300 of them killed Tempo 2.10.8."""
    ingester = DIALECTS[version].config(site_of(spec(version)))["ingester"]
    files = parse_duration(ingester["max_block_duration"]) / parse_duration(ingester["flush_check_period"])
    assert files <= 60
