"""Tempo's blocks, logs, limits and disk watched.

Nothing in the stack tells how full a disk is. What is written a day times the retention is what Tempo will take: that
is known days before, and is compared with `tempo.disk`.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import TEMPO, WARNING, Watch, counting, dialect, filled, grown, labelled, of, target
from ongrid_gen.selfmon.cases import HALF_HOUR, Case, counter, gauge
from ongrid_gen.selfmon.counters import growing
from ongrid_gen.selfmon.words import binary
from ongrid_gen.units import format_duration, plain

COMPONENT: Final = TEMPO
JOB: Final = 'job="tempo",instance="tempo:3200"'
TENANT: Final = f'{JOB},tenant="single-tenant"'
ONE_JOB: Final = {"job": "tempo"}
ONE_TENANT: Final = {"tenant": "single-tenant"}

COMPACTION: Final = "tempodb_compaction_errors_total"
RETENTION: Final = "tempodb_retention_errors_total"
WAL_FAILED: Final = "prometheus_tsdb_wal_truncations_failed_total"
CHECKPOINT_FAILED: Final = "prometheus_agent_checkpoint_creations_failed_total"
WAL_SIZE: Final = "prometheus_tsdb_wal_storage_size_bytes"
BYTES_IN: Final = "tempo_distributor_bytes_received_total"
FORECAST_HOURS: Final = 6
# Blocks that wait to be written. A block is cut every 30 s, so ten are five minutes behind.
QUEUED: Final = 10


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    known = dialect(site).WATCHED
    yield flush_failing(known.flush_failures)
    yield flush_queue_filling(known.flush_queue)
    yield compaction_failing()
    yield live_traces_near_limit(known.live_traces)
    yield bytes_near_limit(site)
    yield wal_failing(counting(site))
    if known.wal_size:
        yield wal_growing(site)
    yield disk_forecast(site, known.flushed_bytes)


def flush_failing(counters: tuple[str, ...]) -> Watch:
    """A block that cannot be written stays in memory and in the log, and grows."""
    return Watch(
        name="TempoFlushFailing",
        severity=WARNING,
        minutes=0,
        expr="\nor ".join(grown(name, "job") for name in counters),
        summary='Tempo failed to write {{ printf "%.0f" $value }} blocks in 10m',
        meaning="Blocks stay in Tempo's log and are tried again. Memory and disk fill, and a "
        "loss of the log loses them.",
        remedy="Read Tempo's log; look at the space and the permissions of its volume.",
        look=f"rate({counters[0]}[5m])",
        causes=("The disk is full.", "The storage does not answer."),
        cases=(growing(f"{counters[-1]}{{{JOB}}}", ONE_JOB, 0),),
    )


def flush_queue_filling(queue: str) -> Watch:
    """Blocks that wait although nothing fails."""
    return Watch(
        name="TempoFlushQueueFilling",
        severity=WARNING,
        minutes=5,
        expr=f"max by (job) ({queue}) > {QUEUED}",
        summary='{{ printf "%.0f" $value }} blocks wait to be written by Tempo',
        meaning="Tempo writes blocks more slowly than they are cut. Memory and its log grow.",
        remedy="Look at Tempo's CPU and at the disk. If traffic has grown for good, give it more of both.",
        look=queue,
        causes=("Too little CPU.", "A slow disk.", "Much more traffic than planned."),
        quiet=f"up to {QUEUED} blocks",
        cases=(
            Case("speaks of more than ten blocks", [gauge(f"{queue}{{{JOB}}}", 0, 12, border=QUEUED)], ONE_JOB,
                 told="12", border=8),
        ),
    )  # fmt: skip


def compaction_failing() -> Watch:
    """One error is repeated and mends itself; three in an hour are no accident."""
    forms = [f"sum by (job) (increase({name}[1h])) > 2" for name in (COMPACTION, RETENTION)]
    return Watch(
        name="TempoCompactionFailing",
        severity=WARNING,
        minutes=0,
        expr="\nor ".join(forms),
        summary='Compaction or retention of blocks failed {{ printf "%.0f" $value }} times in 1h',
        meaning="Blocks are not merged or old ones are not deleted: searches become slow and the disk fills.",
        remedy="Read Tempo's log; look at the space of its volume and for a damaged block.",
        look=f"increase({COMPACTION}[1h]) or increase({RETENTION}[1h])",
        causes=("The disk is full.", "A block is damaged.", "Too little memory for large blocks."),
        quiet="up to two errors an hour",
        cases=(
            Case("is quiet at two errors", [counter(f"{COMPACTION}{{{JOB}}}", 0, 0, border=2)], border=1, healthy=2,
                 quiet=True, step=HALF_HOUR),
            # an hour holds two samples, so the growth between them is out of it with the next
            *(Case(f"speaks of the third error ({name})", [counter(f"{name}{{{JOB}}}", 0, 3)], ONE_JOB, told="3",
                 healthy=2, fault=1, lasting=0, step=HALF_HOUR)
              for name in (COMPACTION, RETENTION)),
        ),
    )  # fmt: skip


def live_traces_near_limit(live: str) -> Watch:
    """The limit is the one that is rendered into the overrides."""
    from ongrid_gen.components.tempo.base import LIVE_TRACES  # components import the rules

    edge = LIVE_TRACES * 8 // 10
    return Watch(
        name="TempoLiveTracesNearLimit",
        severity=WARNING,
        minutes=5,
        expr=f"max by (tenant) ({live}) > {edge}",
        summary=f'Tempo holds {{{{ printf "%.0f" $value }}}} live traces of at most {LIVE_TRACES}',
        meaning="Over the limit Tempo answers with success and throws new traces away.",
        remedy="Look for traces that never end; sample at the source, or spread the load.",
        look=live,
        causes=("Much more traffic than planned.", "A service that keeps one trace open for ever."),
        quiet="up to 80 % of the limit",
        cases=(
            Case("speaks above four fifths", [gauge(f"{live}{{{TENANT}}}", 10, edge + 1, border=edge)], ONE_TENANT,
                 told=str(edge + 1), border=8),
        ),
    )  # fmt: skip


def bytes_near_limit(site: Site) -> Watch:
    """The limit is the one that is rendered into the overrides. The Tempo that counts takes most."""
    from ongrid_gen.components.tempo.base import RATE_LIMIT  # components import the rules

    job, minute = counting(site), RATE_LIMIT * 60
    taken, series = f"{BYTES_IN}{of(job, site)}", f"{BYTES_IN}{{{labelled({**target(job), **ONE_TENANT})}}}"
    return Watch(
        name="TempoIngestNearLimit",
        severity=WARNING,
        minutes=5,
        expr=f"sum by (tenant) (rate({taken}[5m])) / {RATE_LIMIT} > 0.8",
        summary="Spans come in at {{ $value | humanizePercentage }} of Tempo's rate limit",
        meaning="Over the rate limit Tempo refuses spans.",
        remedy="Look which service sends so much; sample at the source.",
        look=f"sum(rate({taken}[5m]))",
        causes=("Much more traffic than planned.", "Spans with very large attributes."),
        quiet="up to 80 % of the limit",
        cases=(
            Case("speaks above four fifths", [counter(series, 10, minute, border=minute // 2)],
                 ONE_TENANT, told=per_cent(1), border=12, delay=2, lasting=3),
        ),
    )  # fmt: skip


def wal_failing(job: str) -> Watch:
    """The log in which span metrics wait for Prometheus; truncated once what it holds is old."""
    by = "job"
    pair = [f'{name}{{job="{job}"}}' for name in (WAL_FAILED, CHECKPOINT_FAILED)]
    at = labelled({**target(job), **ONE_TENANT})
    return Watch(
        name="GeneratorWalFailing",
        severity=WARNING,
        minutes=0,
        expr="\nor ".join(grown(name, by) for name in pair),
        summary='The log of the metrics generator could not be shortened {{ printf "%.0f" $value }} times in 10m',
        meaning="The log in which span metrics wait for Prometheus grows until the disk is full.",
        remedy="Read Tempo's log; look at the space of its volume.",
        look=" or ".join(f"increase({name}[1h])" for name in pair),
        causes=("The disk is full.", "The log is damaged."),
        cases=tuple(
            growing(f"{name}{{{at}}}", {by: job}, 0).named(f"speaks of {name}")
            for name in (WAL_FAILED, CHECKPOINT_FAILED)
        ),
    )


def wal_growing(site: Site) -> Watch:
    """A tenth of the disk: in an ordinary day the log is shortened every two hours and stays far below."""
    job, edge = counting(site), site.tempo.disk // 10
    series = f"{WAL_SIZE}{{{labelled({**target(job), **ONE_TENANT})}}}"
    return Watch(
        name="GeneratorWalGrowing",
        severity=WARNING,
        minutes=10,
        expr=f'max by (job) ({WAL_SIZE}{{job="{job}"}}) > {edge}',
        summary="The log of the metrics generator takes {{ $value | humanize1024 }}B",
        meaning="It is more than a tenth of `tempo.disk`. It is not shortened, or makes more "
        "series than the disk is for.",
        remedy="See whether remote write is behind; look at the number of active series.",
        look=f'{WAL_SIZE}{{job="{job}"}}',
        causes=("Prometheus takes nothing.", "The number of series has grown.", "`tempo.disk` is too small."),
        quiet="up to a tenth of `tempo.disk`",
        cases=(
            Case("speaks above a tenth of the disk", [gauge(series, 1, edge * 5 // 4, border=edge)],
                 {"job": job}, told=binary(edge * 5 // 4), border=12),
        ),
    )  # fmt: skip


def disk_forecast(site: Site, flushed: str) -> Watch:
    """What is written in six hours, for the whole retention."""
    retention = site.tempo.retention
    times = retention / (FORECAST_HOURS * 3600)
    disk = site.tempo.disk
    place, then = ("disk", "full") if site.tempo.backend == "local" else ("the bucket", "exceeded")
    steps = FORECAST_HOURS * 2
    # reaches the disk exactly after half the window; a byte a step more is over it
    each = int(Decimal(disk) / times / (steps // 2)) + 1
    barely = each * 97 // 200
    due = steps // 2 + 1
    return Watch(
        name="TempoDiskForecast",
        severity=WARNING,
        minutes=30,
        expr=filled(
            "sum by (job) (increase(<< flushed >>[<< hours >>h])) * << times >> > << disk >>",
            flushed=f"{flushed}{of(TEMPO, site)}", hours=FORECAST_HOURS, times=times, disk=disk,
        ),
        summary=f"At the pace of {FORECAST_HOURS}h, traces of {format_duration(retention)} will take "
        f"{{{{ $value | humanize1024 }}}}B of {place}",
        meaning=f"`tempo.disk` allows {binary(disk)}B. It will be {then} before the retention deletes anything.",
        remedy="Make the disk larger and say so in `tempo.disk`, shorten `tempo.retention`, or sample at the source.",
        look=f"sum(increase({flushed}[1h])) * {plain(retention / 3600)}",
        causes=("More traffic.", "Spans with larger attributes.", "A longer retention than the disk is for."),
        quiet="a burst: only what six hours write counts",
        cases=(
            Case("speaks when the traces of the retention will not fit, is quiet of another that will",
                 [counter(f"{flushed}{{{JOB}}}", 0, each), counter(f'{flushed}{{job="other"}}', barely, barely)],
                 ONE_JOB, told=binary(float(due * each * times)), healthy=steps + 2, delay=steps // 2 - 1,
                 fault=1, lasting=steps, step=HALF_HOUR),
        ),
    )  # fmt: skip
