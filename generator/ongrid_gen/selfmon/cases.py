"""The rule tests of a watch: what its series do before, during and after the fault, and when the alert must speak.

A story has phases: healthy, at the border (if there is one), the fault, healthy again. Evaluations are `step` seconds
apart, and so are samples unless a story has several a step; times below are counted in steps.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.rules import RuleTest
from ongrid_gen.units import format_duration, plain

MINUTE: Final = Decimal(60)
HALF_HOUR: Final = Decimal(1800)


@dataclass(frozen=True, slots=True)
class Burst:
    """A counter's growth at the first sample of a phase, and at each after it."""

    size: int
    each: int = 0


# What a series does in a phase: a gauge's value or a counter's growth a sample; None when it does not exist.
Value = Decimal | int | Burst | None


@dataclass(frozen=True, slots=True)
class Phases:
    """What one series does in each phase; without a border of its own, it stays healthy there."""

    series: str
    healthy: Value
    fault: Value
    border: Value
    after: Value
    counts: bool


def gauge(series: str, healthy: Value, fault: Value, *, border: Value = None, after: Value = None) -> Phases:
    """Return a gauge; `border` and `after` are as `healthy` unless they are given."""
    return _phases(series, healthy, fault, border, after, counts=False)


def counter(series: str, healthy: Value, fault: Value, *, border: Value = None, after: Value = None) -> Phases:
    """Return a counter that begins at 0; `border` and `after` are as `healthy` unless they are given."""
    return _phases(series, healthy, fault, border, after, counts=True)


def steady(series: str, value: Value = 1) -> Phases:
    """Return a gauge that nothing changes."""
    return Phases(series, value, value, value, value, counts=False)


def _phases(series: str, healthy: Value, fault: Value, border: Value, after: Value, *, counts: bool) -> Phases:
    return Phases(series, healthy, fault, healthy if border is None else border,
                  healthy if after is None else after, counts)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One story. `labels` are those that the series give the alert, `told` is how its summary writes the value.

    `delay` is how long after the first sample of the fault the expression becomes true, `lasting` for how long it stays
    true after the last one. `border` is how long the border lasts, 0 without one. A case that is `quiet` never fires,
    one that `always` speaks does so from the start. `last` is how the value is told one step before it is over.
    `samples` are those in a step.
    """

    name: str
    series: Sequence[Phases]
    labels: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    last: str = ""
    delay: int = 0
    lasting: int = 1
    healthy: int = 6
    border: int = 0
    fault: int = 5
    quiet: bool = False
    always: bool = False
    step: Decimal = MINUTE
    samples: int = 1

    @property
    def metrics(self) -> set[str]:
        """The names of its series."""
        return {metric(one.series) for one in self.series}

    def named(self, name: str) -> "Case":
        """Return the same case under another name."""
        return replace(self, name=name)


@dataclass(frozen=True, slots=True)
class Told:
    """A case of an alert. `hold` is its `for` in steps, `offset` the group's query offset in seconds."""

    alert: str
    case: Case
    hold: int
    offset: Decimal
    expected: Mapping[str, Any]
    expected_last: Mapping[str, Any]

    @property
    def late(self) -> int:
        """How many steps the offset hides."""
        return -(-int(self.offset) // int(self.case.step))

    @property
    def length(self) -> int:
        """How many steps the fault takes."""
        return self.case.delay + self.hold + self.case.fault

    def input_series(self) -> dict[str, str]:
        """Return the samples of each series."""
        after = self.case.lasting + self.late + 1
        return {one.series: values(one, self.case, self.length, after) for one in self.case.series}

    def samples_of(self, metrics: Set[str]) -> dict[str, str]:
        """Return the samples of those series that are of some metrics."""
        return {series: told for series, told in self.input_series().items() if metric(series) in metrics}

    def checks(self) -> list[dict[str, Any]]:
        """Return what is asked when: before the fault, at the border, before `for` is over, then, and afterwards."""
        case, onset = self.case, self.case.healthy + self.case.border
        due = onset + case.delay + self.hold + self.late
        over = onset + self.length + case.lasting + self.late
        quiet = () if case.always else (case.healthy - 1, onset - 1 + self.late, due - 1, over)
        asked: dict[int, list[Mapping[str, Any]]] = {at: [] for at in quiet if at >= 0}
        if case.last:
            asked[over - 1] = [dict(self.expected_last)]
        asked[due] = [] if case.quiet else [dict(self.expected)]
        return [
            {"eval_time": format_duration(at * case.step), "alertname": self.alert, "exp_alerts": asked[at]}
            for at in sorted(asked)
        ]


def rule_test(stories: Sequence[Told]) -> RuleTest:
    """Return the test that tells some stories at once; they share a step, and the samples of a series in common."""
    case = stories[0].case
    series = {name: told for one in stories for name, told in one.input_series().items()}
    return RuleTest(
        "; ".join(f"{one.alert}: {one.case.name}" for one in stories),
        {
            "interval": format_duration(case.step / case.samples),
            "input_series": [{"series": name, "values": told} for name, told in series.items()],
            "alert_rule_test": [check for one in stories for check in one.checks()],
        },
    )


def values(one: Phases, case: Case, fault: int, after: int) -> str:
    """Return the samples of a series in promtool's notation."""
    parts: list[str] = []
    level = Decimal(0)
    phases = ((one.healthy, case.healthy), (one.border, case.border), (one.fault, fault), (one.after, after))
    for value, steps in run_together(one, phases):
        times = steps * case.samples
        if value is None:
            parts.append(f"_x{times}")
            level = Decimal(0)
            continue
        if not one.counts:
            parts.append(f"{plain(number(value))}+0x{times - 1}")
            continue
        grown = value if isinstance(value, Burst) else Burst(int(number(value)), int(number(value)))
        level += grown.size
        sign = "-" if grown.each < 0 else "+"
        parts.append(f"{plain(level)}{sign}{abs(grown.each)}x{times - 1}")
        level += grown.each * (times - 1)
    return " ".join(parts)


def run_together(one: Phases, phases: Sequence[tuple[Value, int]]) -> list[tuple[Value, int]]:
    """Return the phases that last; in a gauge, neighbours of one value are one."""
    found: list[tuple[Value, int]] = []
    for value, steps in phases:
        if found and not one.counts and found[-1][0] == value:
            found[-1] = (value, found[-1][1] + steps)
        elif steps:
            found.append((value, steps))
    return found


def metric(series: str) -> str:
    """Return the name of a series' metric."""
    return series.split("{")[0]


def number(value: Value) -> Decimal:
    """Return what is a number."""
    if value is None or isinstance(value, Burst):
        raise TypeError(f"{value!r} is no level of a gauge")
    return Decimal(value)
