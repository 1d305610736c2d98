"""The generated tests of a threshold alert: recorded numbers on either side of their thresholds."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.cases.gauges import COMPARE, NO, OPEN, Floats, Judge, Samples, Subject, Verdict, exact, near
from ongrid_gen.rules import RuleTest

MOST_CONDITIONS: Final = 6  # with more, their combinations would be too many to write


@dataclass(frozen=True, slots=True)
class Part:
    """One condition: the recording, and how many samples are put together (0: the newest counts)."""

    record: str
    operator: str
    threshold: Decimal
    window: int
    aggregator: str

    def holds(self, value: Decimal) -> bool:
        """Tell whether a number that stays the same is beyond the threshold."""
        return COMPARE[self.operator](float(value), float(self.threshold))

    @property
    def unit(self) -> Decimal:
        """A difference that is small beside the threshold, but no matter of rounding."""
        return Decimal(10) ** (self.threshold.adjusted() - 5) if self.threshold else Decimal("0.00001")

    @property
    def away(self) -> Decimal:
        """A difference that is plain."""
        return Decimal(10) ** max(0, self.threshold.adjusted() if self.threshold else 0)


def judge(parts: Sequence[Part], any_of: bool, unit: str) -> Judge:
    """Return the second implementation of the condition; values are shown in that unit."""

    def verdict(tape: Mapping[str, Floats], at: int) -> Verdict:
        found = [compare(part, tape.get(part.record, []), at, unit) for part in parts]
        if any(one.holds is None for one in found):
            return OPEN
        if any_of:
            return next((one for one in found if one.holds), NO)
        return found[0] if all(one.holds for one in found) else NO

    return verdict


def compare(part: Part, samples: Floats, at: int, unit: str) -> Verdict:
    """Return what one condition says."""
    first = at - part.window + 1 if part.window else at
    seen = [one for one in samples[max(0, first) : at + 1] if one is not None]
    if not seen:
        return NO
    limit, value = float(part.threshold), put_together(part.aggregator if part.window else "last", seen)
    rounded = part.aggregator == "avg" and part.window > 1 and not all(one.is_integer() for one in seen)
    if near(value, limit) and (rounded or (value != limit and part.window > 0)):
        return OPEN
    return Verdict(COMPARE[part.operator](value, limit), value, unit)


def put_together(aggregator: str, seen: Sequence[float]) -> float:
    """Return several samples as one number."""
    if aggregator == "avg":
        return math.fsum(seen) / len(seen)
    return {"max": max, "min": min}[aggregator](seen) if aggregator != "last" else seen[-1]


def tests(subject: Subject, parts: Sequence[Part], any_of: bool) -> Iterator[RuleTest]:
    """Yield every case."""
    everything = tuple(True for _ in parts)
    nothing = tuple(False for _ in parts)
    long = subject.beat.held + 4 * per_evaluation(subject)
    after = max(part.window for part in parts) + subject.beat.kept + 4 * per_evaluation(subject)
    over = values(parts, everything)
    if over is not None:
        yield from subject.case("fires, not before `for` is over, and ends when the series do",
                                {name: [value] * long + [None] * after for name, value in over.items()})  # fmt: skip
        under = values(parts, nothing)
        beside = [steady(under, long)] if under is not None else []
        yield from subject.case("tells things apart", steady(over, long), *beside, steady(over, long))
    for index in range(1, len(parts)):
        one = values(parts, [place == 0 for place in range(len(parts))])
        other = values(parts, [place == index for place in range(len(parts))])
        if one is not None and other is not None:
            yield from subject.case(f"tells things apart of which one is beyond number 1, another beyond {index + 1}",
                                    steady(one, long), steady(other, long))  # fmt: skip
    for near_by in (True, False):
        for wanted in sorted(itertools.product((True, False), repeat=min(len(parts), MOST_CONDITIONS))):
            found = values(parts, wanted + everything[len(wanted) :], near_by=near_by)
            if found is not None:
                yield from subject.case(f"{sides(wanted, near_by)}", steady(found, long))
    for index, part in enumerate(parts):
        yield from at_threshold(subject, parts, index, any_of, long)
        if part.window:
            yield from turning(subject, parts, index, any_of)
    yield from subject.case("is quiet without series", {})


def per_evaluation(subject: Subject) -> int:
    """Return how many samples are recorded from one evaluation of the test to the next."""
    return subject.beat.evaluation // subject.beat.record


def sides(wanted: Sequence[bool], near_by: bool) -> str:
    """Return on which side of its threshold each number is, in words."""
    found = ", ".join("beyond" if one else "not beyond" for one in wanted)
    return f"each number {found} its threshold, {'by a little' if near_by else 'by much'}"


def steady(found: Mapping[str, Decimal], long: int) -> dict[str, Samples]:
    """Return numbers that stay the same."""
    return {name: [value] * long for name, value in found.items()}


def values(parts: Sequence[Part], wanted: Sequence[bool], *, near_by: bool = False) -> dict[str, Decimal] | None:
    """Return for each recording a number that is beyond exactly the wanted thresholds; None when there is none."""
    found: dict[str, Decimal] = {}
    for record in dict.fromkeys(part.record for part in parts):
        own = [(part, want) for part, want in zip(parts, wanted, strict=True) if part.record == record]
        limits = sorted(part.threshold for part, _ in own)
        shifts = [part.unit if near_by else part.away for part, _ in own]
        choices = [limit + sign * shift for limit, shift in zip(limits, shifts, strict=True) for sign in (1, -1)]
        choices += [(one + other) / 2 for one, other in itertools.pairwise(limits)] + limits
        fitting = (one for one in choices if all(part.holds(one) is want for part, want in own))
        value = next(fitting, None)
        if value is None:
            return None
        found[record] = exact(value)
    return found


def at_threshold(subject: Subject, parts: Sequence[Part], index: int, any_of: bool, long: int) -> Iterator[RuleTest]:
    """Yield the case of a number that is exactly its threshold."""
    others = values(parts, [place == index or not any_of for place in range(len(parts))])
    part = parts[index]
    if others is None or exact(part.threshold) != part.threshold:
        return
    does = "fires" if part.holds(part.threshold) else "is quiet"
    yield from subject.case(f"{does} when number {index + 1} is exactly its threshold",
                            steady({**others, part.record: part.threshold}, long))  # fmt: skip


def turning(subject: Subject, parts: Sequence[Part], index: int, any_of: bool) -> Iterator[RuleTest]:
    """Yield the case of a number that turns: so far below before that only a full window of what follows fires."""
    part, beat = parts[index], subject.beat
    others = values(parts, [place == index or not any_of for place in range(len(parts))])
    if others is None:
        return
    sign = -1 if part.operator in ("<", "<=") else 1
    shift = part.away / 10
    far, over = part.threshold - sign * 2 * part.window * shift, part.threshold + sign * shift
    if part.operator == "==":
        over = part.threshold
    rest = part.window + beat.kept + 4 * per_evaluation(subject)
    samples = [exact(far)] * (part.window + 2) + [exact(over)] * (part.window + beat.held + 2) + [exact(far)] * rest
    tape = {**steady(others, len(samples)), part.record: samples}
    yield from subject.case(f"puts together a whole window of number {index + 1}", tape)
