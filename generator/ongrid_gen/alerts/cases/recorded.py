"""The generated tests of recordings: what is recorded, of series that grow faster and faster.

Counters that grow by one more at each step tell every window, function and aggregation from another.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from typing import Any, Final

from ongrid_gen.alerts.cases.clock import Clock, clock_of
from ongrid_gen.alerts.cases.promtest import duration, series
from ongrid_gen.alerts.cases.strangers import other_requests, request_parts
from ongrid_gen.alerts.conditions import request_labels, span_kinds_of
from ongrid_gen.conventions import CALLS, SPAN_KIND
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, RuleTest
from ongrid_gen.text import promql_string

Labels = Mapping[str, str]
DIGITS: Final = 4  # to which what is recorded is compared; the sums of floating point differ in their last bits


def ramp(clock: Clock, least: int) -> list[int]:
    """Return what a counter grows by at each step: `least`, then one more every time, over two windows and some."""
    return [least + step for step in range(2 * clock.prelude)]


def moment(clock: Clock) -> int:
    """Return the last evaluation that sees a whole ramp, in milliseconds."""
    return (2 * clock.prelude * clock.step + clock.offset) // clock.interval * clock.interval


def rate(clock: Clock, growth: Sequence[int]) -> float:
    """Return the rate that the evaluation at `moment` sees."""
    last = (moment(clock) - clock.offset) // clock.step
    return clock.rate(sum(growth[last - clock.grown : last]))


def grows(metric: str, labels: Labels, growth: Sequence[int]) -> dict[str, str]:
    """Return a counter; it begins so high that `rate` does not take it for newborn."""
    begin = 10 ** (len(str(sum(growth))) + 1)
    return series(metric, labels, " ".join(map(str, accumulate(growth, initial=begin))))


def stays(metric: str, labels: Labels, value: Decimal | int) -> dict[str, str]:
    """Return a number that does not change."""
    return series(metric, labels, f"{value}x1000")


def case(
    record: Record, clock: Clock, drawn: Sequence[Mapping[str, str]], found: Sequence[tuple[Labels, float]]
) -> Iterator[RuleTest]:
    """Yield the test that exactly these values are recorded; nothing when rounding could decide otherwise."""
    values = [(labels, rounded(value)) for labels, value in found]
    if any(value is None for _, value in values):
        return
    shift = f" offset {duration(clock.offset)}" if clock.offset else ""  # samples bear the time of their data
    check = {
        "expr": f"round({record.name}{labels_text(record.labels)}{shift}, 1e-{DIGITS})",
        "eval_time": duration(moment(clock)),
        "exp_samples": [
            {"labels": labels_text({**labels, **record.labels}), "value": value} for labels, value in values
        ],
    }
    body: dict[str, Any] = {
        "interval": duration(clock.step),
        "input_series": [dict(one) for one in drawn],
        "promql_expr_test": [check],
    }
    told = labels_text(record.labels) if record.labels else ""
    yield RuleTest(f"{record.name}{told}: records what it says, of these series alone", body)


def of_requests(record: Record, alert: Alert, site: Site) -> Iterator[RuleTest]:
    """Yield the test of a recorded rate of an alert's requests: all their series, and none of other requests."""
    clock, own = clock_of(alert, site), request_labels(alert)
    growth = [ramp(clock, 10 * (number + 1)) for number, _ in enumerate(request_parts(alert))]
    drawn = [grows(CALLS, {**own, **part}, one) for part, one in zip(request_parts(alert), growth, strict=True)]
    kind = {SPAN_KIND: span_kinds_of(alert)[0]}
    drawn += [
        grows(CALLS, {**own, **kind, **other}, ramp(clock, 700)) for other in other_requests(alert, site).values()
    ]
    yield from case(record, clock, drawn, [(own, sum(rate(clock, one) for one in growth))])


def rounded(value: float) -> float | None:
    """Return a number as PromQL's `round` does; None when it hangs on the last bit."""
    unit = Decimal(10) ** -DIGITS
    near = {float(Decimal(value * part).quantize(unit, ROUND_HALF_UP)) for part in (1 - 1e-9, 1 + 1e-9)}
    return near.pop() if len(near) == 1 else None


def labels_text(labels: Labels) -> str:
    """Return labels as PromQL spells them."""
    return "{" + ", ".join(f"{label}={promql_string(value)}" for label, value in labels.items()) + "}"
