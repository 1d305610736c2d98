"""The tests of an SLO's burn alerts, told in traffic. Each says what it proves, and holds for any numbers of a spec."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from ongrid_gen.alerts.cases.promtest import Phase
from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.rules import RuleTest
from ongrid_gen.slos import names, wording
from ongrid_gen.slos.burn import Pair, allowed, pairs, raw_windows, tiers
from ongrid_gen.slos.cases.recordings import shared
from ongrid_gen.slos.cases.subject import LOOKBACK, Subject, UncertainError, milliseconds
from ongrid_gen.slos.cases.telling import NEAR, Question, case, expects, lead, quiet, requests
from ongrid_gen.slos.cases.traffic import Evaluations
from ongrid_gen.slos.rules import KEEP
from ongrid_gen.slos.selection import request_labels
from ongrid_gen.units import format_duration

HEAVY: Final = 1_000_000  # so many times the traffic makes what comes later count for nothing
AFFORDABLE: Final = 120  # evaluations of one test at the site's own interval

Tell = Callable[[Subject, str], RuleTest | None]


def told(subject: Subject, seen: Evaluations, number: int, tier: str) -> Question | None:
    """Return the alert of a tier as promtool spells it; None when rounding a share is a toss-up."""
    slo, site = subject.slo, subject.site
    shares = {window: spoken_share(seen.share(number, milliseconds(window)))
              for pair in pairs(slo, tier) for window in (pair.long, pair.short)}  # fmt: skip
    left = budget_words(subject, seen, number)
    if left is None or None in shares.values():
        return None
    reading = wording.Reading(lambda window: str(shares[window]), left)
    return {
        "exp_labels": {**request_labels(slo), **wording.burn_labels(slo, tier, site)},
        "exp_annotations": wording.burn_annotations(slo, tier, site, str, reading),
    }


def spoken_share(share: float | None) -> str | None:
    """Return a share as a person reads it; None when its last digit is a toss-up."""
    if share is None:
        return "unknown"
    words = {per_cent(share * nearly) for nearly in (1 - 1e-9, 1, 1 + 1e-9)}
    return words.pop() if len(words) == 1 else None


def budget_words(subject: Subject, seen: Evaluations, number: int) -> str | None:
    """Return the budget left as the alert reads it: the sample before, if that is not too old to be seen."""
    spent = None
    if number and subject.interval < LOOKBACK:
        spent = seen.spent(number - 1, milliseconds(subject.slo.period), subject.slow_step)
    if spent is None:
        return "unknown"
    left = 100 * (1 - spent / float(allowed(subject.slo)))
    words = {f"{left + little:.1f}%" for little in (-1e-6, 0, 1e-6)}
    return words.pop() if len(words) == 1 else None


def stories(fine: Subject, long: Subject) -> tuple[list[RuleTest], list[RuleTest]]:
    """Return the tests at the site's own interval, and those at the interval of long windows (none if it is that)."""
    found = [(long, test) for test in shared(long)]
    for place, tier in enumerate(tiers(fine.slo)):
        found += of_tier(fine, long, tier, first=place == 0)
    here = [test for subject, test in found if subject.interval == fine.interval]
    return here, [test for subject, test in found if subject.interval != fine.interval]


def of_tier(fine: Subject, long: Subject, tier: str, *, first: bool) -> Iterator[tuple[Subject, RuleTest]]:
    """Yield the tests of one tier, each with the subject it is of. What floating point decides proves nothing."""
    subject = fine if affordable(fine, tier) else long
    tells: list[tuple[Subject, Tell]] = [
        (subject, everything_fails), (subject, few_errors), (subject, enough_errors), (subject, recovery),
        (long, short_windows_end_it),
    ]  # fmt: skip
    if first:  # what the recordings make of new and restarted counters is the same for every tier
        tells += [(subject, new_series), (subject, restart)]
    for pair in pairs(fine.slo, tier):
        tells += [(long, partial(alone, pair=pair, above=True)), (long, partial(alone, pair=pair, above=False))]
    for chosen, tell in tells:
        try:
            test = tell(chosen, tier)
        except UncertainError:
            continue
        if test is not None:
            yield chosen, test


def affordable(subject: Subject, tier: str) -> bool:
    """Tell whether a test of a tier, until it fires, is short enough at the site's own interval."""
    time = subject.rounded(subject.hold(tier)) + 3 * subject.base + subject.offset
    return time // subject.interval <= AFFORDABLE


def lasting(subject: Subject, tier: str) -> int:
    """Return steps in which a tier that burns has surely fired."""
    return subject.steps(subject.rounded(subject.hold(tier)) + subject.interval * 3 + subject.offset)


def turns(subject: Subject, alert: str, firing: Sequence[bool]) -> list[Question]:
    """Return the questions at every turn of an alert, and at the end."""
    asked = {number for turn in range(1, len(firing)) if firing[turn] != firing[turn - 1]
             for number in (turn - 1, turn)} | {len(firing) - 1}  # fmt: skip
    return [subject.asks_firing(number, alert, fires=firing[number]) for number in sorted(asked)]


def everything_fails(subject: Subject, tier: str) -> RuleTest:
    """Return the case of good traffic that turns all bad: when it fires, with every word."""
    number, alert = requests(subject, Decimal(1)), names.ALERTS[tier]
    phases = [Phase(subject.steps(subject.base // 2) + lead(subject), good=number),
              Phase(lasting(subject, tier) + subject.steps(subject.base * 2), bad=number)]  # fmt: skip
    seen = subject.evaluated(phases)
    firing = subject.firing(seen, tier)
    due = firing.index(True)
    expected = told(subject, seen, due, tier)
    alerts = [expects(subject, due, alert, [expected])] if expected else []
    return case(subject, f"{alert}: fires when everything turns bad, and not before `for` is over",
                subject.drawn(phases), turns(subject, alert, firing[: due + 1]),
                [expects(subject, due - 1, alert, []), *alerts])  # fmt: skip


def new_series(subject: Subject, tier: str) -> RuleTest:
    """Return the case of series that are born bad: two samples of them are enough."""
    number, alert = requests(subject, Decimal(1)) * 10, names.ALERTS[tier]
    before = lead(subject)
    phases = [Phase(before, absent=True), Phase(lasting(subject, tier) + 2, bad=number)]
    seen = -(-((before + 2) * subject.step + subject.offset) // subject.interval)
    raw = raw_windows(subject.slo, subject.site)
    at_once = any({pair.long, pair.short} <= {*raw} for pair in pairs(subject.slo, tier))
    due = seen + subject.rounded(subject.hold(tier)) // subject.interval + (0 if at_once else 1)  # sums are one behind
    asked = [subject.asks_firing(due - 1, alert, fires=False), subject.asks_firing(due, alert, fires=True)]
    return case(subject, f"{alert}: fires for new series that begin bad", subject.drawn(phases), asked)


def restart(subject: Subject, tier: str) -> RuleTest:
    """Return the case of counters that restart while everything fails."""
    number, alert = requests(subject, Decimal(1)), names.ALERTS[tier]
    phases = [Phase(lead(subject)), Phase(subject.steps(subject.interval), bad=number)]
    phases.append(Phase(lasting(subject, tier), bad=number, restart=True))
    firing = subject.firing(subject.evaluated(phases), tier)
    return case(subject, f"{alert}: fires as soon when the counters restart meanwhile", subject.drawn(phases),
                turns(subject, alert, firing))  # fmt: skip


def recovery(subject: Subject, tier: str) -> RuleTest | None:
    """Return the case of so many good requests that no window minds the bad ones: it ends `keep_firing_for` later."""
    number = requests(subject, Decimal(1))
    rest = subject.steps(milliseconds(KEEP) + subject.interval * 4 + subject.offset)
    phases = [Phase(lead(subject)), Phase(lasting(subject, tier), bad=number), Phase(rest, good=number * HEAVY)]
    return ends(subject, tier, phases, "ends `keep_firing_for` after the last window is clean")


def short_windows_end_it(subject: Subject, tier: str) -> RuleTest | None:
    """Return the case of a service that is well again: the short windows end the alert, not the long ones."""
    number = requests(subject, Decimal(1))
    longest = max(milliseconds(pair.short) for pair in pairs(subject.slo, tier))
    rest = subject.steps(longest + milliseconds(KEEP) + subject.interval * 4 + subject.offset + subject.base)
    phases = [Phase(lead(subject)), Phase(lasting(subject, tier), bad=number), Phase(rest, good=number)]
    return ends(subject, tier, phases, "ends when the short windows are clean, however bad the long ones are")


def ends(subject: Subject, tier: str, phases: Sequence[Phase], name: str) -> RuleTest | None:
    """Return a case in which an alert fires and is over again; None when this traffic does not do that."""
    firing = subject.firing(subject.evaluated(phases), tier)
    if True not in firing or firing[-1]:
        return None
    alert = names.ALERTS[tier]
    return case(subject, f"{alert}: {name}", subject.drawn(phases), turns(subject, alert, firing))


def few_errors(subject: Subject, tier: str) -> RuleTest | None:
    """Return the case of a few requests that all fail: the guard holds."""
    few, alert = subject.slo.min_errors - 1, names.ALERTS[tier]
    phases = [Phase(lead(subject)), Phase(1, bad=few), Phase(lasting(subject, tier))]
    firing = subject.firing(subject.evaluated(phases), tier)
    if few < 1 or any(firing):
        return None
    return case(subject, f"{alert}: is quiet when {few} of {few} requests fail", subject.drawn(phases),
                quiet(subject, [alert], len(firing)))  # fmt: skip


def enough_errors(subject: Subject, tier: str) -> RuleTest | None:
    """Return the case of twice as many failures as the guard wants: at once if that lasts, else one after the other."""
    least, gap = subject.slo.min_errors, subject.steps(subject.base // 2) - 1
    if not least or gap < 1:
        return None
    each, last, alert = -(-least // 3), Phase(lasting(subject, tier)), names.ALERTS[tier]
    spread = [phase for _ in range(6) for phase in (Phase(1, bad=each), Phase(gap))]
    for bursts in ([Phase(1, bad=6 * each)], spread):
        phases = [Phase(lead(subject)), *bursts, last]
        firing = subject.firing(subject.evaluated(phases), tier)
        if True in firing:
            return case(subject, f"{alert}: fires when {6 * each} of {6 * each} requests fail", subject.drawn(phases),
                        turns(subject, alert, firing))  # fmt: skip
    return None


def alone(subject: Subject, tier: str, *, pair: Pair, above: bool) -> RuleTest | None:
    """Return the case of traffic a little over (under) the limit of one pair, while every longer window is content.

    Longer windows still hold far heavier traffic from before, all good.
    """
    alert = names.ALERTS[tier]
    number = requests(subject, pair.limit)
    share = pair.limit * (1 + NEAR if above else 1 - NEAR)
    bad = min(number, int(number * share))
    longer = any(other.long > pair.long for other in pairs(subject.slo, tier))
    fill = milliseconds(pair.long if longer else subject_start(subject))
    before = subject.steps(subject.interval * 2 + subject.base)
    phases = [Phase(before, good=number * HEAVY)] if longer else [Phase(lead(subject))]
    phases.append(Phase(subject.steps(fill + subject.base) + lasting(subject, tier), number - bad, bad))
    seen = subject.evaluated(phases)
    firing = subject.firing(seen, tier)
    if (True in firing) != above:
        return None
    which = f"{format_duration(pair.long)}/{format_duration(pair.short)}"
    if not above:
        return case(subject, f"{alert}: is quiet a little below the limit of {which}", subject.drawn(phases),
                    quiet(subject, [alert], len(firing)))  # fmt: skip
    due = firing.index(True)
    expected = told(subject, seen, due, tier)
    return case(subject, f"{alert}: fires a little above the limit of {which}", subject.drawn(phases),
                turns(subject, alert, firing[: due + 1]),
                [expects(subject, due, alert, [expected])] if expected else [])  # fmt: skip


def subject_start(subject: Subject) -> Decimal:
    """Return the seconds after which a young series has a full base window."""
    return Decimal(subject.base) / 1000
