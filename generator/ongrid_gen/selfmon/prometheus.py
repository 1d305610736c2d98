"""Prometheus watched, by itself: rules, notifications, its database, its configuration, its disk.

What makes Prometheus stop altogether it cannot tell; for that there is the watchdog, which then falls silent.
"""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import PROMETHEUS, WARNING, Watch, down, filled, grown
from ongrid_gen.selfmon.cases import HALF_HOUR, Burst, Case, counter, gauge, steady
from ongrid_gen.selfmon.counters import growing
from ongrid_gen.selfmon.words import binary, duration

COMPONENT: Final = PROMETHEUS
OF: Final = '{job="prometheus"}'
JOB: Final = 'job="prometheus",instance="localhost:9090"'
ONE_JOB: Final = {"job": "prometheus"}
TARGET: Final = {"job": "prometheus", "instance": "localhost:9090"}
GROUP: Final = {"rule_group": "/etc/prometheus/rules/a.yaml;a"}
IN_GROUP: Final = f'{JOB},rule_group="{GROUP["rule_group"]}"'

FAILURES: Final = "prometheus_rule_evaluation_failures_total"
MISSED: Final = "prometheus_rule_group_iterations_missed_total"
ITERATIONS: Final = "prometheus_rule_group_iterations_total"
EVALUATED: Final = "prometheus_rule_group_last_evaluation_timestamp_seconds"
INTERVAL: Final = "prometheus_rule_group_interval_seconds"
DROPPED: Final = "prometheus_notifications_dropped_total"
NOTIFY_ERRORS: Final = "prometheus_notifications_errors_total"
TOO_OLD: Final = "prometheus_tsdb_too_old_samples_total"
OUT_OF_BOUND: Final = "prometheus_tsdb_out_of_bound_samples_total"
RELOADED: Final = "prometheus_config_last_reload_successful"
COMPACTIONS: Final = "prometheus_tsdb_compactions_failed_total"
WAL_FAILURES: Final = (
    "prometheus_tsdb_wal_truncations_failed_total",
    "prometheus_tsdb_wal_writes_failed_total",
    "prometheus_tsdb_checkpoint_creations_failed_total",
)
OLDEST: Final = "prometheus_tsdb_head_min_time_seconds"
NEWEST: Final = "prometheus_tsdb_head_max_time_seconds"
BLOCKS: Final = "prometheus_tsdb_storage_blocks_bytes"
WAL_SIZE: Final = "prometheus_tsdb_wal_storage_size_bytes"
HEAD_SIZE: Final = "prometheus_tsdb_head_chunks_storage_size_bytes"

LATE: Final = """\
max by (rule_group) (rate(<< missed >>[5m]) / (rate(<< all >>[5m]) > 0)) > 0.1"""
# A group not evaluated yet has a time before 1970: with a long interval, its first turn is minutes after a start.
STALLED: Final = """\
max by (rule_group) (time() - (<< evaluated >> > 0) - 4 * << interval >>) > 60"""
# Two hours of samples become a block; the head holds three at most, and a log as long.
HEAD_HOURS: Final = 6
FORECAST_DAYS: Final = 3
# 37 samples, one every ten minutes, span six hours.
FORECAST: Final = """\
sum by (job) (
  predict_linear((<< blocks >><< of >> + << wal >><< of >> + << head >><< of >>)[12h:10m], << ahead >>)
) > << disk >>
  and on () count_over_time(<< blocks >><< of >>[12h:10m]) >= 37"""


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    yield unwatched()
    yield from rules()
    yield from notifications()
    yield samples_rejected()
    yield future_samples()
    yield reload_failed()
    yield from database()
    yield wal_growing(site)
    yield disk_forecast(site)


def unwatched() -> Watch:
    """Not `PrometheusDown`: who evaluates this rule runs."""
    return Watch(
        name="PrometheusUnwatched",
        severity=WARNING,
        minutes=1,
        expr=down(PROMETHEUS),
        summary="Prometheus does not see its own metrics: nobody watches rules and notifications",
        meaning="Prometheus evaluates rules but could not scrape itself for a minute. Its other watches are blind.",
        remedy="Look at the target on Prometheus' page of targets.",
        look='up{job="prometheus"}',
        causes=("It is overloaded and does not answer in time.", "Its scrape configuration was changed by hand."),
        cases=(
            Case("speaks of a target that does not answer", [gauge(f"up{{{JOB}}}", 1, 0)], TARGET),
            Case("speaks of a target that nobody scrapes", [gauge(f"up{{{JOB}}}", 1, None)], ONE_JOB, delay=4),
        ),
    )


def rules() -> Iterator[Watch]:
    """Yield what tells that alerts are not evaluated. No cause to mute the others, so no `critical`."""
    yield Watch(
        name="RuleEvaluationFailing",
        severity=WARNING,
        minutes=0,
        expr=grown(f"{FAILURES}{OF}", "rule_group"),
        summary='{{ printf "%.0f" $value }} evaluations of rules in {{ $labels.rule_group }} failed in 10m',
        meaning="A rule of this group gives an error, so its alerts are silent whatever happens.",
        remedy="Look at the rule's error on Prometheus' page of rules, or in its log.",
        look=f"increase({FAILURES}[10m]) > 0",
        causes=("Two series where the rule allows one.", "The query takes too long or too many samples."),
        cases=(growing(f"{FAILURES}{{{IN_GROUP}}}", GROUP, 0),),
    )
    yield Watch(
        name="RuleEvaluationsMissed",
        severity=WARNING,
        minutes=5,
        expr=filled(LATE, missed=f"{MISSED}{OF}", all=f"{ITERATIONS}{OF}"),
        summary="{{ $value | humanizePercentage }} of the evaluations of {{ $labels.rule_group }} were skipped",
        meaning="Evaluating the group takes longer than its interval, so alerts are late.",
        remedy="Give Prometheus more CPU, or the group a longer interval (`alerting.interval`).",
        look="topk(5, prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds)",
        causes=("Too little CPU.", "Many more series than before.", "The machine was suspended."),
        quiet="up to a tenth skipped",
        cases=(
            Case(
                "speaks above a tenth, is quiet at it",
                [counter(f"{MISSED}{{{IN_GROUP}}}", 0, 10, border=1), counter(f"{ITERATIONS}{{{IN_GROUP}}}", 10, 10)],
                GROUP,
                told=per_cent(1),
                border=12,
                lasting=3,
            ),
        ),
    )
    yield Watch(
        name="RuleGroupStalled",
        severity=WARNING,
        minutes=1,
        expr=filled(STALLED, evaluated=f"{EVALUATED}{OF}", interval=f"{INTERVAL}{OF}"),
        summary="{{ $labels.rule_group }} has not been evaluated for {{ $value | humanizeDuration }} too long",
        meaning="The alerts of this group are not evaluated at all.",
        remedy="Look at Prometheus' CPU and log; restart it if it does not recover.",
        look=f"time() - {EVALUATED}",
        causes=("Prometheus is overloaded.", "A query of the group never ends."),
        quiet="a minute and four intervals",
        cases=(
            # the last evaluation was when the fault begins; four intervals of 25 s and a minute are not enough
            Case("speaks when the evaluations stop", [counter(f"{EVALUATED}{{{IN_GROUP}}}", 60, 0, after=1000),
                                                     steady(f"{INTERVAL}{{{IN_GROUP}}}", 25)],
                 GROUP, delay=3, told=duration(140)),
            Case("is quiet about a group that waits for its first turn",
                 [steady(f"{EVALUATED}{{{IN_GROUP}}}", -6795364578), steady(f"{INTERVAL}{{{IN_GROUP}}}", 240)], GROUP,
                 quiet=True),
        ),
    )  # fmt: skip


def notifications() -> Iterator[Watch]:
    """Yield what tells that alerts fire and nobody hears. It reaches Alertmanager when that is back."""
    yield Watch(
        name="NotificationsDropped",
        severity=WARNING,
        minutes=0,
        expr=grown(f"{DROPPED}{OF}", "job"),
        summary='Prometheus dropped {{ printf "%.0f" $value }} notifications in 10m',
        meaning="Alertmanager did not take them. What is still firing is sent again; what began "
        "and ended meanwhile is not.",
        remedy="See whether Alertmanager is up and answers.",
        look=f"increase({DROPPED}[1h])",
        causes=("Alertmanager is down or restarts.", "Its address was changed by hand."),
        cases=(growing(f"{DROPPED}{{{JOB}}}", ONE_JOB, 0),),
    )
    yield Watch(
        name="NotificationsFailing",
        severity=WARNING,
        minutes=2,
        expr=grown(f"{NOTIFY_ERRORS}{OF}", "alertmanager", 5),
        summary='Prometheus could not send {{ printf "%.0f" $value }} alerts to {{ $labels.alertmanager }} in 5m',
        meaning="Alertmanager does not answer, or refuses. Nobody hears what fires.",
        remedy="See whether Alertmanager is up; read both logs.",
        look=f"rate({NOTIFY_ERRORS}[5m])",
        causes=("Alertmanager is down or restarts.", "It is overloaded."),
        cases=(
            growing(f'{NOTIFY_ERRORS}{{{JOB},alertmanager="a"}}', {"alertmanager": "a"}, 2, 5),
        ),
    )  # fmt: skip


def samples_rejected() -> Watch:
    """Samples that came too late for the out-of-order window, or from the future."""
    return Watch(
        name="SamplesRejected",
        severity=WARNING,
        minutes=0,
        expr=f"{grown(f'{TOO_OLD}{OF}', 'type')}\nor {grown(f'{OUT_OF_BOUND}{OF}', 'type')}",
        summary='Prometheus rejected {{ printf "%.0f" $value }} samples in 10m: too old or out of bounds',
        meaning="They are lost. When they are Tempo's, the whole batch they came in is refused.",
        remedy="Compare the clocks of the senders; see whether Tempo catches up after an outage.",
        look=f"increase({TOO_OLD}[1h]) or increase({OUT_OF_BOUND}[1h])",
        causes=("Tempo was cut off from Prometheus for longer than the out-of-order window.", "A clock is wrong."),
        cases=tuple(
            growing(f'{name}{{{JOB},type="float"}}', {"type": "float"}, 0).named(f"speaks of {name}")
            for name in (TOO_OLD, OUT_OF_BOUND)
        ),
    )


def future_samples() -> Watch:
    """Instant queries do not see samples of the future, so alerts do not either."""
    return Watch(
        name="SamplesFromTheFuture",
        severity=WARNING,
        minutes=2,
        expr=f"max by (job) ({NEWEST}{OF} - time()) > 30",
        summary="Prometheus holds samples from {{ $value | humanizeDuration }} in the future",
        meaning="The clock of this machine was set back, or a sender's clock is ahead. Until "
        "then alerts see nothing new.",
        remedy="Set the clock right; keep it right with time synchronisation.",
        look=f"{NEWEST} - time()",
        causes=("The clock was set back.", "A virtual machine was restored from a snapshot."),
        quiet="up to 30s",
        cases=(
            # the newest sample is as old as now, then 30 s ahead, then 40
            Case("speaks of 40 seconds, is quiet at 30",
                 [counter(f"{NEWEST}{{{JOB}}}", Burst(0, 60), Burst(70, 60), border=Burst(90, 60),
                          after=Burst(20, 60))], ONE_JOB, told=duration(40), border=10),
        ),
    )  # fmt: skip


def reload_failed() -> Watch:
    """It goes on with the old configuration and the old rules."""
    return Watch(
        name="PrometheusReloadFailed",
        severity=WARNING,
        minutes=0,
        expr=f"{RELOADED}{OF} == 0",
        summary="Prometheus could not load its configuration or rules, and goes on with the old ones",
        meaning="What was rendered last is not what is evaluated.",
        remedy="Read Prometheus' log: it names the file and the line. Render again and do not edit by hand.",
        look=RELOADED,
        causes=("A rendered file was edited.", "A file could not be read."),
        cases=(Case("speaks at once", [gauge(f"{RELOADED}{{{JOB}}}", 1, 0)], TARGET),),
    )


def database() -> Iterator[Watch]:
    """Yield what tells that the database does not look after itself."""
    yield Watch(
        name="PrometheusCompactionFailing",
        severity=WARNING,
        minutes=0,
        expr=grown(f"{COMPACTIONS}{OF}", "job"),
        summary='{{ printf "%.0f" $value }} compactions of Prometheus failed in 10m',
        meaning="Memory and log grow until a compaction succeeds.",
        remedy="Read Prometheus' log; look at the space of its volume.",
        look=f"increase({COMPACTIONS}[1h])",
        causes=("The disk is full.", "A block is damaged."),
        cases=(growing(f"{COMPACTIONS}{{{JOB}}}", ONE_JOB, 0),),
    )
    yield Watch(
        name="PrometheusWalFailing",
        severity=WARNING,
        minutes=0,
        expr="\nor ".join(grown(f"{name}{OF}", "job") for name in WAL_FAILURES),
        summary='Prometheus failed to write or shorten its log {{ printf "%.0f" $value }} times in 10m',
        meaning="A crash now loses samples, or the log grows until the disk is full.",
        remedy="Read Prometheus' log; look at the space of its volume.",
        look=" or ".join(f"increase({name}{OF}[1h])" for name in WAL_FAILURES),
        causes=("The disk is full.", "The disk fails."),
        cases=tuple(
            growing(f"{name}{{{JOB}}}", ONE_JOB, 0).named(f"speaks of {name}") for name in WAL_FAILURES
        ),
    )  # fmt: skip
    edge = HEAD_HOURS * 3600
    yield Watch(
        name="PrometheusHeadNotCompacted",
        severity=WARNING,
        minutes=30,
        expr=f"max by (job) ({NEWEST}{OF} - {OLDEST}{OF}) > {edge}",
        summary="Prometheus holds {{ $value | humanizeDuration }} of samples in memory",
        meaning=f"After three hours they should be in a block. More than {HEAD_HOURS}h means that "
        "compaction stands still.",
        remedy="Read Prometheus' log; look at the space of its volume.",
        look=f"{NEWEST} - {OLDEST}",
        causes=("Compaction fails.", "The disk is full."),
        quiet=f"up to {HEAD_HOURS}h",
        cases=(
            Case("speaks above the hours", [gauge(f"{NEWEST}{{{JOB}}}", 3600, 8 * 3600, border=edge),
                                           steady(f"{OLDEST}{{{JOB}}}", 0)],
                 ONE_JOB, told=duration(8 * 3600), healthy=1, border=3, fault=1, step=HALF_HOUR),
        ),
    )  # fmt: skip


def wal_growing(site: Site) -> Watch:
    """A quarter of the disk: the log holds some hours, the blocks all the days of the retention."""
    edge = site.prometheus.disk // 4
    return Watch(
        name="PrometheusWalGrowing",
        severity=WARNING,
        minutes=10,
        expr=f"max by (job) ({WAL_SIZE}{OF}) > {edge}",
        summary="Prometheus' log takes {{ $value | humanize1024 }}B",
        meaning="It is more than a quarter of `prometheus.disk`. It is not shortened, or there are too many series.",
        remedy="See whether compaction works; look at the number of series.",
        look=f"{WAL_SIZE}{OF}",
        causes=("Compaction fails.", "The number of series has grown.", "`prometheus.disk` is too small."),
        quiet="up to a quarter of `prometheus.disk`",
        cases=(
            Case("speaks above a quarter", [gauge(f"{WAL_SIZE}{{{JOB}}}", 1, edge * 5 // 4, border=edge)], ONE_JOB,
                 told=binary(edge * 5 // 4), border=12),
        ),
    )  # fmt: skip


def disk_forecast(site: Site) -> Watch:
    """Blocks, log and head together grow evenly: what leaves the log comes back as a block."""
    disk, samples_ahead = site.prometheus.disk, FORECAST_DAYS * 86_400 // 600
    each = disk // samples_ahead + 1
    # six hours of samples are there at the 13th evaluation, half an hour later it speaks
    steps = 12
    due = 3 * (steps + 1) + 1
    files = [gauge(f"{name}{{{JOB}}}", None, 0) for name in (WAL_SIZE, HEAD_SIZE)]
    return Watch(
        name="PrometheusDiskForecast",
        severity=WARNING,
        minutes=30,
        expr=filled(FORECAST, blocks=BLOCKS, wal=WAL_SIZE, head=HEAD_SIZE, of=OF, ahead=FORECAST_DAYS * 86_400,
                    disk=disk),
        summary=f"In {FORECAST_DAYS} days Prometheus will take {{{{ $value | humanize1024 }}}}B of disk",
        meaning=f"`prometheus.disk` allows {binary(disk)}B. Prometheus stops when it cannot write.",
        remedy="Make the disk larger and say so in `prometheus.disk`, shorten "
        "`prometheus.retention`, or make fewer series.",
        look=f"{BLOCKS} + {WAL_SIZE}{OF}",
        causes=("More series.", "A longer retention than the disk is for."),
        quiet="the first six hours: a trend needs that long",
        cases=(
            Case("speaks when it will not fit", [counter(f"{BLOCKS}{{{JOB}}}", None, each), *files], ONE_JOB,
                 told=binary(float(each * (due + samples_ahead))), healthy=1, delay=steps, fault=1, lasting=25,
                 step=HALF_HOUR, samples=3),
            Case("is quiet when it will", [counter(f"{BLOCKS}{{{JOB}}}", None, each // 3), *files], healthy=1,
                 delay=steps, fault=1, quiet=True, step=HALF_HOUR, samples=3),
        ),
    )  # fmt: skip
