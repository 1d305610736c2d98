"""The rules of an SLO: its recordings, its alerts, and its budget; what is long is summed up every few minutes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.trace_latency import BOUND_MISSING, MISSING_FOR, missing_range
from ongrid_gen.alerts.wording import as_templates, spoken
from ongrid_gen.conventions import SERVICE, SLO
from ongrid_gen.model import Site, Slo
from ongrid_gen.rules import Group, Record, Rule
from ongrid_gen.slos import names, wording
from ongrid_gen.slos.burn import (
    ABSENT_FOR,
    Pair,
    absent_window,
    allowed,
    base_window,
    counted_windows,
    hold,
    pairs,
    raw_windows,
    slow_step,
    summed_windows,
    tiers,
)
from ongrid_gen.slos.selection import is_latency, request_labels, selectors
from ongrid_gen.text import Code, fill
from ongrid_gen.units import format_duration, plain

KEEP: Final = Decimal(300)  # a service that fails and then dies must not look well again at once (R12)

# Each record before what reads it: the total first, as every other one needs it.
TOTAL: Final = "sum by (<< by >>) (rate(<< total >>[<< range >>]))"
# What cannot be judged is not counted: nothing without the bound, and not for a window after Tempo learned it, when the
# total holds requests from before that the bound does not know (R6).
JUDGED: Final = f"""\
{TOTAL}
and on () << bucket >>{{<< service >>,le=<< bound >>}}
unless on () (
  << bucket >>{{<< service >>,le="+Inf"}} offset << range >>
  unless on () << bucket >>{{<< service >>,le=<< bound >>}} offset << range >>
)"""
# Failed requests have no series before the first one: without the zero, no ratio (R9).
FAILED: Final = """\
sum by (<< by >>) (rate(<< bad >>[<< range >>]))
or on (<< by >>) 0 * << totals >><< own >>"""
# No zero here: every bound exists whenever the total does, so a missing one must not look perfect (R9).
SLOW: Final = "<< totals >><< own >> - on (<< by >>) sum by (<< by >>) (rate(<< good >>[<< range >>]))"
# Divided by `total > 0`: 0/0 is NaN, and one NaN spoils every sum over it (R8).
RATIO: Final = "<< errors >><< own >> / (<< totals >><< own >> > 0)"
SUMMED: Final = """\
sum_over_time(<< errors >><< own >>[<< range >>])
/ (sum_over_time(<< totals >><< own >>[<< range >>]) > 0)"""
COUNTED: Final = "<< interval >> * sum_over_time(<< rates >><< own >>[<< range >>])"
LEFT: Final = f"1 - (\n  {SUMMED.replace(chr(10), chr(10) + '  ')}\n) / << allowed >>"

BURNS: Final = """\
(
  << short >><< own >> > (<< factor >> * << allowed >>)
  and << long >><< own >> > (<< factor >> * << allowed >>)<< enough >>
)"""
# Requests are whole numbers, and what `rate` extrapolates is a few per cent off.
ENOUGH: Final = "\n  and round(<< counted >><< own >>) >= << least >>"
BY_OPERATION_FAILED: Final = "topk(10, sum by (span_name) (rate(<< bad >>[<< range >>])))"
BY_OPERATION_SLOW: Final = """\
topk(10, sum by (span_name) (rate(<< total >>[<< range >>]))
  - sum by (span_name) (rate(<< good >>[<< range >>])))"""
ABSENT: Final = "(sum(rate(<< total >>[<< range >>])) or vector(0)) == 0"


def groups(slo: Slo, site: Site) -> tuple[Group, ...]:
    """Return the groups of long windows (none without one), of rates and alerts, and of the budget.

    Each reads what the others recorded before. A rule test, which minds no interval, evaluates them in this order.
    """
    step, summed = slow_step(site), tuple(long_records(slo, site))
    return (
        *((Group(names.long_group(slo), summed, interval=step),) if summed else ()),
        Group(names.group(slo), (*records(slo, site), *alert_rules(slo, site))),
        Group(names.budget_group(slo), budget_records(slo, site), interval=step),
    )


def duration(seconds: Decimal) -> Code:
    """Return seconds as PromQL spells them."""
    return Code(format_duration(seconds))


def rate_labels(slo: Slo) -> dict[str, str]:
    """Return the static labels of the rates; all else is made of these, and keeps their labels (R16).

    As they are: Prometheus expands templates in the labels of alerts only.
    """
    return {SLO: slo.name, SERVICE: slo.service}


def recorded_labels(slo: Slo) -> dict[str, str]:
    """Return every label of the recordings."""
    return {**rate_labels(slo), **request_labels(slo)}


def records(slo: Slo, site: Site) -> Iterator[Record]:
    """Yield the recordings that are read from the counters: rates and their ratio for each short window."""
    for window in raw_windows(slo, site):
        errors, totals = names.errors(window), names.total(window)
        values = selectors(slo) | {"range": duration(window), "errors": Code(errors), "totals": Code(totals)}
        every, bad = (JUDGED, SLOW) if is_latency(slo) else (TOTAL, FAILED)
        for name, text in ((totals, every), (errors, bad)):
            yield Record(slo.path, name, fill(text, **values), rate_labels(slo))
        yield Record(slo.path, names.ratio(window), fill(RATIO, **values))


def long_records(slo: Slo, site: Site) -> Iterator[Record]:
    """Yield the ratios of long windows, weighed by traffic and safe over gaps (R18), and what guards count in them."""
    base = base_window(site)
    rates = {"errors": Code(names.errors(base)), "totals": Code(names.total(base))}
    for window in summed_windows(slo, site):
        expr = fill(SUMMED, own=selectors(slo)["own"], range=duration(window), **rates)
        yield Record(slo.path, names.ratio(window), expr)
    for window in counted_windows(slo, site):
        yield counted(slo, site, names.errors_counted(window), names.errors(base), window)


def counted(slo: Slo, site: Site, name: str, rates: str, window: Decimal) -> Record:
    """Return the record of a number of requests; each recorded rate stands for one interval."""
    values: dict[str, Any] = {"own": selectors(slo)["own"], "range": duration(window), "rates": Code(rates)}
    return Record(slo.path, name, fill(COUNTED, interval=site.alerting.interval, **values))


def budget_records(slo: Slo, site: Site) -> tuple[Record, ...]:
    """Return the coarse series of requests, and the share of the budget that is left of them."""
    step, base, own = slow_step(site), base_window(site), selectors(slo)["own"]
    errors, totals = names.errors_counted(step), names.total_counted(step)
    values = {"errors": Code(errors), "totals": Code(totals), "range": duration(slo.period)}
    return (
        counted(slo, site, errors, names.errors(base), step),
        counted(slo, site, totals, names.total(base), step),
        Record(slo.path, names.budget_left(slo), fill(LEFT, own=own, allowed=allowed(slo), **values)),
    )


def burn_rule(slo: Slo, tier: str, site: Site) -> Rule:
    """Return the alert of a tier: any of its pairs fires it."""
    return Rule(
        slo.path,
        names.ALERTS[tier],
        "\nor ".join(burns(slo, pair, site) for pair in pairs(slo, tier)),
        hold(slo, tier),
        KEEP,
        as_templates(wording.burn_labels(slo, tier, site)),
        wording.burn_annotations(slo, tier, site, spoken, wording.query_reading(slo, site)),
    )


def burns(slo: Slo, pair: Pair, site: Site) -> str:
    """Return the expression of one pair; its value is the share of the short window."""
    return fill(
        BURNS,
        own=selectors(slo)["own"],
        short=Code(names.ratio(pair.short)),
        long=Code(names.ratio(pair.long)),
        factor=pair.factor,
        allowed=allowed(slo),
        enough=Code(enough(slo, pair.long, site)),
    )


def enough(slo: Slo, window: Decimal, site: Site) -> str:
    """Return the guard: so many bad requests in the long window."""
    if not slo.min_errors:
        return ""
    raw = window in raw_windows(slo, site)
    counted = f"{plain(window)} * {names.errors(window)}" if raw else names.errors_counted(window)
    return fill(ENOUGH, counted=Code(counted), own=selectors(slo)["own"], least=slo.min_errors)


def watches(slo: Slo, site: Site) -> Iterator[Rule]:
    """Yield the alerts about an SLO that cannot tell anything: no traffic (R15), no bucket bound (R5)."""
    values = selectors(slo)
    yield Rule(
        slo.path,
        names.ABSENT,
        fill(ABSENT, **values, range=duration(absent_window(site))),
        ABSENT_FOR,
        Decimal(0),
        as_templates(wording.absent_labels(slo, site)),
        wording.absent_annotations(slo, site, spoken),
    )
    if is_latency(slo):
        yield Rule(
            slo.path,
            names.BOUND_MISSING,
            fill(BOUND_MISSING, **values, range=duration(missing_range(site))),
            MISSING_FOR,
            Decimal(0),
            as_templates(wording.missing_labels(slo, site)),
            wording.missing_annotations(slo, site, spoken),
        )


def alert_rules(slo: Slo, site: Site) -> list[Rule]:
    """Return an SLO's alerts."""
    return [*(burn_rule(slo, tier, site) for tier in tiers(slo)), *watches(slo, site)]


def bad_by_operation(slo: Slo, window: Decimal) -> str:
    """Return the query of bad requests a second, by operation."""
    text = BY_OPERATION_SLOW if is_latency(slo) else BY_OPERATION_FAILED
    return fill(text, **selectors(slo), range=duration(window))
