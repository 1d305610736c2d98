"""Loki watched, and the way of logs to it. None of it is critical: alerts on traces do not read logs.

Names and labels were read from the running program, 3.7.8, while the fault was on.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.model import Logs, Site
from ongrid_gen.selfmon.base import GATEWAY, WARNING, Watch, born, down, filled, grown
from ongrid_gen.selfmon.cases import HALF_HOUR, Burst, Case, counter, gauge
from ongrid_gen.selfmon.counters import growing, newborn
from ongrid_gen.selfmon.edges import FIRST, born_at
from ongrid_gen.selfmon.words import binary, duration
from ongrid_gen.text import promql_string
from ongrid_gen.units import format_duration, plain

COMPONENT: Final = "loki"
JOB: Final = 'job="loki",instance="loki:3100"'
TARGET: Final = {"job": "loki", "instance": "loki:3100"}
ONE_JOB: Final = {"job": "loki"}
OF: Final = '{job="loki"}'

DISCARDED: Final = "loki_discarded_samples_total"
FLUSH_FAILED: Final = "loki_ingester_chunks_flush_failures_total"
WAL_FULL: Final = "loki_ingester_wal_disk_full_failures_total"
DELETED: Final = "loki_compactor_apply_retention_last_successful_run_timestamp_seconds"
FAILURES: Final = "loki_prometheus_rule_evaluation_failures_total"
DROPPED: Final = "loki_prometheus_notifications_dropped_total"
WRITTEN: Final = "loki_ingester_chunk_size_bytes_sum"
NOT_SENT: Final = "otelcol_exporter_send_failed_log_records"
FORECAST_HOURS: Final = 6
# It looks every ten minutes for what is old.
LATE_HOURS: Final = 3


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch; none where the spec keeps no logs."""
    if site.logs is None:
        return
    yield loki_down()
    yield discarding()
    yield writes_failing()
    yield retention_stalled(site.logs)
    yield rules_failing()
    yield alerts_dropped()
    yield gateway_dropping()
    yield edge_dropping(site)
    yield disk_forecast(site.logs)


def loki_down() -> Watch:
    """Logs wait in the gateway's queue; alerts on logs are blind."""
    return Watch(
        name="LokiDown",
        severity=WARNING,
        minutes=1,
        expr=down(COMPONENT),
        summary="Loki is down: no logs are stored, no alerts on logs are evaluated",
        meaning="Prometheus could not scrape Loki for a minute. Logs wait in the gateway's queue; when it is full they "
        "wait at the edges. Alerts on logs are silent whatever is logged.",
        remedy="Look at the container's state and the end of its log, and start it.",
        look='up{job="loki"}',
        causes=(
            "It was killed for memory: `docker inspect` says `OOMKilled`. Raise `logs.memory`.",
            "Its disk is full.",
            "Its configuration does not load: `loki -verify-config` says why.",
        ),
        cases=(
            Case("speaks of a target that does not answer", [gauge(f"up{{{JOB}}}", 1, 0)], TARGET),
            Case("speaks of a target that nobody scrapes", [gauge(f"up{{{JOB}}}", 1, None)], ONE_JOB, delay=4),
        ),
    )


def discarding() -> Watch:
    """Loki takes a push and leaves out of it what is over a limit, too old, or has too many labels."""
    return Watch(
        name="LokiDiscarding",
        severity=WARNING,
        minutes=0,
        expr=born(f"{DISCARDED}{OF}", "reason", COMPONENT),
        summary='Loki refused {{ printf "%.0f" $value }} log records: {{ $labels.reason }}',
        meaning="These records are lost, or come again until the limit lets them in.",
        remedy="The reason says which limit: `rate_limited` and `per_stream_rate_limit` are of the traffic, "
        "`too_far_behind` and `greater_than_max_sample_age` of its age, `stream_limit` of labels with too many values.",
        look=f"sum by (reason) (increase({DISCARDED}{OF}[1h]))",
        causes=("Much more is logged than planned.", "The clock of a machine is wrong.",
                "An edge was cut off for hours, and sends what waited."),
        cases=newborn(f'{DISCARDED}{{{JOB},reason="rate_limited",tenant="fake"}}', {"reason": "rate_limited"},
                      COMPONENT, JOB, 0),
    )  # fmt: skip


def writes_failing() -> Watch:
    """What is not written stays in memory and in the log, and both grow."""
    return Watch(
        name="LokiWritesFailing",
        severity=WARNING,
        minutes=0,
        expr="\nor ".join(grown(f"{name}{OF}", "job") for name in (FLUSH_FAILED, WAL_FULL)),
        summary='Loki failed to write {{ printf "%.0f" $value }} times in 10m',
        meaning="Chunks stay in its memory and are tried again. Without the log on disk a crash loses them.",
        remedy="Look at the space and the permissions of its volume, and read its log.",
        look=f"increase({FLUSH_FAILED}{OF}[10m]) or increase({WAL_FULL}{OF}[10m])",
        causes=("The disk is full.", "The volume cannot be written."),
        cases=tuple(
            growing(f"{name}{{{JOB}}}", ONE_JOB, 0).named(f"speaks of {name}") for name in (FLUSH_FAILED, WAL_FULL)
        ),
    )


def retention_stalled(logs: Logs) -> Watch:
    """Nothing else tells that old logs stay."""
    late = LATE_HOURS * 3600
    step = int(HALF_HOUR)
    return Watch(
        name="LokiRetentionStalled",
        severity=WARNING,
        minutes=0,
        expr=f"time() - max by (job) ({DELETED}{OF} > 0) > {late}",
        summary="Loki has deleted no old logs for {{ $value | humanizeDuration }}",
        meaning=f"Logs that are older than `logs.retention` ({format_duration(logs.retention)}) stay, and the disk "
        "fills.",
        remedy="Read Loki's log for what its compactor says; restart it.",
        look=f"time() - {DELETED}",
        causes=("The disk is full.", "A file of the index is damaged."),
        quiet=f"{LATE_HOURS} hours without a run",
        cases=(
            Case("speaks when nothing was deleted for long",
                 [counter(f"{DELETED}{{{JOB}}}", step, 0, after=Burst(step * 16, step))], ONE_JOB,
                 told=duration(late + step), healthy=4, delay=7, fault=1, lasting=0, step=HALF_HOUR),
        ),
    )  # fmt: skip


def rules_failing() -> Watch:
    """A rule that fails is silent whatever is logged."""
    group = "/loki/rules-temp/fake/logs.yaml;logs"
    return Watch(
        name="LogRulesFailing",
        severity=WARNING,
        minutes=0,
        expr=grown(f"{FAILURES}{OF}", "rule_group"),
        summary='{{ printf "%.0f" $value }} evaluations of rules on logs in {{ $labels.rule_group }} failed in 10m',
        meaning="A rule of this group gives an error, so its alerts are silent whatever is logged.",
        remedy="Read Loki's log: it repeats the error. A window over many lines may need more memory.",
        look=f"increase({FAILURES}{OF}[10m]) > 0",
        causes=("The query reads more than Loki's limits allow.", "Too little memory."),
        cases=(growing(f'{FAILURES}{{{JOB},rule_group="{group}"}}', {"rule_group": group}, 0),),
    )


def alerts_dropped() -> Watch:
    """Loki sends its alerts to Alertmanager by itself."""
    return Watch(
        name="LogAlertsDropped",
        severity=WARNING,
        minutes=0,
        expr=grown(f"{DROPPED}{OF}", "job"),
        summary='Loki dropped {{ printf "%.0f" $value }} notifications in 10m',
        meaning="Alerts on logs fired and did not reach Alertmanager. Loki sends them again as long as they fire.",
        remedy="See whether Alertmanager is up; read both logs.",
        look=f"increase({DROPPED}{OF}[10m])",
        causes=("Alertmanager is down.", "The network between the two is broken."),
        cases=(growing(f'{DROPPED}{{{JOB},user="fake"}}', ONE_JOB, 0),),
    )


def gateway_dropping() -> Watch:
    """What Loki refuses for good is dropped, whatever queue and retry say."""
    counted = f'{NOT_SENT}{{job="gateway"}}'
    series = f'{NOT_SENT}{{job="gateway",instance="gateway:8888",exporter="otlp_http/loki"}}'
    return Watch(
        name="GatewayDroppingLogs",
        severity=WARNING,
        minutes=0,
        expr=born(counted, "exporter", GATEWAY),
        summary='The gateway dropped {{ printf "%.0f" $value }} log records that Loki refused',
        meaning="Loki answered that it will never take them. These records are lost.",
        remedy="Read the gateway's log: it repeats Loki's answer. `LokiDiscarding` names the limit.",
        look=f"sum by (exporter) (increase({counted}[1h]))",
        causes=("Records that are older than a week, or from the future.", "More labels than Loki takes."),
        cases=newborn(series, {"exporter": "otlp_http/loki"}, GATEWAY, 'job="gateway",instance="gateway:8888"', 0),
    )


def edge_dropping(site: Site) -> Watch:
    """What the gateway refuses for good is dropped."""
    edge = site.edges[0].name
    counted = f'{NOT_SENT}{{job="agent"}}'
    series = f'{NOT_SENT}{{job="agent",instance={promql_string(edge)},exporter="otlp_http/gateway"}}'
    return Watch(
        name="EdgeDroppingLogs",
        severity=WARNING,
        minutes=0,
        expr=filled(FIRST, counter=counted),
        summary='The edge {{ $labels.instance }} dropped {{ printf "%.0f" $value }} log records',
        meaning="The gateway answered that it will never take them. These records are lost.",
        remedy="Read the agent's log: it repeats the gateway's answer.",
        look=f"sum by (instance) (increase({counted}[1h]))",
        causes=(
            "The edge's credential is wrong or was taken back.",
            "A batch larger than the gateway accepts.",
            "The gateway was rendered before the spec kept logs.",
        ),
        cases=born_at(edge, series, 0),
    )


def disk_forecast(logs: Logs) -> Watch:
    """What is written in six hours, for the whole retention."""
    times = logs.retention / (FORECAST_HOURS * 3600)
    steps = FORECAST_HOURS * 2
    # reaches the disk exactly after half the window; a byte a step more is over it
    each = int(Decimal(logs.disk) / times / (steps // 2)) + 1
    due = steps // 2 + 1
    return Watch(
        name="LokiDiskForecast",
        severity=WARNING,
        minutes=30,
        expr=filled(
            "sum by (job) (increase(<< written >>[<< hours >>h])) * << times >> > << disk >>",
            written=f"{WRITTEN}{OF}", hours=FORECAST_HOURS, times=times, disk=logs.disk,
        ),
        summary=f"At the pace of {FORECAST_HOURS}h, logs of {format_duration(logs.retention)} will take "
        "{{ $value | humanize1024 }}B of disk",
        meaning=f"`logs.disk` allows {binary(logs.disk)}B. It will be full before the retention deletes anything.",
        remedy="Make the disk larger and say so in `logs.disk`, shorten `logs.retention`, or log less.",
        look=f"sum(increase({WRITTEN}{OF}[1h])) * {plain(logs.retention / 3600)}",
        causes=("A service logs in a loop, or at the level debug.", "A longer retention than the disk is for."),
        quiet="a burst: only what six hours write counts",
        cases=(
            Case("speaks when the logs of the retention will not fit", [counter(f"{WRITTEN}{{{JOB}}}", 0, each)],
                 ONE_JOB, told=binary(float(due * each * times)), healthy=steps + 2, delay=steps // 2 - 1,
                 fault=1, lasting=steps, step=HALF_HOUR),
        ),
    )  # fmt: skip
