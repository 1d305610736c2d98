"""OG041: a burn-rate alert does not fire while the budget lasts."""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from typing import Final

from ongrid_gen.model import BurnWindow, Site, Slo
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.slos.burn import factor_of, pairs, tiers
from ongrid_gen.units import format_duration, plain

CODE: Final = "OG041"


def check(site: Site) -> Iterator[Problem]:
    """A row slower than the budget's own pace would fire within budget, so it is left out: say that it is."""
    for slo in site.slos:
        for row in slo.windows:
            if factor_of(slo, row) < 1:
                yield Problem(
                    code=CODE,
                    path=(*row.path, "budget_pct"),
                    message=f"SLO `{slo.name}`: {plain(row.budget * 100)} % in {format_duration(row.long)} is slower "
                    f"than a budget of {format_duration(slo.period)} may be spent, so this {row.tier} is left out"
                    + consequence(slo, row),
                    hint=f"write `budget_pct: {plain(least(slo, row))}` or more, or leave the row out of `windows`"
                    if least(slo, row) <= 100
                    else "write a shorter `long`, or leave the row out of `windows`",
                    severity=severity(slo, row),
                    related=((*slo.path, "period"),),
                )


def least(slo: Slo, row: BurnWindow) -> Decimal:
    """Return the share of the budget, in per cent, that is spent in the row's long window at the budget's own pace."""
    return (100 * row.long / slo.period).quantize(Decimal("0.01"), ROUND_UP)


def severity(slo: Slo, row: BurnWindow) -> Severity:
    """Return how bad it is: an SLO without any alert, one without this tier, or one row less."""
    if not tiers(slo):
        return Severity.ERROR
    return Severity.HINT if pairs(slo, row.tier) else Severity.WARNING


def consequence(slo: Slo, row: BurnWindow) -> str:
    """Return what is left then."""
    if not tiers(slo):
        return "; no row is left, so nothing would ever fire"
    return "" if pairs(slo, row.tier) else f"; no {row.tier} is left"
