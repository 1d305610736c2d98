"""OG040: a burn-rate alert can fire: its limit is below all requests being bad."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Final

from ongrid_gen.model import BurnWindow, Site, Slo
from ongrid_gen.problems import Problem
from ongrid_gen.slos.burn import allowed, factor_of, pair_of
from ongrid_gen.units import format_duration, plain

CODE: Final = "OG040"


def check(site: Site) -> Iterator[Problem]:
    """A limit of 100 % or more is never exceeded: a total outage is as silent as a good day."""
    for slo in site.slos:
        for row in slo.windows:
            if pair_of(slo, row).limit >= 1:
                yield Problem(
                    code=CODE,
                    path=(*row.path, "budget_pct"),
                    message=f"SLO `{slo.name}`: the {row.tier} of {format_duration(row.long)} wants more than "
                    f"{plain(pair_of(slo, row).limit * 100)} % of the requests to be bad, so it can never fire",
                    hint=remedy(slo, row),
                    related=((*slo.path, "objective"),),
                )


def remedy(slo: Slo, row: BurnWindow) -> str:
    """Return what would let the row fire: a higher objective, or a smaller share of the budget."""
    objective = (100 * (1 - 1 / factor_of(slo, row))).quantize(Decimal("0.01"), ROUND_UP) + Decimal("0.01")
    share = (100 * row.long / slo.period / allowed(slo)).quantize(Decimal("0.0001"), ROUND_DOWN) - Decimal("0.0001")
    higher = f"write an `objective` of at least {plain(objective)}" if objective < 100 else ""
    smaller = f"a `budget_pct` of at most {plain(share)} in `windows`" if 0 < share else ""
    return ", or ".join(filter(None, (higher, smaller))) or "leave the row out"
