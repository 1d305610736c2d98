"""Which series a bundle's Prometheus holds: what Tempo generates, what is scraped, what rules record."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen import catalogue
from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.network import SCRAPES, Call, is_alertmanager, is_collector, is_prometheus, is_tempo
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import (
    CALLS,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    LATENCY,
    SIZE,
    SPAN_BOUNDS,
)
from ongrid_gen.promql import Selector
from ongrid_gen.series import SpanSeries
from ongrid_gen.suggest import nearest

PROCESSORS: Final = (
    ("overrides", "defaults", "metrics_generator", "processors"),
    ("overrides", "metrics_generator_processors"),
)
LOCALHOST: Final = "localhost"
HISTOGRAM: Final = catalogue.PARTS["histogram"]
COMPONENTS: Final = (
    (is_collector, "otelcol"), (is_tempo, "tempo"), (is_prometheus, "prometheus"), (is_alertmanager, "alertmanager"),
)  # fmt: skip


def span_series(wiring: Wiring) -> SpanSeries | None:
    """Return what the metrics generator of the bundle is configured to make; None without a Tempo."""
    return next((generated_series(service.settings) for service in wiring.running(is_tempo)), None)


def generated_series(data: Mapping[str, Any]) -> SpanSeries:
    """Return what a configuration of Tempo has its metrics generator make."""
    generator = dig(data, "metrics_generator")
    bounds = dig(generator, "processor", "span_metrics", "histogram_buckets")
    return SpanSeries(
        tuple(map(str, dig(generator, "processor", "span_metrics", "dimensions") or ())),
        tuple(map(str, dig(generator, "processor", "service_graphs", "dimensions") or ())),
        dig(generator, "registry", "external_labels") or {},
        SPAN_BOUNDS if bounds is None else tuple(Decimal(str(bound)) for bound in bounds),
    )


def generated(data: Any) -> frozenset[str]:
    """Return the metrics that Tempo's processors make, as far as they are switched on."""
    on = {str(one).split("-")[0] for path in PROCESSORS for _, one in items(dig(data, *path))}
    spans = {CALLS, SIZE, *(f"{LATENCY}{part}" for part in HISTOGRAM)} if "span" in on else set()
    graph = {GRAPH_TOTAL, GRAPH_FAILED, *(f"{name}{part}" for name in (*catalogue.GRAPH_HISTOGRAMS, catalogue.MESSAGING)
                                          for part in HISTOGRAM)} if "service" in on else set()  # fmt: skip
    return frozenset(spans | graph)


def metrics(wiring: Wiring) -> frozenset[str]:
    """Return every name that something exposes or generates."""
    found = [generated(service.settings) for service in wiring.running(is_tempo)]
    return catalogue.OWN.union(*found, *(exposed(service) for service in scraped(wiring)))


def scraped(wiring: Wiring) -> list[Service]:
    """Return the programs of the bundle that Prometheus scrapes."""
    known = {host for one in wiring.services for host in one.hosts}
    found = []
    for call in scrapes(wiring):
        # another contract speaks of a name that is misspelt; what it was meant to expose is not missed as well
        host = call.host if call.host in known or "." in call.host else nearest(call.host, known)
        found += [call.service] if call.host == LOCALHOST else [one for one in wiring.services if host in one.hosts]
    return found


def scrapes(wiring: Wiring) -> Iterator[Call]:
    """Yield the calls by which Prometheus scrapes."""
    return (call for call in wiring.calls if call.path[1:2] == (SCRAPES,))


def exposed(service: Service) -> frozenset[str]:
    """Return what a program exposes: what was recorded of the version of its image, or of any when that is unknown."""
    component = next((name for sort, name in COMPONENTS if sort(service.settings)), None)
    if component is None:
        return frozenset()
    known = catalogue.versions(component)
    version = service.version_among(known)
    chosen = known if version is None else [version]
    return frozenset[str]().union(*(catalogue.recorded(component, one) for one in chosen))


def recorded(bundle: Bundle) -> dict[str, list[Mapping[str, str]]]:
    """Return the names that rules record, each with the labels that each of its rules gives."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for rule, _ in bundle.rules:
        if isinstance(dig(rule, "record"), str):
            found.setdefault(rule["record"], []).append(dig(rule, "labels") or {})
    return found


def is_recorded(selector: Selector, rules: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether one of the rules that record a metric can be what a selector means, as far as they say labels."""
    wanted = [(label, value) for label, sign, value in selector.matchers if sign == "="]
    return any(all(labels.get(label, value) == value for label, value in wanted) for labels in rules)


def anything_scraped(wiring: Wiring) -> bool:
    """Tell whether Prometheus scrapes a program that is not the bundle's: it may expose anything."""
    known = {host for service in wiring.services for host in service.hosts} | {LOCALHOST}
    return any(call.host not in known for call in scrapes(wiring))
