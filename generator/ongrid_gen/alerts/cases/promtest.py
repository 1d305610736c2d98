"""The pieces of promtool's unit tests: counters over time, and what is asserted when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ongrid_gen.alerts.cases.clock import Clock
from ongrid_gen.rules import RuleTest
from ongrid_gen.text import promql_string
from ongrid_gen.units import format_duration


@dataclass(frozen=True, slots=True)
class Phase:
    """Some steps of steady traffic: good and bad requests a step; `absent`: the series do not exist.

    `restart` sets counters to 0 first. After an absent phase they begin at 0 anyway.
    """

    steps: int
    good: int = 0
    bad: int = 0
    absent: bool = False
    restart: bool = False


Pick = Callable[[Phase], int]


def good(phase: Phase) -> int:
    """Return what a counter of good requests grows by."""
    return phase.good


def bad(phase: Phase) -> int:
    """Return what a counter of bad requests grows by."""
    return phase.bad


def total(phase: Phase) -> int:
    """Return what a counter of all requests grows by."""
    return phase.good + phase.bad


def nothing(phase: Phase) -> int:
    """Return what a counter grows by that never does."""
    del phase
    return 0


def old(phases: Sequence[Phase]) -> int:
    """Return where the counters of a test begin: so high that `rate` does not take them for newborn."""
    return int(10 ** (len(str(max(map(total, phases)))) + 1))


def counter(phases: Sequence[Phase], pick: Pick) -> str:
    """Return a counter in promtool's notation: one sample, then one for each step of each phase."""
    value = old(phases)
    parts = ["_" if phases[0].absent else str(value)]
    for phase in phases:
        if phase.absent:
            parts.append(f"_x{phase.steps}")
            value = 0
            continue
        step = pick(phase)
        value = step if phase.restart else value + step
        parts.append(f"{value}+{step}x{phase.steps - 1}")
        value += step * (phase.steps - 1)
    return " ".join(parts)


def series(name: str, labels: Mapping[str, str], values: str) -> dict[str, str]:
    """Return one series of a test's input."""
    matchers = ",".join(f"{label}={promql_string(value)}" for label, value in labels.items())
    return {"series": f"{name}{{{matchers}}}", "values": values}


@dataclass(frozen=True, slots=True)
class Check:
    """At `at` (milliseconds) exactly these alerts fire under that name."""

    at: int
    alerts: tuple[Mapping[str, Any], ...] = ()


def case(
    name: str, alertname: str, clock: Clock, input_series: Sequence[Mapping[str, str]], checks: Sequence[Check]
) -> RuleTest:
    """Return one test; checks before the beginning are left out."""
    return RuleTest(
        name,
        {
            "interval": duration(clock.step),
            "input_series": [dict(one) for one in input_series],
            "alert_rule_test": [
                {
                    "eval_time": duration(check.at),
                    "alertname": alertname,
                    "exp_alerts": [dict(alert) for alert in check.alerts],
                }
                for check in sorted(checks, key=lambda check: check.at)
                if check.at >= 0
            ],
        },
    )


def duration(milliseconds: int) -> str:
    """Return milliseconds as a Prometheus duration."""
    return format_duration(Decimal(milliseconds) / 1000)


def firing(at: int, clock: Clock, alert: Mapping[str, Any]) -> list[Check]:
    """Check that nothing fires one evaluation before `at`, and the alert does then."""
    return [Check(at - clock.interval), Check(at, (alert,))]


def ending(at: int, clock: Clock, alert: Mapping[str, Any]) -> list[Check]:
    """Check that the alert still fires one evaluation before `at`, and no longer then."""
    return [Check(at - clock.interval, (alert,)), Check(at)]


def silence(until: int, clock: Clock) -> list[Check]:
    """Check at a dozen evaluations up to `until` that nothing fires."""
    evaluations = until // clock.interval
    return [Check(clock.interval * number) for number in sorted({evaluations * part // 12 for part in range(1, 13)})]
