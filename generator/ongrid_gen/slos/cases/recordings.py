"""The tests of an SLO's recordings, and of everything that no tier minds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ongrid_gen.alerts.cases.promtest import Phase, series
from ongrid_gen.conventions import SLO, SPAN_KIND
from ongrid_gen.rules import RuleTest
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import LONGEST_RAW, allowed, counted_windows, raw_windows, tiers
from ongrid_gen.slos.cases.subject import Series, Subject, milliseconds
from ongrid_gen.slos.cases.telling import Question, case, lead, quiet, requests, strangers
from ongrid_gen.slos.rules import recorded_labels
from ongrid_gen.slos.selection import span_kinds
from ongrid_gen.text import promql_matcher


def shared(subject: Subject) -> Iterator[RuleTest]:
    """Yield the tests of the recordings, and of everything that no tier minds."""
    yield windows_read(subject)
    yield nothing_failed(subject)
    yield another_slo(subject)
    if len(span_kinds(subject.slo)) > 1:
        yield every_kind(subject)
    yield half_pace(subject)
    yield standing_still(subject)


def windows_read(subject: Subject) -> RuleTest:
    """Return the case of changing traffic, with idle times: what each window and the budget read of it.

    Towards the end it changes fast, so that the short windows read something of their own too.
    """
    slo = subject.slo
    early = subject.steps(max(subject.sizes) + subject.interval * 2)
    late = subject.steps(int(LONGEST_RAW * 1000) + subject.interval + subject.offset)
    phases = [Phase(length, *wild(number)) for number, length in enumerate([*parts(early), *parts(late)])]
    seen = subject.evaluated(phases)
    last = seen.number - 1
    asked = [subject.asks_value(last, names.ratio(Decimal(size) / 1000), seen.share(last, size))
             for size in subject.sizes]  # fmt: skip
    spent = seen.spent(last, milliseconds(slo.period), subject.slow_step)
    left = None if spent is None else 1 - spent / float(allowed(slo))
    asked.append(subject.asks_value(last, names.budget_left(slo), left))
    return case(subject, "every window reads its own requests, weighed by traffic", subject.drawn(phases), asked)


def parts(steps: int) -> list[int]:
    """Return steps in some thirty parts."""
    each = max(1, steps // 30)
    return [each] * (steps // each + 1)


def wild(number: int) -> tuple[int, int]:
    """Return good and bad requests a step that change all the time and sometimes cease."""
    if number % 7 == 3:
        return 0, 0
    total = 1000 * (1 + number * number % 11)
    bad = total * (number * 5 % 13) // 20
    return total - bad, bad


def nothing_failed(subject: Subject) -> RuleTest:
    """Return the case of a service without a failure, beside others that mostly fail: the share is 0, not nothing."""
    number = requests(subject, Decimal(1))
    steps = lead(subject) + subject.steps(subject.longest_hold + subject.interval * 4)
    drawn = subject.healthy([Phase(steps, good=number)])
    for labels in strangers(subject).values():
        drawn += subject.drawn([Phase(steps, number * 500, number * 1000)], labels)
    seen = subject.evaluated([Phase(steps, good=number)])
    last = seen.number - 1
    asked = [subject.asks_value(last, names.ratio(Decimal(size) / 1000), seen.share(last, size))
             for size in subject.sizes]  # fmt: skip
    asked.append(subject.asks_value(last, names.budget_left(subject.slo), 1.0))
    for window in raw_windows(subject.slo, subject.site):
        read = seen.rates(last, milliseconds(window))
        asked.append(subject.asks_value(last, names.total(window), None if read is None else read.total))
    asked += [one_series(subject, last, record) for record in rates(subject)]
    alerts = [names.ALERTS[tier] for tier in tiers(subject.slo)]
    return case(subject, "is quiet, with its whole budget, when nothing ever failed but others' requests",
                drawn, [*asked, *quiet(subject, alerts, last + 1)])  # fmt: skip


def another_slo(subject: Subject) -> RuleTest:
    """Return the case of an SLO of the same requests, which recorded nothing but failures: they are its own."""
    steps = lead(subject) + subject.steps(subject.base + subject.interval)
    phases = [Phase(steps, good=requests(subject, Decimal(1)))]
    drawn = [*subject.healthy(phases), *foreign(subject, steps)]
    last = subject.evaluated(phases).number - 1
    asked: list[Question | None] = [one_series(subject, last, record) for record in rates(subject)]
    asked += [subject.asks_value(last, record, 0.0) for record in counted_errors(subject)]
    asked.append(subject.asks_value(last, names.budget_left(subject.slo), 1.0))
    return case(subject, "minds no recordings of another SLO", drawn, asked)


def foreign(subject: Subject, steps: int) -> Series:
    """Return the rates that another SLO of the same requests recorded, all bad."""
    labels = {**recorded_labels(subject.slo), SLO: f"{subject.slo.name}-2"}
    return [series(record, labels, f"1x{steps}") for record in rates(subject)]


def rates(subject: Subject) -> list[str]:
    """Return the records that are read from the counters."""
    raw = raw_windows(subject.slo, subject.site)
    return [name for window in raw for name in (names.errors(window), names.total(window))]


def one_series(subject: Subject, number: int, record: str) -> dict[str, Any]:
    """Return the question whether a record is one series: what others do is not in it."""
    of = promql_matcher(SLO, [subject.slo.name])
    return subject.asks(number, f"count({record}{{{of}}}{subject.shift})", [{"labels": "{}", "value": 1}])


def counted_errors(subject: Subject) -> list[str]:
    """Return the records in which guards count failures of long windows."""
    return [names.errors_counted(window) for window in counted_windows(subject.slo, subject.site)]


def every_kind(subject: Subject) -> RuleTest:
    """Return the case of requests of every kind of span that counts, each with a share of its own."""
    steps = lead(subject) + subject.steps(subject.base + subject.interval)
    kinds = {kind: (900 * place, 100 * place * place) for place, kind in enumerate(span_kinds(subject.slo), 1)}
    drawn = [one for kind, (good, bad) in kinds.items()
             for one in subject.drawn([Phase(steps, good, bad)], {SPAN_KIND: kind})]  # fmt: skip
    good, bad = (sum(numbers) for numbers in zip(*kinds.values(), strict=True))
    seen = subject.evaluated([Phase(steps, good, bad)])
    last = seen.number - 1
    asked = [subject.asks_value(last, names.ratio(window), seen.share(last, milliseconds(window)))
             for window in raw_windows(subject.slo, subject.site)]  # fmt: skip
    return case(subject, "counts every kind of span that it is of", drawn, asked)


def half_pace(subject: Subject) -> RuleTest:
    """Return the case of half as many failures as are allowed: quiet, and half of the budget is left."""
    number = 2 * requests(subject, allowed(subject.slo))
    bad = int(number * allowed(subject.slo)) // 2
    steps = lead(subject) + subject.steps(subject.longest_hold + subject.interval * 4)
    phases = [Phase(steps, number - bad, bad)]
    last = subject.evaluated(phases).number - 1
    alerts = [names.ALERTS[tier] for tier in tiers(subject.slo)]
    left = 1 - bad / number / float(allowed(subject.slo))
    return case(subject, "is quiet at half the pace of its budget", subject.drawn(phases),
                [subject.asks_value(last, names.budget_left(subject.slo), left),
                 *quiet(subject, alerts, last + 1)])  # fmt: skip


def standing_still(subject: Subject) -> RuleTest:
    """Return the case of counters that stand still: nothing is recorded, no NaN that would spoil later sums."""
    drawn = subject.healthy([Phase(lead(subject) + subject.steps(subject.interval * 4))])
    records = [names.ratio(Decimal(size) / 1000) for size in subject.sizes]
    asked = [subject.asks_value(5, record, None) for record in (*records, names.budget_left(subject.slo))]
    asked += [subject.asks_value(5, record, 0.0) for record in rates(subject)]
    return case(subject, "records no share, and no budget, while there are no requests", drawn, asked)
