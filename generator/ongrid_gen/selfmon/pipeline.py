"""The way of the data as a whole: what goes in must come out. And the watchdog, which says that alerting works."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.conventions import CALLS, WATCHDOG
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import CRITICAL, NONE, TEMPO, WARNING, Watch, counting, filled, labelled, of, target
from ongrid_gen.selfmon.cases import Case, Phases, counter, gauge, steady
from ongrid_gen.text import fill, promql_matcher, promql_string

COMPONENT: Final = "pipeline"
ACCEPTED: Final = 'otelcol_receiver_accepted_spans{job="gateway"}'
STORED: Final = "tempo_distributor_spans_received_total"
# Fewer spans than these tell nothing: a new series may hide its first value.
FEWEST: Final = 20
# Below, what comes in; after `unless`, what must then come out. `for` is as long as the window: a burst that ends
# before it can be seen at the other end leaves the window first.
STALLED: Final = """\
sum(increase(<< source >>[5m])) >= << fewest >>
  unless on () sum(increase(<< sink >>[5m])) > 0"""
RESTARTS: Final = """\
changes(process_start_time_seconds{job=~"<< tempos >>|prometheus|alertmanager"}[15m]) > 2
or resets(otelcol_process_uptime{job="gateway"}[15m]) > 2"""


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    yield traces_stalled(site)
    yield span_metrics_stalled(site)
    yield restarting(site)
    if site.prometheus.scrape:
        yield target_down(site)
    yield watchdog()


def stored(site: Site) -> tuple[str, str]:
    """Return what the Tempo took that takes everything: the metric with its selector, and one series of it."""
    job = counting(site)
    return f"{STORED}{of(job, site)}", f"{STORED}{{{labelled({**target(job), 'tenant': 'single-tenant'})}}}"


def traces_stalled(site: Site) -> Watch:
    """Between gateway and Tempo."""
    sink, series = stored(site)
    return Watch(
        name="TracesStalled",
        severity=CRITICAL,
        minutes=5,
        expr=filled(STALLED, source=ACCEPTED, sink=sink, fewest=FEWEST),
        summary='The gateway accepted {{ printf "%.0f" $value }} spans in 5m, and Tempo took none',
        meaning="Spans do not get from the gateway to Tempo. Trace alerts are blind.",
        remedy="Read the gateway's log; see whether its queue fills and whether Tempo answers.",
        look="rate(otelcol_exporter_sent_spans[5m])",
        causes=("Tempo refuses everything.", "The network between the two is broken."),
        quiet=f"fewer than {FEWEST} spans in 5m",
        cases=stalled_cases(
            'otelcol_receiver_accepted_spans{job="gateway",instance="gateway:8888",receiver="otlp",transport="http"}',
            series,
        ),
    )


def span_metrics_stalled(site: Site) -> Watch:
    """Between Tempo and Prometheus."""
    source, series = stored(site)
    return Watch(
        name="SpanMetricsStalled",
        severity=CRITICAL,
        minutes=5,
        expr=filled(STALLED, source=source, sink=CALLS, fewest=FEWEST),
        summary='Tempo took {{ printf "%.0f" $value }} spans in 5m, and none is counted in the span metrics',
        meaning="Span metrics are not made or do not reach Prometheus. Every trace alert is blind.",
        remedy="Read Tempo's log; see whether remote write fails or is behind.",
        look=f"sum(rate({CALLS}[5m]))",
        causes=(
            "Prometheus does not take remote writes.",
            "The metrics generator has no processors.",
            "All spans are too old to be counted.",
        ),
        quiet=f"fewer than {FEWEST} spans in 5m",
        cases=stalled_cases(
            series,
            f'{CALLS}{{service_name="a",span_kind="SPAN_KIND_SERVER"}}',
        ),
        pushed=True,
    )


def stalled_cases(source: str, sink: str) -> tuple[Case, ...]:
    """Return the cases: what comes out stops; just enough comes in; a burst is over before it could be seen."""
    return (
        # the last growth leaves the window of five samples after four steps
        Case("speaks when nothing comes out any more", [counter(source, 20, 20), counter(sink, 1, 0, after=1)],
             delay=3, told="100", lasting=1),
        # in five samples there are four growths, which are stretched to five minutes: 4 are 20, 3 are 15
        Case("speaks when nothing ever came out, is quiet when hardly anything comes in",
             [counter(source, 0, 4, border=3)], border=12, delay=3, told="20"),
        # asked while the burst is in the window, and when it has left
        Case("is quiet when a burst has ended", [counter(source, 0, 0, border=500)], border=1, delay=-2, fault=12,
             quiet=True),
    )  # fmt: skip


def restarting(site: Site) -> Watch:
    """A container that dies and is started again, over and over; each time `up` is 1 before `for` is over."""
    tempo = {"job": "tempo", "instance": "tempo:3200"}
    return Watch(
        name="ComponentRestarting",
        severity=WARNING,
        minutes=0,
        expr=filled(RESTARTS, tempos="|".join(dict.fromkeys((TEMPO, counting(site))))),
        summary='{{ $labels.job }} was started again {{ printf "%.0f" $value }} times in 15m',
        meaning="It dies and is started again. Between two starts it does not do its work.",
        remedy="`docker inspect` says whether it was killed for memory (`OOMKilled`); the end "
        "of its log says the rest.",
        look="changes(process_start_time_seconds[15m])",
        causes=("Too little memory.", "The disk is full.", "It cannot read what it finds on its volume."),
        quiet="two restarts in 15m",
        cases=(
            Case("speaks of the third",
                 [counter('process_start_time_seconds{job="tempo",instance="tempo:3200"}', 0, 60)], tempo,
                 told="3", delay=2, fault=1, lasting=13),
            Case("counts the collector's by its uptime",
                 [counter('otelcol_process_uptime{job="gateway",instance="gateway:8888"}', 60, -60)],
                 {"job": "gateway", "instance": "gateway:8888"}, told="3", delay=2, fault=1, lasting=13),
            Case("is quiet at one restart",
                 [Phases('otelcol_process_uptime{job="gateway",instance="gateway:8888"}', 1000, 0, 0, 0, counts=False)],
                 fault=16, quiet=True),
        ),
    )  # fmt: skip


def target_down(site: Site) -> Watch:
    """The jobs of the spec's `prometheus.scrape`: alerts on their metrics are blind without them."""
    jobs = [scrape.job for scrape in site.prometheus.scrape]
    answers = fill("up{<< jobs >>} == 0", jobs=promql_matcher("job", jobs))
    gone = [fill("or absent(up{job=<< job >>})", job=promql_string(job)) for job in jobs]
    series = f'up{{job="{jobs[0]}",instance="a:1"}}'
    others = [steady(f'up{{job="{job}",instance="a:1"}}') for job in jobs[1:]]
    return Watch(
        name="TargetDown",
        severity=WARNING,
        minutes=5,
        expr="\n".join([answers, *gone]),
        summary="A target of the job {{ $labels.job }} cannot be scraped, or the job has none",
        meaning="Alerts on the metrics of this target are blind.",
        remedy="Ask the target for its metrics page by hand; see whether Prometheus' container reaches it.",
        look="up == 0",
        causes=("The target is down.", "Its address or port has changed.", "A firewall."),
        cases=(
            Case("speaks of a target that does not answer", [gauge(series, 1, 0), *others],
                 {"job": jobs[0], "instance": "a:1"}),
            Case("speaks of a job that has no target", [gauge(series, 1, None), *others], {"job": jobs[0]}, delay=4),
        ),
    )  # fmt: skip


def watchdog() -> Watch:
    """The dead man's switch: who receives it and no longer does knows that alerting is dead."""
    return Watch(
        name=WATCHDOG,
        severity=NONE,
        minutes=0,
        expr="vector(1)",
        summary="Alerting works: this alert always fires",
        meaning="It is no fault. When its receiver no longer hears it, Prometheus, Alertmanager "
        "or the way between is dead.",
        remedy="Let a service that is not part of this stack expect it, and call when it stays "
        "away (`notify.heartbeat`).",
        look="vector(1)",
        causes=("It always fires.",),
        cases=(Case("always speaks", [], healthy=0, fault=1, always=True),),
    )
