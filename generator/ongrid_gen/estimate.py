"""What a site will cost before it runs: series, spans and bytes, against `budget` and the limits of the spec.

Everything is a sum that can be followed by hand. What the spec does not say is assumed, and every assumption is named
beside the key that replaces it. Spans count once before sampling and once after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.conventions import GRAPH_BOUNDS
from ongrid_gen.model import Service, Site, TailSampling
from ongrid_gen.problems import Path
from ongrid_gen.rulefiles import rule_files
from ongrid_gen.rules import Record
from ongrid_gen.units import format_duration, plain

DAY: Final = 86_400
LISTED: Final = 4
OPERATIONS: Final = 10  # of a service that lists none
CALLED: Final = 2  # services that a service calls
STATUSES: Final = 2  # UNSET and ERROR; hardly any library sets OK
# Values that one operation's requests have of an attribute; 5 of one that is not listed.
VALUES: Final = {"http.request.method": 1, "http.route": 1, "http.response.status_code": 3, "deployment.environment": 1}
OTHER_VALUES: Final = 5
SUM_AND_COUNT: Final = 2
INFINITY: Final = 1
# Measured: what the containers of the stack say of themselves, scraped every 15 s, and what a sample takes on disk.
OWN_SERIES: Final = 1_800
EDGE_SERIES: Final = 30
COUNTING_SERIES: Final = 690  # of the second Tempo of a site that samples
SCRAPE_SECONDS: Final = 15
BYTES_PER_SAMPLE: Final = 2
# Measured with collector 0.155: a span of eight attributes in the tail sampler, and a gateway that does nothing.
BYTES_IN_MEMORY: Final = 2_000
GATEWAY_IDLE: Final = 40 << 20
# Of all traces, those that are kept for each reason but chance.
REASONS: Final = Decimal("0.01")
# A rough guide: what a series in Prometheus' head takes, and what Prometheus takes without any.
BYTES_PER_SERIES: Final = 8 << 10
PROMETHEUS_IDLE: Final = 100 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `key` for programs, `how` the sum behind it, `limit` what the spec allows and `path` where."""

    key: str
    what: str
    value: int
    unit: str
    how: str
    limit: int | None = None
    path: Path = ()

    @property
    def is_over(self) -> bool:
        """Tell whether it is more than the spec allows."""
        return self.limit is not None and self.value > self.limit


@dataclass(frozen=True, slots=True)
class Estimate:
    """All figures, what was assumed for them, and what cannot be said for want of a key."""

    figures: tuple[Figure, ...]
    assumed: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def over(self) -> tuple[Figure, ...]:
        """The figures that are more than the spec allows."""
        return tuple(figure for figure in self.figures if figure.is_over)


def estimate(site: Site) -> Estimate:
    """Return what a site will cost."""
    known = site.budget.requests_per_second is not None
    unknown = () if known else ("spans and bytes: set `budget.requests_per_second`",)
    return Estimate((*series_figures(site), *span_figures(site)), tuple(assumptions(site)), unknown)


def series_figures(site: Site) -> Iterator[Figure]:
    """Yield the series of each processor and of the rules, and what Prometheus makes of all of them."""
    by_file = rule_series(site)
    spans, graph, rules = span_series(site), graph_series(site), sum(by_file.values())
    own = own_series(site) + EDGE_SERIES * len(site.edges)
    generated, total = spans + graph, spans + graph + rules + own
    yield Figure("span_metrics_series", "span metrics", spans, "series", span_sum(site))
    yield Figure("service_graph_series", "service graph", graph, "series",
                 f"{edges(site)} edges × {series_of_edge(site)} series")  # fmt: skip
    yield generated_figure(site)
    yield Figure("rule_series", "recorded by rules", rules, "series", most(by_file))
    yield Figure("series", "in Prometheus", total, "series",
                 f"all of these + {own:,} that the stack says of itself", site.budget.series,
                 ("budget", "series"))  # fmt: skip
    rate = samples_per_second(generated, rules, site)
    disk = int(rate * BYTES_PER_SAMPLE * site.prometheus.retention)
    yield Figure("samples_per_second", "written by Prometheus", int(rate), "samples/s",
                 f"every {format_duration(site.metrics.interval)}, {format_duration(site.alerting.interval)} and "
                 f"{SCRAPE_SECONDS}s")  # fmt: skip
    yield Figure("prometheus_bytes", "Prometheus' disk", disk, "bytes",
                 f"{format_duration(site.prometheus.retention)} × {BYTES_PER_SAMPLE} bytes a sample",
                 site.prometheus.disk, ("prometheus", "disk"))  # fmt: skip
    yield Figure("prometheus_memory", "Prometheus' memory", PROMETHEUS_IDLE + total * BYTES_PER_SERIES, "bytes",
                 f"{PROMETHEUS_IDLE >> 20} MiB + {BYTES_PER_SERIES >> 10} KiB a series: a rough guide",
                 site.prometheus.memory, ("prometheus", "memory"))  # fmt: skip


def own_series(site: Site) -> int:
    """Return what the programs of the centre say of themselves."""
    return OWN_SERIES + (0 if site.sampling.tail is None else COUNTING_SERIES)


def generated_figure(site: Site) -> Figure:
    """Return the series that Tempo makes, against its limit (0 is none)."""
    return Figure("generated_series", "made by Tempo", span_series(site) + graph_series(site), "series",
                  "span metrics + service graph", site.metrics.max_active_series or None,
                  ("metrics", "max_active_series"))  # fmt: skip


def span_figures(site: Site) -> Iterator[Figure]:
    """Yield spans and bytes a day, before and after sampling; nothing when nobody says how many requests there are."""
    budget = site.budget
    if budget.requests_per_second is None:
        return
    requests = budget.requests_per_second * site.sampling.head
    sent = int(requests * budget.spans_per_request * DAY)
    stored = int(sent * kept_share(site))
    begun = "" if site.sampling.head == 1 else f" × {plain(site.sampling.head)} by `sampling.head`"
    held = int(stored * budget.bytes_per_span * site.tempo.retention / DAY)
    yield Figure("spans_per_day", "sent", sent, "spans a day",
                 f"{budget.requests_per_second:,} requests/s{begun} × {budget.spans_per_request} spans × {DAY:,} s",
                 )  # fmt: skip
    yield Figure("bytes_per_day", "sent", sent * budget.bytes_per_span, "bytes a day",
                 f"{budget.bytes_per_span} bytes a span")  # fmt: skip
    yield from undecided(site, requests)
    yield Figure("stored_spans_per_day", "stored", stored, "spans a day",
                 f"{kept_share(site) * 100:.3g} % of them" if site.sampling.tail else "all of them: no `sampling.tail`",
                 budget.stored_spans_per_day, ("budget", "stored_spans_per_day"))  # fmt: skip
    yield Figure("stored_bytes_per_day", "stored", stored * budget.bytes_per_span, "bytes a day",
                 f"{budget.bytes_per_span} bytes a span")  # fmt: skip
    within_budget = budget.stored_bytes is not None and budget.stored_bytes <= site.tempo.disk
    path: Path = ("budget", "stored_bytes") if within_budget else ("tempo", "disk")
    limit = budget.stored_bytes if within_budget else site.tempo.disk
    where = "disk" if site.tempo.backend == "local" else "bucket"
    yield Figure("stored_bytes", f"Tempo's {where}", held, "bytes",
                 f"{format_duration(site.tempo.retention)} of that", limit, path)  # fmt: skip


def undecided(site: Site, requests: Decimal) -> Iterator[Figure]:
    """Yield what the gateway holds until it decides. Its memory limiter refuses what comes from three fifths on."""
    tail = site.sampling.tail
    if tail is not None:
        spans = int(requests * tail.wait * site.budget.spans_per_request)
        yield Figure("undecided_bytes", "undecided in the gateway", spans * BYTES_IN_MEMORY, "bytes",
                     f"{spans:,} spans of {format_duration(tail.wait)} × {BYTES_IN_MEMORY:,} bytes in memory",
                     site.gateway.memory * 6 // 10 - GATEWAY_IDLE, ("gateway", "memory"))  # fmt: skip


def kept_share(site: Site) -> Decimal:
    """Return the share of the spans that is stored: what chance keeps of it, and of the rest what has a reason."""
    tail = site.sampling.tail
    if tail is None:
        return Decimal(1)
    chance = sum(percents(site, tail), Decimal(0)) / len(site.services) / 100
    return chance + (1 - chance) * min(Decimal(1), len(reasons(tail)) * REASONS)


def percents(site: Site, tail: TailSampling) -> Iterator[Decimal]:
    """Yield what chance keeps of each service's traces, in per cent."""
    own = {service.service: service.percent for service in tail.services if service.percent is not None}
    yield from (own.get(service.name, tail.percent) for service in site.services)


def reasons(tail: TailSampling) -> list[str]:
    """Return what traces are kept for whatever chance says, in words."""
    slow = tail.slower_than is not None or any(one.slower_than is not None for one in tail.services)
    found = (["that fail"] if tail.errors else []) + (["that are slow"] if slow else [])
    return found + [f"with `{attribute.key}`" for attribute in tail.attributes]


def operations_of(service: Service) -> int:
    """Return how many operations a service has, or is assumed to have."""
    return len(service.operations) or OPERATIONS


def span_names(site: Site) -> int:
    """Return the pairs of service and span name: operations served, and as many calls and inner steps."""
    return sum(2 * operations_of(service) for service in site.services)


def values_of(dimension: str) -> int:
    """Return how many values a dimension has within one operation."""
    return VALUES.get(dimension, OTHER_VALUES)


def variants(dimensions: tuple[str, ...]) -> int:
    """Return how many series dimensions make of one."""
    found = 1
    for dimension in dimensions:
        found *= values_of(dimension)
    return found


def series_of_span(site: Site) -> int:
    """Return the series of one span name, status and set of dimensions."""
    buckets = len(site_bounds(site)) + INFINITY
    return 1 + buckets + SUM_AND_COUNT + site.metrics.size


def span_series(site: Site) -> int:
    """Return the series of the span metrics."""
    return span_names(site) * STATUSES * variants(site.metrics.dimensions) * series_of_span(site)


def span_sum(site: Site) -> str:
    """Return the product behind it."""
    dimensions = variants(site.metrics.dimensions)
    by = f" × {dimensions} by dimensions" if dimensions > 1 else ""
    return f"{span_names(site)} span names × {STATUSES} statuses{by} × {series_of_span(site)} series"


def edges(site: Site) -> int:
    """Return how many pairs of services call each other: some for each service, and the way in from outside."""
    number = len(site.services)
    return number * min(CALLED, number - 1) + number


def series_of_edge(site: Site) -> int:
    """Return the series of one edge: two counters, and a histogram on either side."""
    histogram = len(GRAPH_BOUNDS) + INFINITY + SUM_AND_COUNT
    sides = 3 if site.metrics.messaging_latency else 2
    return (2 + sides * histogram) * variants(site.metrics.graph_dimensions)


def graph_series(site: Site) -> int:
    """Return the series of the service graph."""
    return edges(site) * series_of_edge(site)


def rule_series(site: Site) -> dict[str, int]:
    """Return the series that the recording rules of each rule file make: of a service, an SLO, the stack itself."""
    found = {file.name: sum(isinstance(rule, Record) for rule in file.rules) for file in rule_files(site)}
    return {name: number for name, number in found.items() if number}


def most(by_file: dict[str, int]) -> str:
    """Return the files that record most, in words."""
    first = sorted(by_file.items(), key=lambda item: (-item[1], item[0]))[:LISTED]
    more = f" and {len(by_file) - LISTED} more" if len(by_file) > LISTED else ""
    return ", ".join(f"{name}: {number}" for name, number in first) + more or "no rule records"


def samples_per_second(generated: int, rules: int, site: Site) -> Decimal:
    """Return the samples that Prometheus takes in."""
    pushed, recorded = generated / site.metrics.interval, rules / site.alerting.interval
    return pushed + recorded + Decimal(own_series(site)) / SCRAPE_SECONDS


def assumptions(site: Site) -> Iterator[str]:
    """Yield what the sums assume, and how to say it better."""
    silent = [service.name for service in site.services if not service.operations]
    if silent:
        yield f"{OPERATIONS} operations for {', '.join(silent)}: list them in `services[].operations`"
    yield "as many span names again for calls and inner steps of a service"
    yield f"{STATUSES} statuses for each: fine and failed"
    yield f"a service calls {CALLED} others, and each is called from outside too"
    for dimension in (*site.metrics.dimensions, *site.metrics.graph_dimensions):
        many = values_of(dimension)
        yield f"{many} value{'s' if many > 1 else ''} of `{dimension}` within an operation"
    if site.budget.requests_per_second is not None:
        yield (
            f"{site.budget.spans_per_request} spans a request, {site.budget.bytes_per_span} bytes a span: "
            "`budget.spans_per_request`, `budget.bytes_per_span`"
        )
    if site.sampling.tail is not None and reasons(site.sampling.tail):
        yield f"{REASONS * 100:.0f} % of the traces each {', '.join(reasons(site.sampling.tail))}"
    yield "series live as long as their service: names that change with each request are not counted"


def as_text(found: Estimate) -> str:
    """Return the estimate for people: a line a figure, then what was assumed."""
    lines = [
        f"{'OVER ' if figure.is_over else ''}{figure.what}: {amount(figure.value, figure.unit)} ({figure.how})"
        + (f"; {'.'.join(map(str, figure.path))} is {amount(figure.limit, figure.unit)}" if figure.limit else "")
        for figure in found.figures
    ]
    lines += [f"not known: {text}" for text in found.unknown]
    lines += ["", "Assumed:", *(f"  - {text}" for text in found.assumed)]
    return "\n".join(lines)


def amount(value: int, unit: str) -> str:
    """Return a number with its unit; bytes in the largest that leaves a whole digit."""
    if not unit.startswith("bytes"):
        return f"{value:,} {unit}"
    for power, name in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if value >= 1 << power:
            return f"{value / (1 << power):,.1f} {name}{unit.removeprefix('bytes')}"
    return f"{value:,} {unit}"


def as_data(found: Estimate) -> dict[str, object]:
    """Return the estimate for programs."""
    return {
        "figures": {
            figure.key: {"value": figure.value, "unit": figure.unit, "how": figure.how, "limit": figure.limit}
            for figure in found.figures
        },
        "over": [figure.key for figure in found.over],
        "assumed": list(found.assumed),
        "unknown": list(found.unknown),
    }
