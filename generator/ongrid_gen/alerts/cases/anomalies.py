"""The generated tests of an anomaly alert: a usual course, and what departs from it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.cases.gauges import (
    NO,
    OPEN,
    Floats,
    Judge,
    Samples,
    Subject,
    Verdict,
    exact,
    near,
    notation,
    step,
)
from ongrid_gen.alerts.cases.promtest import duration, series
from ongrid_gen.alerts.cases.recorded import labels_text
from ongrid_gen.rules import RuleTest

LITTLE: Final = Decimal("1.000001")
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """The alert in samples: the baseline is what is `first` to `beyond` (exclusive) samples old."""

    record: str
    median: bool
    deviation: float
    floor: Decimal
    first: int
    beyond: int
    fewest: int
    unit: str

    @property
    def size(self) -> int:
        """How many samples the baseline can hold."""
        return self.beyond - self.first

    def baseline(self, samples: Floats, at: int) -> list[float]:
        """Return the samples of the baseline."""
        return [one for one in samples[max(0, at - self.beyond + 1) : max(0, at - self.first + 1)] if one is not None]


def judge(plan: Plan) -> Judge:
    """Return the second implementation of the condition."""

    def verdict(tape: Mapping[str, Floats], at: int) -> Verdict:
        samples = tape.get(plan.record, [])
        now = samples[at] if 0 <= at < len(samples) else None
        before = plan.baseline(samples, at)
        if now is None or len(before) < plan.fewest or not before:
            return NO
        away, usual = distance(plan, now, before), spread(plan, before)
        limit, floor = plan.deviation * usual, float(plan.floor)
        flat = min(before) == max(before)
        if usual and near(away, limit, 0.0 if flat else abs(now)):
            return OPEN
        if near(away, floor) and not (plan.median or (flat and before[0] == 0)):
            return OPEN
        return Verdict(away > limit and away > floor, away, plan.unit)

    return verdict


def distance(plan: Plan, now: float, before: Sequence[float]) -> float:
    """Return how far a number is from the usual. With medians the recording is that distance already."""
    return now if plan.median else abs(now - math.fsum(before) / len(before))


def spread(plan: Plan, before: Sequence[float]) -> float:
    """Return the deviation of the baseline."""
    if plan.median:
        return middle(before)
    if min(before) == max(before):
        return 0.0
    mean = math.fsum(before) / len(before)
    return math.sqrt(math.fsum((one - mean) ** 2 for one in before) / len(before))


def middle(numbers: Sequence[float]) -> float:
    """Return the median."""
    found = sorted(numbers)
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


def tests(subject: Subject, plan: Plan) -> Iterator[RuleTest]:
    """Yield every case."""
    floor, full = plan.floor, [ZERO] * (plan.beyond + 2)
    long, rest = held(subject), [ZERO] * (subject.beat.kept + long_enough(subject))
    step_up: Samples = [*full, *[floor * 2] * (plan.first + long + 3), *rest]
    for name, samples in (
        ("fires for a step out of a flat line, until the step is usual", step_up),
        ("is quiet when a flat line moves by the floor", [*full, *[floor] * (long + 4)]),
        ("is quiet when it moves by a little less", [*full, *[exact(floor / LITTLE)] * (long + 4)]),
        ("fires when it moves by a little more", [*full, *[exact(floor * LITTLE)] * (long + 4), *rest]),
        ("is quiet while nothing moves", [*full, *rest]),
    ):
        yield from subject.case(name, {plan.record: samples})
    if not plan.median:
        down = [-one if one is not None else None for one in step_up]
        yield from subject.case("fires for a step down", {plan.record: down})
        yield from window_of_means(subject, plan)
        high = floor * 10
        samples = [*[high] * len(full), *[exact(high + floor / 2)] * (long + 4)]
        yield from subject.case("is quiet when it moves by half the floor, far from zero", {plan.record: samples})
    yield from subject.case("tells things apart", {plan.record: step_up}, {plan.record: [*full, *rest]})
    yield from subject.case("is quiet without series", {})
    yield from history(subject, plan)
    yield from noisy(subject, plan)


def held(subject: Subject) -> int:
    """Return how many samples it takes to be sure that an alert fires."""
    return subject.beat.held + 2 * (subject.beat.evaluation // subject.beat.record)


def long_enough(subject: Subject) -> int:
    """Return how many samples it takes to see that an alert is over."""
    return 4 * (subject.beat.evaluation // subject.beat.record)


def history(subject: Subject, plan: Plan) -> Iterator[RuleTest]:
    """Yield the cases of a baseline that is just long enough, and of one that is about to be too old."""
    spike, long = plan.floor * 2, held(subject)
    young = max(1, plan.fewest + plan.first - 3)
    yield from subject.case("is quiet until there is history enough",
                            {plan.record: [ZERO] * young + [spike] * (long + 6)})  # fmt: skip
    begins = plan.beyond - 1 - subject.beat.held
    if plan.fewest <= begins - plan.first + 1:
        gap: Samples = [None] * (begins - plan.fewest)
        yield from subject.case("forgets what is older than the baseline", {
            plan.record: [*[ZERO] * plan.fewest, *gap, *[spike] * (long + subject.beat.kept + long_enough(subject))]
        })  # fmt: skip
    grown = exact(plan.floor * (1 + 1 / Decimal(2 * plan.size)))
    yield from subject.case("is over when what it judges becomes the baseline",
                            {plan.record: [ZERO] * (plan.beyond + 2) + [grown] * (plan.first + long + 6)})  # fmt: skip


def window_of_means(subject: Subject, plan: Plan) -> Iterator[RuleTest]:
    """Yield the case of one sample so large that as long as the baseline holds it, nothing is unusual."""
    spike = plan.floor * 2
    huge = spike * plan.size
    tape = [huge] + [ZERO] * (plan.beyond - 3) + [spike] * (held(subject) + 4)
    yield from subject.case("fires when the largest sample leaves the baseline", {plan.record: tape})


def noisy(subject: Subject, plan: Plan) -> Iterator[RuleTest]:
    """Yield the cases of a noisy line, where the deviation decides: just above it and just below."""
    if subject.beat.evaluation != subject.beat.record:
        return
    for name, course, usual, limit in courses(plan):
        long, rest = held(subject) + 2, course[: subject.beat.kept + long_enough(subject)]
        more, less = (exact(usual + limit * factor) for factor in (Decimal("1.01"), Decimal("0.99")))
        for what, samples in (
            ("fires for a little more", [*course, *[more] * long, *rest]),
            ("is quiet for a little less", [*course, *[less] * long]),  # ends while a bolder rule would fire
        ):
            yield from subject.case(f"{what} than {name} allows", {plan.record: samples})
        brink = exact(usual + limit * (1 + 1 / Decimal(4 * plan.size)))
        yield from subject.case(f"is over when what it judges makes {name}",
                                {plan.record: [*course, *[brink] * (plan.first + long)]})  # fmt: skip
    if plan.median:
        yield from settling(subject, plan)


def courses(plan: Plan) -> Iterator[tuple[str, list[Decimal], Decimal, Decimal]]:
    """Yield usual courses: what they are, their samples, their mean, and how far from it is just not unusual."""
    limit = plan.floor * 2
    small = exact(limit / Decimal(str(plan.deviation)))
    length = plan.beyond + 2 + plan.beyond % 2
    if plan.median:
        yield "a steady distance", [small] * length, ZERO, limit
        uneven = [small if at % 20 < 11 else small * 3 for at in range(length)]
        yield "a distance that is mostly small", uneven, ZERO, limit
        if plan.size % 2 == 0:
            yield "a distance half the time small", [small, small * 3] * (length // 2), ZERO, limit * 2
        return
    usual = limit * 5  # far from zero, or a difference from zero would do as well
    yield "an even noise", [usual + small * (-1) ** at for at in range(length)], usual, limit


def settling(subject: Subject, plan: Plan) -> Iterator[RuleTest]:
    """Yield the case of a line that has become calm: it fires once most of the baseline is calm."""
    small = exact(plan.floor * 4 / Decimal(str(plan.deviation)))
    calm = plan.size // 2 + plan.first - 3
    if calm > 0:
        samples: Samples = (
            [small] * plan.beyond + [ZERO] * calm + [exact(plan.floor * Decimal("1.9"))] * (held(subject) + 6)
        )
        yield from subject.case("fires once most of the baseline is calm", {plan.record: samples})


def recording(subject: Subject, plan: Plan, watched: str) -> Iterator[RuleTest]:
    """Yield the test of the recorded distance from the median, around the moment when the median moves."""
    if subject.beat.evaluation != subject.beat.record:
        return
    low, high, lowest = Decimal(10), Decimal(30), Decimal(1)
    samples: Samples = [low] * plan.beyond + [high] * (plan.size // 2 + plan.first + 4) + [lowest] * 2
    floats = [float(one) for one in samples if one is not None]
    labels = subject.labels(1)
    shift = f" offset {duration(subject.beat.offset)}" if subject.beat.offset else ""  # samples bear their data's time
    checks = []
    for number in range(len(samples)):
        at = subject.beat.newest(number)
        before = plan.baseline(floats, at) if at >= 0 else []
        if before and (at == plan.beyond or at >= len(samples) - 8):
            value = abs(floats[at] - middle(before))
            checks.append({
                "expr": f"round({plan.record}{shift}, 0.001)", "eval_time": duration(number * subject.beat.evaluation),
                "exp_samples": [{"labels": labels_text(labels), "value": round(value, 3)}],
            })  # fmt: skip
    body = {
        "interval": duration(step(subject.beat)),
        "input_series": [series(watched, labels, notation(samples, subject.beat))],
        "promql_expr_test": checks,
    }
    yield RuleTest(f"{subject.alert.name}: the distance from the median is recorded", body)
