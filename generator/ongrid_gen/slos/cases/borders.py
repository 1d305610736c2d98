"""The tests of a burn alert at the very numbers where it turns, given as recordings instead of traffic.

Without traffic the rules record nothing, so nothing stands against what the test puts in their place.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ongrid_gen.alerts.cases.promtest import series
from ongrid_gen.rules import RuleTest
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import Pair, allowed, pairs, raw_windows
from ongrid_gen.slos.cases.subject import Series, Subject, milliseconds
from ongrid_gen.slos.cases.telling import case
from ongrid_gen.slos.rules import recorded_labels
from ongrid_gen.units import format_duration

ROUNDED_UP, ROUNDED_DOWN = Decimal("0.4"), Decimal("0.6")  # so far below a whole number


def borders(subject: Subject, tier: str) -> Iterator[RuleTest]:
    """Yield two tests of every pair: the smallest numbers that fire it; and quiet ones, each in one number."""
    for pair in pairs(subject.slo, tier):
        alert, limit = names.ALERTS[tier], exactly(subject, pair)
        above, least = math.nextafter(limit, math.inf), subject.slo.min_errors
        enough = float(least - ROUNDED_UP) if least else 0.0
        which = f"{format_duration(pair.long)}/{format_duration(pair.short)}"
        lasts = quiet_for(subject, tier)
        drawn = recorded(subject, pair, [(above, above, enough)], lasts)
        yield case(subject, f"{alert}: fires when {which} read the least that is above the limit", drawn,
                   [subject.asks_firing(lasts - 1, alert, fires=True)])  # fmt: skip
        few = [(2 * limit, 2 * limit, float(least - ROUNDED_DOWN))] if least else []
        turns = [(limit, 2 * limit, 2.0 * least), (2 * limit, limit, 2.0 * least), *few]
        asked = [subject.asks_firing(lasts * turn - 1, alert, fires=False) for turn in range(1, len(turns) + 1)]
        why = " or a failure is missing" if few else ""
        yield case(subject, f"{alert}: is quiet when one of {which} is exactly at the limit{why}",
                   recorded(subject, pair, turns, lasts), asked)  # fmt: skip


def exactly(subject: Subject, pair: Pair) -> float:
    """Return the limit as Prometheus reckons it: factor and allowed share are both rounded, and so is the product."""
    return float(pair.factor) * float(allowed(subject.slo))


def quiet_for(subject: Subject, tier: str) -> int:
    """Return evaluations after which an alert that is due surely fires, when each sees a sample."""
    return (subject.rounded(subject.hold(tier)) + subject.rounded(subject.offset)) // subject.interval + 3


def recorded(subject: Subject, pair: Pair, turns: Sequence[tuple[float, float, float]], lasts: int) -> Series:
    """Return recordings of a pair, each for `lasts` evaluations: shares in short and long, failures in long."""
    slo = subject.slo
    raw = pair.long in raw_windows(slo, subject.site)
    counted = names.errors(pair.long) if raw else names.errors_counted(pair.long)
    each = milliseconds(pair.long) / 1000 if raw else 1.0  # a rate is one failure in so many seconds
    columns = {
        names.ratio(pair.short): [short for short, _, _ in turns],
        names.ratio(pair.long): [long for _, long, _ in turns],
    } | ({counted: [failures / each for _, _, failures in turns]} if slo.min_errors else {})
    many = lasts * subject.interval // subject.step - 1
    return [series(name, recorded_labels(slo), " ".join(f"{value!r}x{many}" for value in values))
            for name, values in columns.items()]  # fmt: skip
