"""The generated tests of what a metric alert records: of two parts of one thing, of another thing, and of strangers."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.cases.clock import Clock, step_of
from ongrid_gen.alerts.cases.recorded import Labels, case, grows, ramp, rate, stays
from ongrid_gen.alerts.closed_set import METRICS, Matcher, Metric, matchers_in
from ongrid_gen.alerts.signal import Signal, matchers_of, signal_of
from ongrid_gen.model import Site
from ongrid_gen.problems import Path
from ongrid_gen.rules import RuleTest
from ongrid_gen.units import parse_duration

PART: Final = "part"  # tells the series of one thing apart, as `cpu` or `device` do
SAMPLES: Final = 6  # of a window
Drawn = list[dict[str, str]]


def tests(data: Mapping[str, Any], by: Sequence[str], operator: str, path: Path, site: Site) -> Iterator[RuleTest]:
    """Yield the test of what a condition records; none for an expression, whose meaning is its author's."""
    if "metric" not in data:
        return
    metric = METRICS[data["metric"]]
    matchers = matchers_in(metric, matchers_of(data.get("selector", {})))
    taken = {label for label, _, _ in matchers}
    if any(sign != "=" for _, sign, _ in matchers) or taken & set(by) or PART in (*taken, *by):
        return
    signal = signal_of(data, by, operator)
    clock = clock_of(metric, site)
    if metric.window:
        drawn, found = growing(metric, signal, matchers, clock)
    else:
        drawn, found = standing(metric, signal, matchers)
    yield from case(signal.record(path), clock, drawn, found)


def clock_of(metric: Metric, site: Site) -> Clock:
    """Return a clock that takes enough samples of the metric's window to tell one function from another."""
    interval, offset = int(site.alerting.interval * 1000), int(site.alerting.query_offset * 1000)
    window = int(parse_duration(metric.window or "5m") * 1000)
    return Clock(step_of(interval, window // SAMPLES), window, interval, offset, 0, 0)


def thing(signal: Signal, number: int) -> Labels:
    """Return the labels of one of the things that are told apart."""
    return {label: f"{label}-{number}" for label in signal.by}


def strangers(own: Labels, matchers: Sequence[Matcher]) -> list[dict[str, str]]:
    """Return the labels of series that a matcher leaves out, one for each matcher."""
    matched = {label: value for label, _, value in matchers}
    return [{**own, **matched, label: f"{value}-2"} for label, value in matched.items()]


def growing(metric: Metric, signal: Signal, matchers: Sequence[Matcher], clock: Clock) -> tuple[Drawn, list[Any]]:
    """Return counters, and what is recorded of them: their sum, or what their mean leaves of 100 %."""
    (name,) = metric.names
    matched = {label: value for label, _, value in matchers}
    growth = {1: [ramp(clock, 3), ramp(clock, 30), ramp(clock, 40)], 2: [ramp(clock, 20)]}
    drawn = [
        grows(name, {**thing(signal, number), **matched, PART: str(part)}, one)
        for number, parts in growth.items()
        for part, one in enumerate(parts)
    ]
    drawn += [grows(name, labels, ramp(clock, 500)) for labels in strangers(thing(signal, 1), matchers)]
    found = []
    for number, parts in growth.items():
        rates = [rate(clock, one) for one in parts]
        value = 100 * (1 - sum(rates) / len(rates)) if signal.unit == "%" else sum(rates)
        found.append((thing(signal, number), value))
    return drawn, found


def standing(metric: Metric, signal: Signal, matchers: Sequence[Matcher]) -> tuple[Drawn, list[Any]]:
    """Return numbers that stay, and what is recorded of them: the worst of each thing."""
    matched = {label: value for label, _, value in matchers}
    worst = min if signal.name.endswith(":min") else max
    levels = {1: [Decimal(25), Decimal(40), Decimal(70)], 2: [Decimal(50)]}
    drawn, found = [], []
    for number, parts in levels.items():
        own = {**thing(signal, number), **matched}
        for part, level in enumerate(parts):
            drawn += levels_of(metric, {**own, PART: str(part)}, level)
        found.append((thing(signal, number), worst(value(metric, level) for level in parts)))
    for labels in strangers(thing(signal, 1), matchers):
        for part, level in enumerate((Decimal(1), Decimal(99))):
            drawn += levels_of(metric, {**labels, PART: str(part)}, level)
    return drawn, found


def levels_of(metric: Metric, labels: Labels, level: Decimal) -> Drawn:
    """Return the metric's series at this level; the second is what the first is a share of."""
    return [stays(name, labels, number) for name, number in zip(metric.names, (level, Decimal(125)), strict=False)]


def value(metric: Metric, level: Decimal) -> float:
    """Return what is recorded at this level."""
    return float(100 * (1 - level / 125) if len(metric.names) == 2 else level)
