"""Where series come from: a processor of Tempo's metrics generator, a scrape job, Prometheus itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ongrid_gen import catalogue
from ongrid_gen.bundle.exposed import exposed, generated, pushing, scrapes, span_series
from ongrid_gen.bundle.network import Call, is_prometheus, is_tempo
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.routes import Matcher
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import LATENCY_BUCKET, LOCALHOST, SERVICE, SPAN_KIND, SPAN_NAME, STATUS_CODE
from ongrid_gen.graph.calls import job_of, outside_id
from ongrid_gen.graph.containers import container_id
from ongrid_gen.graph.model import Edge, Link, Node, Sort
from ongrid_gen.graph.series import Read
from ongrid_gen.graph.words import few, listed
from ongrid_gen.promql import Selector, Written
from ongrid_gen.series import GRAPH, SPANS, InVain, SpanSeries, as_label, matched
from ongrid_gen.units import plain

JOB: Final = "job"
# Of the names that Prometheus makes itself, those that are about no scrape.
ABOUT_ALERTS: Final = ("ALERTS", "ALERTS_FOR_STATE")
ABOUT_SCRAPES: Final = catalogue.OWN.difference(ABOUT_ALERTS)
# Labels that span metrics have whatever is configured.
INTRINSIC: Final = frozenset({SERVICE, SPAN_NAME, SPAN_KIND, STATUS_CODE})
QUOTES: Final = "\"'`"
NOBODY: Final = Node("source:nobody", Sort.SOURCE, "nobody")


@dataclass(frozen=True, slots=True)
class Source:
    """What gives series: its node, that of the program it is in, and the names, None when they may be any.

    `job` is the label that its series bear; empty when they come by remote write.
    """

    node: Node
    program: str
    names: frozenset[str] | None
    job: str = ""

    def gives(self, selector: Selector) -> bool:
        """Tell whether a selector can mean series of it."""
        labels = [Matcher(*one, ()) for one in selector.matchers if one[0] == JOB]
        right = not self.job or all(one.may_fit({JOB: self.job}) for one in labels)
        return right and self.names is not None and selector.metric in self.names

    def may_give(self, selector: Selector) -> bool:
        """Tell whether it is a program of another's, which may expose any metric but those of the stack's own."""
        open_ = Source(self.node, self.program, frozenset({selector.metric or ""}), self.job)
        owned = (selector.metric or "").startswith(catalogue.OWNED)
        return self.names is None and not owned and open_.gives(selector)


@dataclass(frozen=True)
class Sources:
    """Every source of a bundle."""

    wiring: Wiring

    @cached_property
    def all(self) -> list[Source]:
        """The processors, the scrape jobs, and Prometheus for what it says of alerts."""
        generators = [one for service in self.wiring.running(is_tempo) for one in processors(service)]
        own = [itself(service) for service in self.wiring.running(is_prometheus)]
        return [*generators, *self._jobs(), *self._pushed(), *own]

    def of(self, selector: Selector) -> list[Source]:
        """Return the sources of what a selector means; of several that are not known none is left out."""
        sure = [one for one in self.all if one.gives(selector)]
        return sure or [one for one in self.all if one.may_give(selector)]

    @property
    def runs(self) -> Iterator[Edge]:
        """Yield which program each source is in."""
        return (Edge(one.program, one.node.id, Link.RUNS) for one in self.all)

    def _jobs(self) -> Iterator[Source]:
        known = {host for one in self.wiring.services for host in one.hosts} | {LOCALHOST}
        found: dict[str, list[Call]] = {}
        for call in scrapes(self.wiring):
            found.setdefault(job_of(call), []).append(call)
        for job, calls in found.items():
            targets = dict.fromkeys(f"scrapes {call.text}" for call in calls)
            node = Node(f"source:job:{job}", Sort.SOURCE, f"job {job}", tuple(listed(list(targets), 3)))
            for call in calls:
                services = [call.service] if call.host == LOCALHOST else self.wiring.own(call.host)
                for service in services:
                    yield Source(node, container_id(service), ABOUT_SCRAPES | exposed(service), job)
                if call.host not in known:
                    yield Source(node, outside_id(call), ABOUT_SCRAPES, job)
                    yield Source(node, outside_id(call), None, job)

    def _pushed(self) -> Iterator[Source]:
        for job, services in pushing(self.wiring).items():
            node = Node(f"source:job:{job}", Sort.SOURCE, f"job {job}", ("pushed, not scraped",))
            for service in services:
                yield Source(node, container_id(service), exposed(service), job)

    def edge(self, source: Source, series: str, read: Sequence[Read]) -> Edge:
        """Return that a source makes series: which of its dimensions and bounds they need, or what it lacks."""
        spans = self._spans
        if spans is None or source.job:
            return Edge(source.node.id, series, Link.MAKES)
        lacks = [(one, lack) for one in read for lack in matched(one.written, one.selector, spans)]
        asked = [(one.selector.metric, *matcher) for one in read for matcher in one.selector.matchers]
        needed = dimensions({label for _, label, _, _ in asked}, (*spans.dimensions, *spans.graph_dimensions))
        words = [f"dimension {few(needed, 2)}"] if needed else []
        bounds = [value for _, label, _, value in asked if label == "le"]
        words += bounds_in_words(bounds, spans, read)
        broken = dict.fromkeys(in_short(one.written, lack) for one, lack in lacks)
        note = "\n".join(dict.fromkeys(lack.message for _, lack in lacks))
        return Edge(source.node.id, series, Link.MAKES, ", ".join(words), few(list(broken), 2), note)

    @cached_property
    def _spans(self) -> SpanSeries | None:
        return span_series(self.wiring)


def bounds_in_words(asked: Sequence[str], spans: SpanSeries, read: Sequence[Read]) -> list[str]:
    """Return the bounds that are asked for; all of them when a histogram is read without any."""
    named = sorted({value for value in asked if value != "+Inf"})
    if named:
        return [f"bound {few(named, 3)}"]
    whole = not asked and any(one.selector.metric == LATENCY_BUCKET for one in read)
    return [f"{len(spans.bounds)} bounds"] if whole else []


def dimensions(labels: set[str], known: tuple[str, ...]) -> list[str]:
    """Return the attributes that have to be configured so that there are these labels."""
    return [one for one in dict.fromkeys(known) if as_label(one) in labels - INTRINSIC]


def in_short(written: Written, lack: InVain) -> str:
    """Return the label or bound that is asked for in vain."""
    what = "bound" if lack.message.startswith("no bucket") else "label"
    return f"no {what} {written.text[slice(*lack.within)].strip(QUOTES)}"


def processors(service: Service) -> Iterator[Source]:
    """Yield the processors of Tempo's that are switched on, with what they are configured to make."""
    names = generated(service.settings)
    for title, prefix, key in (("span-metrics", SPANS, "span_metrics"), ("service-graphs", GRAPH, "service_graphs")):
        own = frozenset(name for name in names if name.startswith(prefix))
        if own:
            yield Source(processor(service, title, key), container_id(service), own)


def processor(service: Service, title: str, key: str) -> Node:
    """Return the node of a processor: its dimensions and bounds."""
    settings = dig(service.settings, "metrics_generator", "processor", key)
    named = [str(one) for one in dig(settings, "dimensions") or ()]
    bounds = [plain(one) for one in dig(settings, "histogram_buckets") or ()]
    lines = [f"dimension {one}" for one in listed(named, 3)]
    lines += [f"{len(bounds)} bounds, {bounds[0]} s … {bounds[-1]} s"] if bounds else []
    note = f"dimensions: {', '.join(named) or 'none'}\nbounds in seconds: {', '.join(bounds) or 'the usual'}"
    return Node(f"source:{service.name}:{title}", Sort.SOURCE, f"{service.name}: {title}", tuple(lines), note)


def itself(service: Service) -> Source:
    """Return Prometheus as the source of what it says of alerts."""
    node = Node(f"source:{service.name}", Sort.SOURCE, service.name, ("what it says of alerts",))
    return Source(node, container_id(service), frozenset(ABOUT_ALERTS))
