"""Generated tests of alerts on recorded numbers: the test writes the recording, and says when the alert must fire.

What must happen is worked out here, sample by sample, by a second implementation of the alert's condition; where
rounding could decide otherwise, there is no verdict and the case is left out. Times are milliseconds.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Final

from ongrid_gen.alerts.cases.promtest import duration, series
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import RuleTest

Samples = Sequence[Decimal | None]
Floats = Sequence[float | None]
Tape = Mapping[str, Samples]  # of one thing: the recording's name to its samples

FINE: Final = 400  # evaluations of a test; a longer history is judged at fewer moments
CLOSE: Final = 1e-9
DIGITS: Final = Context(prec=9)


@dataclass(frozen=True, slots=True)
class Beat:
    """When samples are recorded and when the test evaluates."""

    record: int
    evaluation: int
    offset: int
    hold: int
    keep: int

    def samples(self, seconds: Decimal) -> int:
        """Return how many samples a window of that length holds; it is open to the left."""
        return -(-int(seconds * 1000) // self.record)

    def newest(self, evaluation: int) -> int:
        """Return the index of the newest sample that an evaluation sees; below 0 there is none."""
        return (evaluation * self.evaluation - self.offset - self.phase) // self.record

    @property
    def phase(self) -> int:
        """When the first sample is: the offset makes the rules look between two whole intervals."""
        return -self.offset % self.record

    @property
    def held(self) -> int:
        """How many samples pass until `for` is over."""
        return -(-self.hold // self.evaluation) * (self.evaluation // self.record)

    @property
    def kept(self) -> int:
        """How many samples pass until `keep_firing_for` is over."""
        return -(-self.keep // self.evaluation) * (self.evaluation // self.record)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the condition says of one moment: None is too close to call. `value` is what the alert then shows."""

    holds: bool | None
    value: float = 0.0
    unit: str = ""


NO: Final = Verdict(False)
OPEN: Final = Verdict(None)
Judge = Callable[[Mapping[str, Floats], int], Verdict]


@dataclass(frozen=True, slots=True)
class Subject:
    """An alert under test. `expected` returns the firing alert, or None when its words would hang on the last bit."""

    alert: Alert
    beat: Beat
    by: tuple[str, ...]
    judge: Judge
    expected: Callable[[Verdict, Mapping[str, str]], dict[str, Any] | None]

    def labels(self, thing: int) -> dict[str, str]:
        """Return the labels of one of the things that the alert watches."""
        return {label: f"{label}-{thing}" for label in self.by}

    def case(self, name: str, *tapes: Tape) -> Iterator[RuleTest]:
        """Yield the test of these histories, one for each thing; nothing when a moment is too close to call."""
        length = max((len(samples) for tape in tapes for samples in tape.values()), default=20)
        states = [self.states(tape, length) for tape in tapes]
        if any(state is None for state in states):
            return
        known = [state for state in states if state is not None]
        checks = [self.check(number, known) for number in moments(known)]
        if any(check is None for check in checks):
            return
        drawn = [
            series(record, self.labels(number), notation(samples, self.beat))
            for number, tape in enumerate(tapes, 1)
            for record, samples in tape.items()
        ]
        body = {"interval": duration(step(self.beat)), "input_series": drawn, "alert_rule_test": checks}
        evaluation = Decimal(self.beat.evaluation) / 1000
        yield RuleTest(
            f"{self.alert.name}: {name}", body, None if self.beat.evaluation == self.beat.record else evaluation
        )

    def check(self, number: int, states: Sequence[Sequence[Verdict | None]]) -> dict[str, Any] | None:
        """Return what must fire at one evaluation; None when its words would hang on the last bit."""
        found = []
        for thing, state in enumerate(states, 1):
            verdict = state[number]
            if verdict is not None:
                found.append(self.expected(verdict, self.labels(thing)))
        if any(one is None for one in found):
            return None
        return {"eval_time": duration(number * self.beat.evaluation), "alertname": self.alert.name,
                "exp_alerts": found}  # fmt: skip

    def states(self, tape: Tape, length: int) -> list[Verdict | None] | None:
        """Return for each evaluation what the alert shows while it fires, else None; None for all when it is open."""
        floats = {
            name: [None if one is None else float(one) for one in samples] + [None] * (length - len(samples))
            for name, samples in tape.items()
        }
        verdicts = []
        number = 0
        while (index := self.beat.newest(number)) < length:
            verdicts.append(self.judge(floats, index) if index >= 0 or not floats else NO)
            number += 1
        if any(verdict.holds is None for verdict in verdicts):
            return None
        return firing(verdicts, self.beat)


def beat_of(alert: Alert, site: Site, longest: Decimal) -> Beat:
    """Return the beat of an alert whose rule reaches so many seconds back."""
    interval = int(site.alerting.interval * 1000)
    evaluations = int(longest * 1000) // interval
    times = 1 if evaluations <= FINE else -(-evaluations // (FINE // 2))
    return Beat(interval, interval * times, int(site.alerting.query_offset * 1000), int(alert.for_ * 1000),
                int(alert.keep_firing_for * 1000))  # fmt: skip


def firing(verdicts: Sequence[Verdict], beat: Beat) -> list[Verdict | None]:
    """Return what Prometheus makes of an expression over time: `for` and `keep_firing_for`."""
    states: list[Verdict | None] = []
    since: int | None = None
    over: int | None = None
    shown: Verdict | None = None
    for number, verdict in enumerate(verdicts):
        if verdict.holds:
            since, over = number if since is None else since, None
            shown = verdict if (number - since) * beat.evaluation >= beat.hold or shown else None
        elif shown is not None:
            over = number if over is None else over
            if (number - over) * beat.evaluation >= beat.keep:
                since, shown, over = None, None, None
        else:
            since = None
        states.append(shown)
    return states


def moments(states: Sequence[Sequence[Verdict | None]]) -> list[int]:
    """Return the evaluations to look at: both sides of every change, the last, and some between."""
    length = min(len(state) for state in states) if states else 20
    found = {length - 1, *(length * part // 6 for part in range(1, 6))}
    for state in states:
        changes = [at for at in range(1, length) if (state[at] is None) != (state[at - 1] is None)]
        found |= {at for change in changes for at in (change - 1, change)}
    return sorted(found)


def step(beat: Beat) -> int:
    """Return how far apart the samples of the test's notation are: every sample and the phase fall on it."""
    return math.gcd(beat.record, beat.phase) or beat.record


def notation(samples: Samples, beat: Beat) -> str:
    """Return samples as promtool reads them. Where a recording has nothing, Prometheus marks its series as stale."""
    between = beat.record // step(beat) - 1
    parts = [f"_x{beat.phase // step(beat)}"] if beat.phase else []
    before: Decimal | None = None
    index = 0
    while index < len(samples):
        value, same = samples[index], 1
        while not between and index + same < len(samples) and samples[index + same] == value:
            same += 1
        if value is None:
            stale = ["stale"] if before is not None else ["_"]
            parts += [*stale, *([f"_x{same - 1}"] if same > 1 else [])]
        else:
            parts.append(format(value, "f") + (f"x{same - 1}" if same > 1 else ""))
        parts += [f"_x{between}"] if between else []
        before, index = value, index + same
    return " ".join(parts)


def exact(number: Decimal | float) -> Decimal:
    """Return a number of nine digits: what a test writes, and Prometheus reads, without a rest."""
    return DIGITS.create_decimal(Decimal(str(number))) + 0


def near(one: float, other: float, scale: float = 0.0) -> bool:
    """Tell whether rounding could decide how two numbers compare."""
    return abs(one - other) <= CLOSE * max(abs(one), abs(other), scale)


COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
}
