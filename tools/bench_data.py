"""The site whose rules the benchmark evaluates, and the data that they read: 30 days back, and as time goes on."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from ongrid_gen.alerts import throughput
from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.conditions import SPAN_KINDS
from ongrid_gen.conventions import (
    CALLS,
    ERROR_STATUS,
    LATENCY,
    LATENCY_BUCKET,
    SERVICE,
    SERVICE_NAME,
    SPAN_KIND,
    SPAN_NAME,
    STATUS_CODE,
)
from ongrid_gen.estimate import OPERATIONS
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import base_window, slow_step
from ongrid_gen.slos.rules import recorded_labels
from ongrid_gen.units import plain

SERVICES: Final = 100
THRESHOLD: Final = Decimal("0.5")
BURNING_EVERY: Final = 7  # this service and each seventh after it fails and is slow, so that alerts fire
BAD: Final = 0.08
HEALTHY: Final = 0.0005  # half of what an objective of 99.9 % allows
RPS: Final = 10.0
HOUR: Final = 3600
DAY: Final = 24 * HOUR
COUNTERS_BACK: Final = 2 * HOUR
RATES_BACK: Final = 3 * DAY + HOUR
BUDGET_BACK: Final = 30 * DAY
# Prometheus itself merges its blocks up to this length, with a retention of 31 days.
BLOCK: Final = 54 * HOUR
EVERY_BOUND: Final = "+Inf"
OPENMETRICS_END: Final = "# EOF\n"

SPEC: Final = """version: 1
site: rules
metrics: {{max_active_series: 100000}}
prometheus: {{retention: 31d, memory: 1Gi}}
services:
{services}
alerts:
{alerts}
slos:
{slos}
"""
ALERTS: Final = """\
  - {{name: Slow{index}, kind: trace_latency, service: service-{index}, threshold_ms: {threshold}}}
  - {{name: Errors{index}, kind: trace_error_rate, service: service-{index}, threshold_pct: 5}}
  - {{name: Drop{index}, kind: trace_throughput_drop, service: service-{index}}}"""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: name and labels as Prometheus' text format spells them, and its value at a time."""

    text: str
    at: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class History:
    """The past of a series: a sample each `step` seconds, from `back` seconds ago."""

    series: Series
    step: int
    back: int


def spec() -> str:
    """Return the spec: 100 services, each with three alerts and an objective, of errors and of latency by turns."""
    numbers, threshold = range(SERVICES), plain(THRESHOLD * 1000)
    by_turns = ("errors", f"latency, threshold_ms: {threshold}")
    return SPEC.format(
        services="\n".join(f"  - {{name: service-{index}}}" for index in numbers),
        alerts="\n".join(ALERTS.format(index=index, threshold=threshold) for index in numbers),
        slos="\n".join(
            f"  - {{name: slo-{index}, service: service-{index}, objective: 99.9, sli: {by_turns[index % 2]}}}"
            for index in numbers
        ),
    )


def burning(site: Site) -> list[str]:
    """Return the services whose requests fail and are slow."""
    return [service.name for service in site.services][::BURNING_EVERY]


def counters(site: Site, epoch: float) -> Iterator[Series]:
    """Yield what Tempo would count of every service, each from 0 at `epoch`: all of its series, as it spells them."""
    burn = set(burning(site))
    for service in site.services:
        bad = BAD if service.name in burn else HEALTHY
        for number in range(OPERATIONS):
            rate = RPS * 2 * (number + 1) / (OPERATIONS * (OPERATIONS + 1))
            for status, share in (("STATUS_CODE_UNSET", 1 - bad), (ERROR_STATUS, bad)):
                labels = {
                    SERVICE: service.name,
                    SERVICE_NAME: service.name,
                    SPAN_NAME: f"GET /v1/operation-{number}",
                    SPAN_KIND: SPAN_KINDS["server"],
                    STATUS_CODE: status,
                }
                yield from histogram(site, labels, rate * share, bad, epoch)


def histogram(site: Site, labels: dict[str, str], rate: float, slow: float, epoch: float) -> Iterator[Series]:
    """Yield the series of one operation and status: calls, buckets, sum and count."""
    for bound in site_bounds(site):
        share = (1 - slow) * min(1.0, float(bound / THRESHOLD)) if bound <= THRESHOLD else 1 - slow / float(bound) / 4
        yield Series(spelled(LATENCY_BUCKET, labels | {"le": plain(bound)}), counting(rate * share, epoch))
    yield Series(spelled(LATENCY_BUCKET, labels | {"le": EVERY_BOUND}), counting(rate, epoch))
    for name in (CALLS, f"{LATENCY}_count", f"{LATENCY}_sum"):
        yield Series(spelled(name, labels), counting(rate, epoch))


def counting(rate: float, epoch: float) -> Callable[[float], float]:
    """Return a counter of whole requests."""
    return lambda time: int(rate * (time - epoch))


def histories(site: Site, epoch: float) -> Iterator[History]:
    """Yield the past of everything that the rules read: counters, rates, and the coarse series of the budget."""
    interval, scraped = int(site.alerting.interval), int(site.metrics.interval)
    read = (f"{CALLS}{{", f'le="{plain(THRESHOLD)}"', f'le="{EVERY_BOUND}"')
    for series in counters(site, epoch):
        if any(mark in series.text for mark in read):
            yield History(series, scraped, COUNTERS_BACK)
    for alert in site.alerts:
        if alert.kind == "trace_throughput_drop":
            recorded = spelled(throughput.record_name(alert, site), {SERVICE_NAME: str(alert.service)})
            yield History(Series(recorded, noisy(RPS)), interval, COUNTERS_BACK)
    burn = set(burning(site))
    for slo in site.slos:
        yield from objective_histories(slo, site, BAD if slo.service in burn else HEALTHY)


def objective_histories(slo: Slo, site: Site, bad: float) -> Iterator[History]:
    """Yield the past of an objective's recordings."""
    base, step, interval = base_window(site), slow_step(site), int(site.alerting.interval)
    labels = recorded_labels(slo)
    for name, rate in ((names.errors(base), bad * RPS), (names.total(base), RPS)):
        yield History(Series(spelled(name, labels), noisy(rate)), interval, RATES_BACK)
    for name, rate in ((names.errors_counted(step), bad * RPS), (names.total_counted(step), RPS)):
        yield History(Series(spelled(name, labels), noisy(rate * float(step))), int(step), BUDGET_BACK)


def noisy(level: float) -> Callable[[float], float]:
    """Return a level that varies by a tenth: what a real rate costs to store and read, the same each time."""
    chance = random.Random(level)
    return lambda _: level * chance.uniform(0.9, 1.1)


def spelled(name: str, labels: dict[str, str]) -> str:
    """Return a series as Prometheus' text format spells it; no value here needs an escape."""
    inner = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return f"{name}{{{inner}}}"


def blocks(now: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the blocks of the last 30 days, aligned as Prometheus aligns them."""
    first = (now - BUDGET_BACK) // BLOCK * BLOCK
    for begin in range(first, now, BLOCK):
        yield begin, min(begin + BLOCK, now)


def write_block(file: TextIO, past: list[History], begin: int, end: int, now: int) -> None:
    """Write the samples from `begin` to before `end` as OpenMetrics, series by series."""
    for history in past:
        since = max(begin, now - history.back)
        times = range(-(-since // history.step) * history.step, end, history.step)
        text, at = history.series.text, history.series.at
        file.writelines(f"{text} {at(time)} {time}\n" for time in times)
    file.write(OPENMETRICS_END)


def backfill(site: Site, now: int, epoch: float, file: Path, take: Callable[[Path], object]) -> None:
    """Write block after block into `file`, each for `take` to read before the next."""
    past = list(histories(site, epoch))
    for begin, end in blocks(now):
        with file.open("w", encoding="utf-8") as stream:
            write_block(stream, past, begin, end, now)
        take(file)
    file.unlink()


def exposition(series: list[Series], time: float) -> bytes:
    """Return the series at a time as Prometheus scrapes them."""
    return "".join(f"{one.text} {one.at(time)}\n" for one in series).encode()
