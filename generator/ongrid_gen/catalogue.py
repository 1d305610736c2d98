"""Which metrics there are: what the programs of the chosen versions expose, and what the stack makes itself.

The lists under `stack/<component>/metrics/` were recorded from running programs (docs/metrics.md). A histogram or
summary is one line there and several names in Prometheus.
"""

from functools import cache
from typing import Final

from ongrid_gen.conventions import CALLS, GRAPH_FAILED, GRAPH_TOTAL, LATENCY, SIZE
from ongrid_gen.model import Site
from ongrid_gen.resources import recorded_versions, stack_text

# What Prometheus adds to every scrape, and what it says of alerts.
OWN: Final = frozenset(
    {
        "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added", "ALERTS", "ALERTS_FOR_STATE",
    }
)  # fmt: skip
# Names that only the stack's own programs give.
OWNED: Final = ("traces_", "tempo_", "tempodb_", "otelcol_", "prometheus_", "alertmanager_")
PARTS: Final = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}
# Tempo's span metrics; all but the first two kinds only with their switch in the spec.
GRAPH_HISTOGRAMS: Final = ("traces_service_graph_request_client_seconds", "traces_service_graph_request_server_seconds")
MESSAGING: Final = "traces_service_graph_request_messaging_system_seconds"
OTELCOL: Final = "0.155"
ALERTMANAGER: Final = "0.33"
# The official image, and the one that stands in for it.
PROMETHEUS: Final = {False: "3.15", True: "3.5"}


def metrics(site: Site) -> frozenset[str]:
    """Return the name of every metric that Prometheus may hold, but for those of the site's own scrape jobs.

    Those that are born at their first event are among them.
    """
    return OWN | span_metrics(site) | exposed(site)


def exposed(site: Site) -> frozenset[str]:
    """Return what the programs of the stack expose on their pages."""
    return (
        recorded("tempo", site.tempo.dialect)
        | recorded("otelcol", OTELCOL)
        | recorded("prometheus", PROMETHEUS[site.images.stand_ins])
        | recorded("alertmanager", ALERTMANAGER)
    )


def span_metrics(site: Site) -> frozenset[str]:
    """Return what Tempo's metrics generator makes for this site."""
    from ongrid_gen.components.tempo import dialect_of  # components import the rules

    found = {CALLS, GRAPH_TOTAL, GRAPH_FAILED}
    modern = dialect_of(site).ZERO_SAMPLE
    histograms = [LATENCY, *GRAPH_HISTOGRAMS]
    if modern and site.metrics.messaging_latency:
        histograms.append(MESSAGING)
    if modern and site.metrics.size:
        found.add(SIZE)
    return frozenset(found | {f"{name}{part}" for name in histograms for part in PARTS["histogram"]})


@cache
def recorded(component: str, version: str) -> frozenset[str]:
    """Return the names of a recorded list, as Prometheus stores them."""
    return frozenset(
        f"{name}{part}"
        for name, kind in lines(component, version)
        for part in PARTS.get(kind, ("",))
    )  # fmt: skip


def versions(component: str) -> list[str]:
    """Return the versions of which a list was recorded."""
    return recorded_versions(f"{component}/metrics")


def born(component: str, version: str) -> frozenset[str]:
    """Return the names that do not exist before their first event."""
    text = stack_text(f"{component}/metrics/{version}.txt")
    return frozenset(line.split()[0] for line in text.splitlines() if line.endswith(" born"))


def lines(component: str, version: str) -> list[tuple[str, str]]:
    """Return name and type of every metric of a recorded list."""
    found = [line.split() for line in stack_text(f"{component}/metrics/{version}.txt").splitlines()]
    return [(line[0], line[1]) for line in found]
