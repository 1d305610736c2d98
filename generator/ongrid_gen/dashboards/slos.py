"""Each objective: what is left of its budget, how many requests are bad and from where on an alert speaks."""

from decimal import Decimal
from typing import Final

from ongrid_gen.conventions import SLO, SLOS_BOARD
from ongrid_gen.dashboards.base import Board, Color, Line, Panel, Query, Row, Unit
from ongrid_gen.dashboards.parts import firing
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import PAGE, TIERS, base_window, pairs
from ongrid_gen.slos.selection import selectors
from ongrid_gen.units import format_duration, plain

FILE: Final = "slos.json"
COLORS: Final = {PAGE: Color.RED}
ZERO: Final = Decimal(0)
MANY: Final = 4  # more objectives than these are folded


def board(site: Site) -> Board | None:
    """Return the dashboard of the objectives; none without any."""
    if not site.slos:
        return None
    return Board(
        SLOS_BOARD,
        "SLOs and budgets",
        "How much of each error budget is left, and how fast it goes.",
        [
            Row("All", [budgets(site), firing(f'{SLO}!=""', width=8)]),
            *(Row(slo.name, objective(slo, site), folded=len(site.slos) > MANY) for slo in site.slos),
        ],
        firing=f'{SLO}!=""',
    )


def budgets(site: Site) -> Panel:
    """Return what is left of every budget. Objectives of one period share a series."""
    series = dict.fromkeys(names.budget_left(slo) for slo in site.slos)
    queries = [Query(one, f"{{{{{SLO}}}}}") for one in series]
    return Panel("Budget that is left", queries, Unit.SHARE, "Below zero the objective is missed.", width=16, height=5,
                 lines=[Line(ZERO)], least=None)  # fmt: skip


def objective(slo: Slo, site: Site) -> list[Panel]:
    """Return the panels of one objective."""
    own, base = selectors(slo)["own"], base_window(site)
    watched = [(pair, tier) for tier in TIERS for pair in pairs(slo, tier)]
    windows = sorted({size for pair, _ in watched for size in (pair.short, pair.long)} | {base})
    limits = "; ".join(
        f"{tier} above {plain(pair.limit * 100)}% in {format_duration(pair.long)} and {format_duration(pair.short)}"
        for pair, tier in watched
    )
    return [
        Panel("Bad requests", [Query(f"{names.ratio(window)}{own}", format_duration(window)) for window in windows],
              Unit.SHARE, f"The share of bad requests in each window. {limits.capitalize()}.", width=12,
              lines=[Line(pair.limit, COLORS.get(tier, Color.ORANGE)) for pair, tier in watched],
              key=f"{slo.name} ratio"),
        Panel("Budget", [Query(f"{names.budget_left(slo)}{own}", "left")], Unit.SHARE,
              f"Of the {format_duration(slo.period)} before now.", width=6, lines=[Line(ZERO)],
              least=None, key=f"{slo.name} budget"),
        Panel("Requests", [Query(f"{names.total(base)}{own}", "all"), Query(f"{names.errors(base)}{own}", "bad")],
              Unit.REQUESTS_A_SECOND, width=6, key=f"{slo.name} requests"),
    ]  # fmt: skip
