"""Which series a bundle's Prometheus holds: what Tempo generates, what is scraped, what rules record."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen import catalogue
from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.network import (
    SCRAPES,
    WRITERS,
    Call,
    is_alertmanager,
    is_collector,
    is_prometheus,
    is_tempo,
    pushes,
)
from ongrid_gen.bundle.plain import dig, fits, items, listed, mapping
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import (
    CALLS,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    LATENCY,
    LOCALHOST,
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
NAME: Final = "__name__"
HISTOGRAM: Final = catalogue.PARTS["histogram"]
COMPONENTS: Final = (
    (is_collector, "otelcol"), (is_tempo, "tempo"), (is_prometheus, "prometheus"), (is_alertmanager, "alertmanager"),
)  # fmt: skip


def generators(wiring: Wiring) -> list[Service]:
    """Return the Tempos that make metrics; where none does, all: one of them was meant to."""
    tempos = list(wiring.running(is_tempo))
    return [one for one in tempos if generated(one.settings)] or tempos


def stores(wiring: Wiring) -> list[Service]:
    """Return the Tempos in which people look for traces; where traces are sampled the one that counts is none."""
    tempos = list(wiring.running(is_tempo))
    return [one for one in tempos if not generated(one.settings)] or tempos


def span_series(wiring: Wiring) -> SpanSeries | None:
    """Return what the metrics generator of the bundle is configured to make; None without a Tempo."""
    return next((generated_series(service.settings) for service in generators(wiring)), None)


def generated_series(data: Mapping[str, Any]) -> SpanSeries:
    """Return what a configuration of Tempo has its metrics generator make."""
    generator = dig(data, "metrics_generator")
    bounds = dig(generator, "processor", "span_metrics", "histogram_buckets")
    return SpanSeries(
        tuple(map(str, listed(dig(generator, "processor", "span_metrics", "dimensions")))),
        tuple(map(str, listed(dig(generator, "processor", "service_graphs", "dimensions")))),
        mapping(dig(generator, "registry", "external_labels")),
        SPAN_BOUNDS if bounds is None else tuple(numbers(bounds)),
    )


def numbers(data: Any) -> Iterator[Decimal]:
    """Yield the numbers of a list."""
    for one in listed(data):
        if isinstance(one, int | Decimal):
            yield Decimal(one)


def generated(data: Any) -> frozenset[str]:
    """Return the metrics that Tempo's processors make, as far as they are switched on."""
    on = {str(one).split("-")[0] for path in PROCESSORS for _, one in items(dig(data, *path))}
    spans = {CALLS, SIZE, *(f"{LATENCY}{part}" for part in HISTOGRAM)} if "span" in on else set()
    graph = {GRAPH_TOTAL, GRAPH_FAILED, *(f"{name}{part}" for name in (*catalogue.GRAPH_HISTOGRAMS, catalogue.MESSAGING)
                                          for part in HISTOGRAM)} if "service" in on else set()  # fmt: skip
    return frozenset(name for name in spans | graph if is_written(name, data))


def is_written(name: str, data: Any) -> bool:
    """Tell whether every target of the generator's gets a metric: none of its rules drops it."""
    for _, target in items(dig(data, "metrics_generator", "storage", "remote_write")):
        for _, rule in items(dig(target, "write_relabel_configs")):
            found = fits(str(dig(rule, "regex") or ".*"), name)
            by_name = dig(rule, "source_labels") == [NAME] and found is not None
            if by_name and {"drop": found, "keep": not found}.get(str(dig(rule, "action")), False):
                return False
    return True


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
    if component == "otelcol" and not has_plain_names(service.settings):
        return frozenset()
    known = catalogue.versions(component)
    version = service.version_among(known)
    chosen = known if version is None else [version]
    return frozenset[str]().union(*(catalogue.recorded(component, one) for one in chosen))


def pushing(wiring: Wiring) -> dict[str, list[Service]]:
    """Return the collectors that push their own metrics, by the job of these; none when nobody writes them down."""
    found: dict[str, list[Service]] = {}
    collectors = wiring.running(is_collector)
    if any(writes_metrics(one.settings) for one in collectors):
        for one in collectors:
            job = resource_of(one.settings).get("service.name")
            if isinstance(job, str) and any(pushes(one.settings)):
                found.setdefault(job, []).append(one)
    return found


def resource_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a collector says of itself, in the present form (a list of attributes) or in the old one."""
    found = mapping(dig(data, "service", "telemetry", "resource"))
    return {**found, **{str(dig(one, "name")): dig(one, "value") for _, one in items(found.get("attributes"))}}


def is_pushed(selector: Selector, pushed: Mapping[str, Sequence[Service]]) -> bool:
    """Tell whether a selector names a job that is pushed, and a metric that its collectors have."""
    jobs = [value for label, sign, value in selector.matchers if (label, sign) == ("job", "=")]
    return any(selector.metric in exposed(one) for job in jobs for one in pushed.get(job, ()))


def writes_metrics(data: Mapping[str, Any]) -> bool:
    """Tell whether a collector has a pipeline that writes metrics to Prometheus."""
    return any(str(name).split("/")[0] in WRITERS for _, pipeline in items(dig(data, "service", "pipelines"))
               for _, name in items(dig(pipeline, "exporters")))  # fmt: skip


def has_plain_names(data: Any) -> bool:
    """Tell whether a collector names its own metrics as they were recorded: without units and types."""
    found = dig(data, "service", "telemetry", "metrics", "readers", 0, "pull", "exporter", "prometheus")
    return dig(found, "without_units") is True and dig(found, "without_type_suffix") is True


def recorded(bundle: Bundle) -> dict[str, list[Mapping[str, str]]]:
    """Return the names that rules record, each with the labels that each of its rules gives."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for rule, _ in bundle.rules:
        if isinstance(dig(rule, "record"), str):
            found.setdefault(rule["record"], []).append(mapping(dig(rule, "labels")))
    return found


def is_recorded(selector: Selector, rules: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether one of the rules that record a metric can be what a selector means, as far as they say labels."""
    wanted = [(label, value) for label, sign, value in selector.matchers if sign == "="]
    return any(all(labels.get(label, value) == value for label, value in wanted) for labels in rules)


def anything_scraped(wiring: Wiring) -> bool:
    """Tell whether Prometheus scrapes a program that is not the bundle's: it may expose anything."""
    known = {host for service in wiring.services for host in service.hosts} | {LOCALHOST}
    return any(call.host not in known for call in scrapes(wiring))
