"""Tempo watched: ingest, the metrics generator and its way to Prometheus, blocks, limits, disk.

Names and labels were read from running programs, 1.5.0, 2.10.8 and 3.0.3, while the fault was on.
"""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import (
    CRITICAL,
    TEMPO,
    TEMPO_METRICS,
    WARNING,
    Watch,
    born,
    counting,
    dialect,
    down,
    filled,
    grown,
    labelled,
    target,
)
from ongrid_gen.selfmon.cases import Case, counter, gauge, steady
from ongrid_gen.selfmon.counters import growing, newborn
from ongrid_gen.selfmon.words import duration

COMPONENT: Final = TEMPO
JOB: Final = 'job="tempo",instance="tempo:3200"'
TENANT: Final = f'{JOB},tenant="single-tenant"'
URL: Final = {"url": "http://prometheus:9090/api/v1/write"}
ONE_TENANT: Final = {"tenant": "single-tenant"}

REFUSED: Final = "tempo_receiver_refused_spans"
DISCARDED: Final = "tempo_discarded_spans_total"
LATE: Final = "tempo_metrics_generator_spans_discarded_total"
GENERATED: Final = "tempo_metrics_generator_spans_received_total"
LIMITED: Final = "tempo_metrics_generator_registry_series_limited_total"
ACTIVE: Final = "tempo_metrics_generator_registry_active_series"
ACTIVE_LIMIT: Final = "tempo_metrics_generator_registry_max_active_series"
COLLECTIONS_FAILED: Final = "tempo_metrics_generator_registry_collections_failed_total"
SENT: Final = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds"
TAKEN_IN: Final = "prometheus_remote_storage_queue_highest_timestamp_seconds"
NOT_WRITTEN: Final = "prometheus_remote_storage_samples_failed_total"
OUTSIDE: Final = 'tempo_warnings_total{reason="outside_ingestion_time_slack"}'
AGES: Final = ("tempo_spans_distance_in_past_seconds_bucket", "tempo_spans_distance_in_future_seconds_bucket")

LATE_SHARE: Final = """\
sum by (tenant) (rate(<< late >>{reason="outside_metrics_ingestion_slack"}[5m]))
  / (sum by (tenant) (rate(<< received >>[5m])) > 0) > 0.01"""
NEAR: Final = "max by (tenant) (<< used >> / (<< limit >> > 0)) > 0.8"
LAG: Final = """\
max by (url) (<< taken >>{job="<< job >>"} - << sent >>{job="<< job >>"}) > 60"""
# What is above the first bound of the histogram, 5 minutes as Prometheus writes it; less than one is a rounding error.
AWAY: Final = """\
sum by (tenant) (increase(<< ages >>{le="+Inf"}[5m]) - ignoring (le) increase(<< ages >>{le="300.0"}[5m])) >= 1"""
# A lag of decades: since its start Tempo has handed nothing over, and says that it did so in 1970.
NEVER: Final = "older than Tempo's start"
OLD: Final = f'{{{{ or (and (gt $value 1e9) "{NEVER}") (humanizeDuration $value | printf "%s old") }}}}'
# 1.5 does not tell what its queue has taken in; but while it has active series, it sends them at every collection.
LAG_1_5: Final = """\
max by (url) (time() - << sent >>{job="<< job >>"}) > << lag >>
  and on () sum(<< active >>) > 0"""


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    yield tempo_down(site)
    if site.sampling.tail is not None:
        yield counting_down()
    yield from ingest()
    yield from generator(site)
    yield remote_write_failing(counting(site))
    yield behind(site) if dialect(site).WATCHED.lag else behind_1_5(site)
    yield clock_skew() if dialect(site).WATCHED.skew_warnings else clock_skew_by_age()


def write(job: str) -> str:
    """Return the labels of what one Tempo says of its way to Prometheus."""
    return labelled({**target(job), **ONE_TENANT, **URL})


def tempo_down(site: Site) -> Watch:
    """Without Tempo there are no traces, no span metrics, and every trace alert is blind.

    Where traces are sampled another one makes the metrics: then this one mutes no alert.
    """
    if site.sampling.tail is None:
        return _down(
            TEMPO,
            name="TempoDown",
            severity=CRITICAL,
            summary="Tempo is down: no traces are stored, no span metrics are made",
            blind="Spans wait in the gateway's queue; trace alerts are blind.",
        )
    return _down(
        TEMPO,
        name="TempoDown",
        severity=WARNING,
        summary="Tempo is down: no traces are stored",
        blind="Spans wait in the gateway's queue; when it is full they are lost. Alerts go on, traces are missing.",
    )


def counting_down() -> Watch:
    """Without the one that counts every trace alert is blind, while traces are stored."""
    return _down(
        TEMPO_METRICS,
        name="TempoMetricsDown",
        severity=CRITICAL,
        summary="The Tempo that counts is down: no span metrics are made",
        blind="Spans wait in the gateway's queue; trace alerts are blind.",
    )


def _down(job: str, *, name: str, severity: str, summary: str, blind: str) -> Watch:
    series = f"up{{{labelled(target(job))}}}"
    return Watch(
        name=name,
        severity=severity,
        minutes=1,
        expr=down(job),
        summary=summary,
        meaning=f"Prometheus could not scrape Tempo for a minute. {blind}",
        remedy="Look at the container's state and the end of its log, and start it before the gateway's queue is full.",
        look=f'up{{job="{job}"}}',
        causes=(
            "It was killed for memory: `docker inspect` says `OOMKilled`. Raise `tempo.memory`.",
            "The disk is full, so that it cannot write its log and stops.",
            "Its configuration was changed by hand and does not load.",
        ),
        cases=(
            Case("speaks of a target that does not answer", [gauge(series, 1, 0)], target(job)),
            # an instant selector sees the last sample for five minutes
            Case("speaks of a target that nobody scrapes", [gauge(series, 1, None)], {"job": job}, delay=4),
        ),
    )


def ingest() -> Iterator[Watch]:
    """Yield what tells that spans do not get in."""
    yield Watch(
        name="TempoSpansRefused",
        severity=WARNING,
        minutes=2,
        expr=grown(REFUSED, "receiver", 5),
        summary='Tempo refused {{ printf "%.0f" $value }} spans in 5m at its receiver {{ $labels.receiver }}',
        meaning="Tempo answers with errors. The gateway sends the same spans again until its queue is full.",
        remedy="Read Tempo's log for the reason, and compare the traffic with the limits of the site.",
        look=f"sum by (receiver, transport) (rate({REFUSED}[5m]))",
        causes=("Traffic over the rate limit.", "Tempo is starting or stopping.", "Its log on disk cannot be written."),
        cases=(growing(f'{REFUSED}{{{JOB},receiver="otlp",transport="grpc"}}', {"receiver": "otlp"}, 2, 5),),
    )
    series = f'{DISCARDED}{{{TENANT},reason="rate_limited"}}'
    yield Watch(
        name="TempoSpansDiscarded",
        severity=WARNING,
        minutes=0,
        expr=born(DISCARDED, "reason", TEMPO),
        summary='Tempo discarded {{ printf "%.0f" $value }} spans: {{ $labels.reason }}',
        meaning="These spans are lost: Tempo accepted or refused them for good, and nobody sends them again.",
        remedy="The reason names the limit: rate_limited is bytes a second, live_traces_exceeded traces at a time, "
        "trace_too_large a single trace. Lower the traffic, sample at the source, or raise the limit.",
        look=f"sum by (reason) (increase({DISCARDED}[1h]))",
        causes=(
            "A burst: a load test, a retry storm, a release that made more spans.",
            "A service that never ends its traces.",
        ),
        cases=newborn(series, {"reason": "rate_limited"}, TEMPO, JOB, 0),
    )


def generator(site: Site) -> Iterator[Watch]:
    """Yield what tells that the span metrics are not whole."""
    known = dialect(site).WATCHED
    if known.late_spans:
        yield late_spans()
    yield series_limited()
    if site.metrics.max_active_series:
        yield series_near_limit()
    yield collection_failing(known.collection_label, counting(site), is_born=known.collections_born)
    yield graph_dropping(known.graph_dropped)


def late_spans() -> Watch:
    """Spans outside the slack are stored, but counted nowhere."""
    return Watch(
        name="TempoLateSpans",
        severity=WARNING,
        minutes=5,
        expr=filled(LATE_SHARE, late=LATE, received=GENERATED),
        summary="{{ $value | humanizePercentage }} of the spans are too old or too new to be counted",
        meaning="Spans that end more than 30s from now are stored but left out of the metrics, "
        "so alerts do not see them.",
        remedy="Find who sends late: a clock that is wrong, a queue that is caught up with, "
        "batches that wait too long.",
        look=f"sum by (reason) (rate({LATE}[5m])) / ignoring (reason) group_left sum(rate({GENERATED}[5m]))",
        causes=(
            "The clock of an edge is wrong.",
            "The gateway or an agent catches up after an outage: then it is over soon.",
        ),
        quiet="up to 1 % of the spans late",
        cases=(
            Case(
                "speaks above one in a hundred, is quiet at it",
                [
                    counter(f'{LATE}{{{TENANT},reason="outside_metrics_ingestion_slack"}}', 0, 20, border=1),
                    counter(f"{GENERATED}{{{TENANT}}}", 100, 100),
                ],
                ONE_TENANT,
                told=per_cent(0.2),
                border=12,
                lasting=3,
            ),
        ),
    )


def series_limited() -> Watch:
    """Over the limit, new label sets are merged or left out: a new service is missing from its own alert."""
    return Watch(
        name="TempoSeriesLimited",
        severity=WARNING,
        minutes=0,
        expr=grown(LIMITED, "tenant"),
        summary='Tempo left out series {{ printf "%.0f" $value }} times in 10m: the limit of active series is reached',
        meaning="`metrics.max_active_series` is reached. New services and operations are missing "
        "from metrics and alerts.",
        remedy="Raise `metrics.max_active_series`, or take away what makes so many series.",
        look='topk(10, count by (service_name) ({__name__=~"traces_spanmetrics_.+"}))',
        causes=("Span names that hold ids.", "A dimension with many values in `metrics.dimensions`.", "More services."),
        cases=(growing(f"{LIMITED}{{{TENANT}}}", ONE_TENANT, 0),),
    )


def series_near_limit() -> Watch:
    """The forecast of `series_limited`; the limit is the one number of the spec, as Tempo reports it."""
    return Watch(
        name="TempoSeriesNearLimit",
        severity=WARNING,
        minutes=10,
        expr=filled(NEAR, used=ACTIVE, limit=ACTIVE_LIMIT),
        summary="{{ $value | humanizePercentage }} of the allowed active series are in use",
        meaning="When `metrics.max_active_series` is reached, new services and operations are "
        "missing from the metrics.",
        remedy="Raise `metrics.max_active_series`, or take away what makes so many series.",
        look=f"{ACTIVE} / {ACTIVE_LIMIT}",
        causes=("Span names that hold ids.", "A dimension with many values in `metrics.dimensions`.", "More services."),
        quiet="up to 80 % of the limit",
        cases=(
            Case(
                "speaks above four fifths, is quiet at them",
                [gauge(f"{ACTIVE}{{{TENANT}}}", 10, 900, border=800), steady(f"{ACTIVE_LIMIT}{{{TENANT}}}", 1000)],
                ONE_TENANT,
                told=per_cent(0.9),
                border=15,
            ),
            Case(
                "is quiet without a limit",
                [gauge(f"{ACTIVE}{{{TENANT}}}", 10, 900), steady(f"{ACTIVE_LIMIT}{{{TENANT}}}", 0)],
                quiet=True,
            ),
        ),
    )


def collection_failing(label: str, job: str, *, is_born: bool) -> Watch:
    """A collection that fails leaves a hole in every series."""
    value = {"tenant": "single-tenant"}.get(label, "other")
    labels, at = {label: value}, labelled(target(job))
    series = f"{COLLECTIONS_FAILED}{{{at},{labelled(labels)}}}"
    return Watch(
        name="TempoCollectionFailing",
        severity=WARNING,
        minutes=0,
        expr=born(COLLECTIONS_FAILED, label, job) if is_born else grown(COLLECTIONS_FAILED, label),
        summary=f'{{{{ printf "%.0f" $value }}}} collections of the span metrics failed ({{{{ $labels.{label} }}}})',
        meaning="Tempo could not write its span metrics into its own log, so every series has a hole.",
        remedy="Read Tempo's log; look at the disk of its volume.",
        look=f"sum by ({label}) (increase({COLLECTIONS_FAILED}[1h]))",
        causes=("The disk is full.", "The log of the metrics generator is damaged."),
        cases=newborn(series, labels, job, at, 0) if is_born else (growing(series, labels, 0),),
    )


def graph_dropping(counters: tuple[str, ...]) -> Watch:
    """Edges that are dropped make a dependency look idle."""
    expr = "\nor ".join(grown(name, "tenant", 5) for name in counters)
    series = f"{counters[-1]}{{{TENANT}}}"
    return Watch(
        name="TempoServiceGraphDropping",
        severity=WARNING,
        minutes=2,
        expr=expr,
        summary='Tempo dropped {{ printf "%.0f" $value }} spans of the service graph in 5m',
        meaning="More requests wait for their other half than the generator keeps. Edges are "
        "missing; their alerts are quiet.",
        remedy="Look for a service whose spans come without their partner, or lower the traffic.",
        look=f"rate({counters[0]}[5m])",
        causes=("Much more traffic than planned.", "One side of many calls is not instrumented or is sampled out."),
        cases=(growing(series, ONE_TENANT, 2, 5),),
    )


def remote_write_failing(job: str) -> Watch:
    """Samples that Prometheus refuses for good. Not critical: a few must not mute the alerts that still work."""
    failed = f'{NOT_WRITTEN}{{job="{job}"}}'
    return Watch(
        name="RemoteWriteFailing",
        severity=WARNING,
        minutes=2,
        expr=grown(failed, "url", 5),
        summary='Prometheus refused {{ printf "%.0f" $value }} samples of the span metrics in 5m',
        meaning="Tempo's remote write got an answer that forbids to try again. These samples are lost.",
        remedy="Read Tempo's log: it repeats Prometheus' answer.",
        look=f"sum by (url) (rate({failed}[5m]))",
        causes=(
            "Prometheus runs without `--web.enable-remote-write-receiver`: the answer is 404.",
            "Samples are older than the out-of-order window, after a long outage.",
            "A label is refused.",
        ),
        cases=(growing(f"{NOT_WRITTEN}{{{write(job)}}}", URL, 2, 5),),
    )


def behind(site: Site) -> Watch:
    """How far the newest sample that was sent is behind the newest that waits."""
    job = counting(site)
    at = write(job)
    return _behind(
        job,
        filled(LAG, taken=TAKEN_IN, sent=SENT, job=job),
        Case(
            "speaks above a minute, is quiet at it",
            [steady(f"{TAKEN_IN}{{{at}}}", 1000), gauge(f"{SENT}{{{at}}}", 990, 910, border=940)],
            URL,
            told=f"{duration(90)} old",
            border=10,
        ),
        Case(
            "says so when nothing was ever sent",
            [gauge(f"{TAKEN_IN}{{{at}}}", 0, 1_800_000_000), steady(f"{SENT}{{{at}}}", 0)],
            URL,
            told=NEVER,
        ),
    )


def behind_1_5(site: Site) -> Watch:
    """How old the newest sample is that was sent, while there is something to send."""
    job = counting(site)
    lag, at = 60 + 4 * site.metrics.interval, write(job)
    waits = Case(
        "speaks when nothing is sent any more",
        [counter(f"{SENT}{{{at}}}", 60, 0, after=10 * lag), steady(f"{ACTIVE}{{{TENANT}}}", 100)],
        URL,
        # the last sample was sent when the fault begins
        delay=int(lag // 60) + 1,
        told=f"{duration((int(lag // 60) + 3) * 60)} old",
    )
    idle = Case(
        "is quiet when there is nothing to send",
        [gauge(f"{SENT}{{{at}}}", 0, 0), steady(f"{ACTIVE}{{{TENANT}}}", 0)],
        quiet=True,
    )
    return _behind(job, filled(LAG_1_5, sent=SENT, lag=lag, active=ACTIVE, job=job), waits, idle)


def _behind(job: str, expr: str, *cases: Case) -> Watch:
    return Watch(
        name="RemoteWriteBehind",
        severity=WARNING,
        minutes=2,
        expr=expr,
        summary=f"The span metrics in Prometheus are {OLD}",
        meaning="Tempo cannot hand its samples over. It keeps them in its own log and tries again, so its disk fills.",
        remedy="See whether Prometheus answers, and how long it takes. Trace alerts see only what has arrived.",
        look=f'time() - {SENT}{{job="{job}"}}',
        causes=("Prometheus is overloaded or restarts again and again.", "Prometheus' disk is full."),
        cases=cases,
    )


def clock_skew() -> Watch:
    """Traces whose time is more than two minutes from Tempo's own: up to 2.10.8 a warning.

    Between Prometheus and Tempo there is no skew to see: they run on one machine, whose clock they share.
    """
    series = f"{OUTSIDE[:-1]},{TENANT}}}"
    return _skewed(
        grown(OUTSIDE, "tenant", 5),
        '{{ printf "%.0f" $value }} times in 5m spans were more than 2m away from the present',
        f"sum by (tenant) (rate({OUTSIDE}[5m]))",
        Case("speaks when it goes on", [counter(series, 0, 6)], ONE_TENANT, told="30", lasting=3),
        Case("is quiet when it is over soon", [counter(series, 0, 0, border=6)], border=4, quiet=True, fault=3),
    )


def clock_skew_by_age() -> Watch:
    """Spans that are more than five minutes away; 3.0.3 does not count the warnings of older versions (measured)."""
    within, every = ([f'{name}{{{TENANT},le="{le}"}}' for name in AGES] for le in ("300.0", "+Inf"))
    return _skewed(
        "\nor ".join(filled(AWAY, ages=name) for name in AGES),
        '{{ printf "%.0f" $value }} spans in 5m were more than 5m away from the present',
        " or ".join(f"sum by (tenant, le) (rate({name}[5m]))" for name in AGES),
        *(
            Case(f"speaks when it goes on ({kind})", [counter(near, 100, 100), counter(far, 100, 136)], ONE_TENANT,
                 told="180", lasting=3)
            for kind, near, far in zip(("past", "future"), within, every, strict=True)
        ),
        Case("is quiet when it is over soon", [counter(within[0], 100, 100), counter(every[0], 100, 100, border=136)],
             border=4, quiet=True, fault=3),
    )  # fmt: skip


def _skewed(expr: str, summary: str, look: str, *cases: Case) -> Watch:
    return Watch(
        name="SpanClockSkew",
        severity=WARNING,
        minutes=10,
        expr=expr,
        summary=summary,
        meaning="A sender's clock is wrong, or spans are very late. Such spans are hard to find and are in no alert.",
        remedy="Compare the clocks of the edges with this machine's; see whether a queue is being caught up with.",
        look=look,
        causes=("An edge without time synchronisation.", "A device that sends what it kept while it was offline."),
        quiet="a queue that is caught up with within ten minutes",
        cases=cases,
    )
