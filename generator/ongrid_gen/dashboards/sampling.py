"""Tail sampling: how many traces are kept and by which policy, and what is dropped undecided or comes too late."""

from decimal import Decimal
from typing import Final

from ongrid_gen.conventions import SAMPLING_BOARD
from ongrid_gen.dashboards.base import Board, Color, Line, Panel, Query, Row, Unit
from ongrid_gen.dashboards.parts import RANGE, firing, rate
from ongrid_gen.model import Site, TailSampling
from ongrid_gen.selfmon import sampling
from ongrid_gen.units import format_duration

FILE: Final = "sampling.json"
KEPT_BY, DECIDED, KEPT = (record.name for record in sampling.RECORDS)
AT_GATEWAY: Final = '{job="gateway"}'
LATE_ENOUGH: Final = Decimal("0.01")
ALERTS: Final = 'alertname=~"Sampling.*"'


def board(site: Site) -> Board | None:
    """Return the dashboard of the sampler; none where every trace is kept."""
    tail = site.sampling.tail
    if tail is None:
        return None
    return Board(
        SAMPLING_BOARD,
        "Sampling",
        "Which traces are kept. Rates, errors and durations on the other dashboards are of all requests.",
        [
            Row("Now", [
                Panel("Traces that are kept", [Query(KEPT, "kept")], Unit.SHARE, width=12, height=5),
                firing(ALERTS, width=12),
            ]),
            Row("Decisions", [
                Panel("Traces by decision", [Query(DECIDED, "{{decision}}")], Unit.A_SECOND, width=12),
                Panel("Kept, by policy", [Query(KEPT_BY, "{{policy}}")], Unit.A_SECOND,
                      "A trace that several policies keep is counted by each.", width=12),
            ]),
            Row("What goes wrong", list(faults(site, tail))),
        ],
        firing=ALERTS,
    )  # fmt: skip


def faults(site: Site, tail: TailSampling) -> list[Panel]:
    """Return what the sampler holds, drops and sees too late; the lines are those of the stack's own alerts."""
    from ongrid_gen.components.sampling import traces_held  # components import the dashboards

    held = traces_held(site, tail)
    late = f'sum(rate({sampling.LATE}{{job="gateway",sampled="false"}}[{RANGE}]))'
    taken = f"(sum(rate({sampling.ACCEPTED}{AT_GATEWAY}[{RANGE}])) > 0)"
    return [
        Panel("Undecided traces", [Query(f"max({sampling.HELD}{AT_GATEWAY})", "held")],
              about=f"At most {held}, each for {format_duration(tail.wait)}.",
              lines=[Line(Decimal(held * 8 // 10), Color.ORANGE), Line(Decimal(held))]),
        Panel("Dropped undecided", [Query(rate(f"{sampling.EARLY}{AT_GATEWAY}"), "dropped")], Unit.A_SECOND),
        Panel("Spans that came too late", [Query(f"{late} / {taken}", "late")], Unit.SHARE,
              "Of traces that had been left out.", lines=[Line(LATE_ENOUGH, Color.ORANGE)]),
    ]  # fmt: skip
