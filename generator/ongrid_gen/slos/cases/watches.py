"""The tests of the alerts about an SLO that cannot tell anything: no traffic, no bucket bound."""

from collections.abc import Iterator
from decimal import Decimal

from ongrid_gen.alerts.cases.promtest import Phase, nothing, total
from ongrid_gen.alerts.trace_latency import MISSING_FOR
from ongrid_gen.conventions import SERVICE_NAME, SPAN_KIND
from ongrid_gen.rules import RuleTest
from ongrid_gen.slos import names, wording
from ongrid_gen.slos.burn import ABSENT_FOR, absent_window, raw_windows, tiers
from ongrid_gen.slos.cases.recordings import rates
from ongrid_gen.slos.cases.subject import Series, Subject, milliseconds
from ongrid_gen.slos.cases.telling import case, expects, lead, quiet, requests, strangers
from ongrid_gen.slos.selection import is_latency, span_kinds


def watches(subject: Subject) -> Iterator[RuleTest]:
    """Yield every case."""
    yield traffic_ends(subject)
    yield never_seen(subject)
    yield trickle(subject)
    if is_latency(subject.slo):
        yield bound_missing(subject)
        yield bound_learned(subject)


def window_watches(fine: Subject, long: Subject) -> Iterator[tuple[Subject, RuleTest]]:
    """Yield the cases of each window that is read from the counters, with the coarser subject where that is enough."""
    for window in map(milliseconds, raw_windows(fine.slo, fine.site) if is_latency(fine.slo) else ()):
        for tell in (learned, young):
            told = ((subject, tell(subject, window)) for subject in (long, fine))
            yield from [(subject, test) for subject, test in told if test is not None][:1]


def hold(subject: Subject) -> int:
    """Return the evaluations that the alert waits."""
    return subject.rounded(milliseconds(ABSENT_FOR)) // subject.interval


def absent(subject: Subject) -> dict[str, dict[str, str]]:
    """Return the alert about missing traffic as promtool spells it."""
    slo, site = subject.slo, subject.site
    return {
        "exp_labels": wording.absent_labels(slo, site),
        "exp_annotations": wording.absent_annotations(slo, site, str),
    }


def traffic_ends(subject: Subject) -> RuleTest:
    """Return the case of traffic that ends: flat counters, then none; one alert all along, until it is back."""
    before, number = lead(subject), requests(subject, Decimal(1))
    window = milliseconds(absent_window(subject.site))
    empty = -(-((before - 1) * subject.step + window + subject.offset) // subject.interval)
    due = empty + hold(subject)
    flat = subject.steps(due * subject.interval) - before
    gone = subject.steps(subject.interval * 4)
    back = before + flat + gone
    first = 1 if gone * subject.step < window else 2  # the window may still hold a sample from before the gap
    seen = -(-((back + first) * subject.step + subject.offset) // subject.interval)
    phases = [Phase(before, good=number), Phase(flat), Phase(gone, absent=True),
              Phase(subject.steps(subject.interval * 4 + subject.offset), good=number)]  # fmt: skip
    checks = [expects(subject, due - 1, names.ABSENT, []), expects(subject, due, names.ABSENT, [absent(subject)]),
              expects(subject, seen - 1, names.ABSENT, [absent(subject)]),
              expects(subject, seen, names.ABSENT, [])]  # fmt: skip
    return case(subject, f"{names.ABSENT}: fires when the traffic ends, and until it is back",
                subject.drawn(phases), [], checks)  # fmt: skip


def never_seen(subject: Subject) -> RuleTest:
    """Return the case of series that never were: a misspelt name looks like that. Others' requests do not help."""
    phases = [Phase(subject.steps(milliseconds(ABSENT_FOR) * 2), good=100)]
    drawn = [one for labels in strangers(subject).values() for one in subject.drawn(phases, labels)]
    due = hold(subject)
    checks = [expects(subject, due - 1, names.ABSENT, []), expects(subject, due, names.ABSENT, [absent(subject)])]
    return case(subject, f"{names.ABSENT}: fires for requests that were never seen", drawn, [], checks)


def trickle(subject: Subject) -> RuleTest:
    """Return the case of a request of the last kind now and then: seldom, but more often than the window is long.

    It may be slower than every bucket bound.
    """
    gap = subject.steps(milliseconds(absent_window(subject.site)) * 8 // 10) - 1
    phases = [Phase(lead(subject), good=1)]
    for _ in range(2):
        phases += [Phase(gap), Phase(1, good=1)]
    last = subject.evaluated(phases).number - 1
    checks = [expects(subject, number, names.ABSENT, []) for number in (last - hold(subject), last)]
    labels = {SPAN_KIND: span_kinds(subject.slo)[-1]}
    slow = {subject.slo.threshold: nothing, subject.next_bound: nothing} if subject.slo.threshold else {}
    drawn = subject.histogram(phases, slow, labels) if slow else subject.healthy(phases, labels)
    return case(subject, f"{names.ABSENT}: is quiet while a request comes now and then", drawn, [], checks)  # fmt: skip


def bound_missing(subject: Subject) -> RuleTest:
    """Return the case of a bucket bound that Tempo does not know: no share, no page, but the alert that says so.

    Rare requests are enough, slower than every bound, and it is over when they are. Another service, which has the
    bound, does not matter.
    """
    slo, site = subject.slo, subject.site
    before = lead(subject)
    wait = subject.rounded(milliseconds(MISSING_FOR)) // subject.interval
    due = -(-((before + 1) * subject.step + subject.offset) // subject.interval) + wait
    lasts = subject.steps(due * subject.interval)
    over = -(-((before + lasts - 1) * subject.step + subject.base + subject.offset) // subject.interval)
    phases = [Phase(before), Phase(lasts, bad=1), Phase(subject.steps(subject.base + subject.interval * 2))]
    other = another_service(subject, sum(phase.steps for phase in phases))
    alert = {
        "exp_labels": {SERVICE_NAME: slo.service, **wording.missing_labels(slo, site)},
        "exp_annotations": wording.missing_annotations(slo, site, str),
    }
    blind = [names.ratio(Decimal(size) / 1000) for size in subject.sizes] + rates(subject)
    checks = [expects(subject, due - 1, names.BOUND_MISSING, []), expects(subject, due, names.BOUND_MISSING, [alert]),
              expects(subject, over - 1, names.BOUND_MISSING, [alert]),
              expects(subject, over, names.BOUND_MISSING, [])]  # fmt: skip
    return case(subject, f"{names.BOUND_MISSING}: fires without the bucket bound, and no share is recorded",
                [*subject.histogram(phases, {subject.next_bound: nothing}, None), *other],
                [subject.asks_value(number, record, None)
                 for number in (due - wait, due) for record in (*blind, names.budget_left(slo))],
                checks)  # fmt: skip


def bound_learned(subject: Subject) -> RuleTest:
    """Return the case of a restart that adds the bound: requests from before must not count as slow (R6)."""
    number = requests(subject, Decimal(1))
    before = subject.steps(subject.base) + lead(subject)
    after = subject.steps(subject.base + subject.longest_hold + subject.interval * 6 + subject.offset)
    zero = Phase(1, restart=True)
    restarted = subject.histogram([Phase(before, good=number), zero, Phase(after, good=number)],
                                  {subject.next_bound: total}, None)  # fmt: skip
    learned = subject.drawn([Phase(before, absent=True), Phase(1), Phase(after, good=number)])[0]
    last = ((before + 1 + after) * subject.step + subject.offset) // subject.interval
    alerts = [names.ALERTS[tier] for tier in tiers(subject.slo)]
    base = names.ratio(Decimal(subject.base) / 1000)
    checks = [subject.asks_value(last, base, 0.0), *quiet(subject, [*alerts, names.BOUND_MISSING], last + 1)]
    return case(subject, "is quiet while Tempo learns the bound, and sees again a window later",
                [learned, *restarted], checks)  # fmt: skip


def learned(subject: Subject, window: int) -> RuleTest | None:
    """Return the case of one window after a restart that adds the bound: it is blind while it holds older requests.

    A service that is younger than the window is not blind. None when no evaluation comes in the second half of it.
    """
    number = requests(subject, Decimal(1))
    before = subject.steps(window // 2) + 1  # more would not be in a window that is blind
    after = subject.steps(window + subject.interval * 2 + subject.offset)
    known = (before + 1) * subject.step
    blind = first_after(subject, known + window // 2)
    if subject.evaluated([Phase(1)]).at(blind) > known + window - 2 * subject.step:
        return None
    sees = first_after(subject, known + window)
    restarted = subject.histogram([Phase(before, good=number), Phase(1, restart=True), Phase(after, good=number)],
                                  {subject.next_bound: total}, None)  # fmt: skip
    bound = subject.drawn([Phase(before, absent=True), Phase(1), Phase(after, good=number)])[0]
    other = another_service(subject, before + 1 + after)
    record = names.ratio(Decimal(window) / 1000)
    return case(subject, f"{record}: is not recorded until a window after Tempo learned the bound",
                [bound, *restarted, *other],
                [subject.asks_value(blind, record, None), subject.asks_value(sees, record, 0.0)])  # fmt: skip


def young(subject: Subject, window: int) -> RuleTest | None:
    """Return the case of a service younger than a window, beside an older one: its share is recorded all the same."""
    number, born = requests(subject, Decimal(1)), subject.steps(window) + 2
    phases = [Phase(born, absent=True), Phase(1), Phase(subject.steps(window), number, number)]
    read = first_after(subject, born * subject.step + window // 2)
    if subject.evaluated([Phase(1)]).at(read) > born * subject.step + window - 2 * subject.step:
        return None
    other = another_service(subject, sum(phase.steps for phase in phases))
    record = names.ratio(Decimal(window) / 1000)
    return case(subject, f"{record}: is recorded for a service younger than the window",
                [*subject.drawn(phases), *other],
                [subject.asks_value(read, record, 0.5)])  # fmt: skip


def another_service(subject: Subject, steps: int) -> Series:
    """Return the buckets of another service, which has the bound all along."""
    return subject.drawn([Phase(steps, good=1)], {SERVICE_NAME: f"{subject.slo.service}-2"})


def first_after(subject: Subject, time: int) -> int:
    """Return the first evaluation that surely sees the data of a time."""
    return -(-(time + 2 * subject.step + subject.offset) // subject.interval)
