"""The generated tests of a forecast: lines that will be beyond the threshold in time, and such as will not."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.cases.gauges import COMPARE, NO, OPEN, Floats, Judge, Samples, Subject, Verdict, exact, near
from ongrid_gen.rules import RuleTest

EXACT: Final = 2**53


@dataclass(frozen=True, slots=True)
class Plan:
    """The alert in samples, `seconds` apart; `ahead` in seconds."""

    record: str
    operator: str
    threshold: Decimal
    falls: bool
    size: int
    seconds: float
    ahead: int
    fewest: int
    unit: str

    @property
    def scale(self) -> float:
        """How far from the threshold the lines of the tests begin."""
        return max(1.0, abs(float(self.threshold)))

    def level(self, beyond: float) -> float:
        """Return a number so far beyond the threshold, in the direction of the alert."""
        return float(self.threshold) + (-beyond if self.falls else beyond)

    def line(self, start: float, slope: float, length: int) -> Samples:
        """Return samples that begin `start` beyond the threshold and move on by `slope` a second."""
        return [exact(self.level(start + slope * at * self.seconds)) for at in range(length)]


def judge(plan: Plan) -> Judge:
    """Return the second implementation of the condition."""

    def verdict(tape: Mapping[str, Floats], at: int) -> Verdict:
        samples = tape.get(plan.record, [])
        first = max(0, at - plan.size + 1)
        seen = [((index - at) * plan.seconds, one) for index, one in enumerate(samples[: at + 1])
                if index >= first and one is not None]  # fmt: skip
        if len(seen) < max(2, plan.fewest):
            return NO
        if all(one == seen[0][1] for _, one in seen):
            return NO
        exactly = straight(seen)
        if exactly is not None:
            value = seen[-1][1] + exactly * plan.ahead
            return Verdict(
                COMPARE[plan.operator](value, float(plan.threshold)) and away(plan, exactly), value, plan.unit
            )
        slope, now = fitted(seen)
        value, limit = now + slope * plan.ahead, float(plan.threshold)
        span, scale = abs(seen[0][0]) or 1.0, max(abs(one) for _, one in seen)
        if near(slope * span, 0.0, scale) or near(value, limit, max(scale, abs(slope * plan.ahead))):
            return OPEN
        return Verdict(COMPARE[plan.operator](value, limit) and away(plan, slope), value, plan.unit)

    return verdict


def away(plan: Plan, slope: float) -> bool:
    """Tell whether a line goes where the threshold is."""
    return slope < 0 if plan.falls else slope > 0


def straight(seen: Sequence[tuple[float, float]]) -> float | None:
    """Return the slope of points that are exactly a line of whole numbers, for which Prometheus rounds nothing."""
    (first, low), (second, high) = seen[:2]
    slope = (high - low) / (second - first)
    whole = all(number.is_integer() for point in seen for number in point)
    on_it = all(value == low + slope * (time - first) for time, value in seen)
    size = sum(abs(time) for time, _ in seen) * sum(abs(value) for _, value in seen)
    return slope if slope.is_integer() and whole and on_it and size < EXACT else None


def fitted(seen: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return slope and present value of the straight line through points, by least squares."""
    number = len(seen)
    mid_time = math.fsum(time for time, _ in seen) / number
    mid = math.fsum(value for _, value in seen) / number
    spread = math.fsum((time - mid_time) ** 2 for time, _ in seen)
    slope = math.fsum((time - mid_time) * (value - mid) for time, value in seen) / spread
    return slope, mid - slope * mid_time


def tests(subject: Subject, plan: Plan) -> Iterator[RuleTest]:
    """Yield every case."""
    evaluation = subject.beat.evaluation // subject.beat.record
    more = subject.beat.held + 4 * evaluation
    end = subject.beat.kept + 4 * evaluation
    size, way = plan.size, plan.scale
    length = size + more
    whole = length * plan.seconds + plan.ahead
    soon = way * 1.05 / plan.ahead
    midway = way / ((size + 2.5) * plan.seconds + plan.ahead)
    sinking = plan.line(-way, soon, length)
    creep = way / 1000 / whole
    for name, samples in (
        ("fires when it will be beyond in time, once there are samples enough", sinking),
        ("is over when too few samples are left", [*sinking, *[None] * (size + end)]),
        ("fires as soon as the forecast is beyond", plan.line(-way, midway, length + 6)),
        ("is quiet when it moves too slowly", plan.line(-way, way * 0.95 / whole, length)),
        ("is quiet when it moves away", plan.line(-way, -soon, length)),
        ("is quiet when it stays", plan.line(-way, 0, length)),
        ("is quiet when it stays beyond", plan.line(way / 100, 0, length)),
        ("is quiet when it is beyond but returns", plan.line(way / 100, -creep, length)),
        ("fires when it is a little beyond and goes on", plan.line(way / 100, creep, length)),
        ("fires when it turns", turning(plan, plan.line(-way, 0, size + 3), soon * 4, length)),
        ("fires when it turns beyond", turning(plan, plan.line(way / 100, -creep, size + 3), creep * 2, length)),
        ("is over when it stops", [*plan.line(-way, soon, size + more), *back(plan, soon, size, more, end)]),
    ):
        yield from subject.case(name, {plan.record: samples})
    each = subject.beat.evaluation == subject.beat.record  # or the newest sample is not the moment that is asked about
    if each and plan.seconds.is_integer() and plan.threshold == int(plan.threshold):
        reaches = plan.line(-(plan.ahead + plan.seconds * (size + 2)), 1, length + 6)
        yield from subject.case("speaks when it will be exactly at the threshold as its operator says",
                                {plan.record: reaches})  # fmt: skip
    yield from subject.case("tells things apart", {plan.record: sinking},
                            {plan.record: plan.line(-way, 0, length)}, {plan.record: sinking})  # fmt: skip
    yield from subject.case("is quiet without series", {})


def turning(plan: Plan, before: Samples, slope: float, length: int) -> Samples:
    """Return samples that move on from where others end, at another slope."""
    last = before[-1]
    distance = float(last if last is not None else 0) - float(plan.threshold)
    return [*before, *plan.line((-distance if plan.falls else distance) + slope * plan.seconds, slope, length)]


def back(plan: Plan, slope: float, size: int, more: int, end: int) -> Samples:
    """Return samples that return at four times the speed at which they came."""
    reached = -plan.scale + slope * plan.seconds * (size + more - 1)
    return plan.line(reached - slope * 4 * plan.seconds, -slope * 4, size + end)
