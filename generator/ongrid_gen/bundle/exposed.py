"""Which series a bundle's Prometheus holds: what Tempo generates, what is scraped, what rules record."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen import catalogue
from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.network import (
    dig,
    is_alertmanager,
    is_collector,
    is_prometheus,
    is_tempo,
    items,
)
from ongrid_gen.bundle.queries import RULES
from ongrid_gen.bundle.services import Service
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
HISTOGRAM: Final = catalogue.PARTS["histogram"]
COMPONENTS: Final = (
    (is_collector, "otelcol"), (is_tempo, "tempo"), (is_prometheus, "prometheus"), (is_alertmanager, "alertmanager"),
)  # fmt: skip


def span_series(bundle: Bundle, services: list[Service]) -> SpanSeries | None:
    """Return what the metrics generator of the bundle is configured to make; None without a Tempo."""
    for service in services:
        data = bundle.data(service.config or "")
        if is_tempo(data):
            generator = dig(data, "metrics_generator")
            bounds = dig(generator, "processor", "span_metrics", "histogram_buckets")
            return SpanSeries(
                tuple(map(str, dig(generator, "processor", "span_metrics", "dimensions") or ())),
                tuple(map(str, dig(generator, "processor", "service_graphs", "dimensions") or ())),
                dig(generator, "registry", "external_labels") or {},
                SPAN_BOUNDS if bounds is None else tuple(Decimal(str(bound)) for bound in bounds),
            )
    return None


def generated(data: Any) -> frozenset[str]:
    """Return the metrics that Tempo's processors make, as far as they are switched on."""
    on = {str(one).split("-")[0] for path in PROCESSORS for _, one in items(dig(data, *path))}
    spans = {CALLS, SIZE, *(f"{LATENCY}{part}" for part in HISTOGRAM)} if "span" in on else set()
    graph = {GRAPH_TOTAL, GRAPH_FAILED, *(f"{name}{part}" for name in (*catalogue.GRAPH_HISTOGRAMS, catalogue.MESSAGING)
                                          for part in HISTOGRAM)} if "service" in on else set()  # fmt: skip
    return frozenset(spans | graph)


def metrics(bundle: Bundle, services: list[Service]) -> frozenset[str]:
    """Return every name that something exposes or generates."""
    found = set(catalogue.OWN)
    for service in services:
        data = bundle.data(service.config or "")
        found |= generated(data) if is_tempo(data) else set()
        if is_prometheus(data):
            found |= scraped(data, bundle, services)
    return frozenset(found)


def scraped(data: Any, bundle: Bundle, services: list[Service]) -> frozenset[str]:
    """Return what the programs that Prometheus scrapes expose, those of the bundle."""
    jobs = [config for _, config in items(dig(data, "scrape_configs"))]
    hosts = {str(target).partition(":")[0] for config in jobs for target in targets(config)}
    hosts |= {"prometheus"} if "localhost" in hosts else set()
    known = {host for one in services for host in one.hosts}
    # another contract speaks of a name that is misspelt; what it was meant to expose is not missed as well
    hosts |= {near for host in hosts - known if "." not in host and (near := nearest(host, known))}
    return frozenset[str]().union(*(exposed(one, bundle) for one in services if one.hosts & hosts))


def targets(config: Any) -> Iterator[Any]:
    """Yield the targets of a scrape job."""
    for _, group in items(dig(config, "static_configs")):
        for _, target in items(dig(group, "targets")):
            yield target


def exposed(service: Service, bundle: Bundle) -> frozenset[str]:
    """Return what a program exposes: what was recorded of the version of its image, or of any when that is unknown."""
    data = bundle.data(service.config or "")
    component = next((name for sort, name in COMPONENTS if sort(data)), None)
    if component is None:
        return frozenset()
    version = str(service.data.get("image", "")).rpartition(":")[2].removeprefix("v")
    known = catalogue.versions(component)
    fitting = [one for one in known if version == one or version.startswith(f"{one}.")]
    return frozenset[str]().union(*(catalogue.recorded(component, one) for one in fitting or known))


def recorded(bundle: Bundle) -> dict[str, list[Mapping[str, str]]]:
    """Return the names that rules record, each with the labels that each of its rules gives."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for file in bundle.below(RULES):
        for _, group in items(bundle.data(file).get("groups")):
            for _, rule in items(dig(group, "rules")):
                if isinstance(dig(rule, "record"), str):
                    found.setdefault(rule["record"], []).append(dig(rule, "labels") or {})
    return found


def is_recorded(selector: Selector, rules: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether one of the rules that record a metric can be what a selector means, as far as they say labels."""
    wanted = [(label, value) for label, sign, value in selector.matchers if sign == "="]
    return any(all(labels.get(label, value) == value for label, value in wanted) for labels in rules)


def anything_scraped(bundle: Bundle, services: list[Service]) -> bool:
    """Tell whether Prometheus scrapes a program that is not the bundle's: it may expose anything."""
    known = {host for service in services for host in service.hosts} | {"localhost"}
    return any(
        str(target).partition(":")[0] not in known
        for service in services
        for _, config in items(dig(bundle.data(service.config or ""), "scrape_configs"))
        for target in targets(config)
    )
