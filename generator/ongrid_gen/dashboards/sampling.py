"""Tail sampling: how many traces are kept and by which policy, and what is dropped undecided or comes too late."""

from decimal import Decimal
from typing import Final

from ongrid_gen.conventions import SAMPLING_BOARD
from ongrid_gen.dashboards.base import Board, Color, Line, Panel, Query, Row, Unit
from ongrid_gen.dashboards.parts import RANGE, firing, rate
from ongrid_gen.model import Site, TailSampling
from ongrid_gen.selfmon import sampling
from ongrid_gen.selfmon.base import sampling_job
from ongrid_gen.units import format_duration

FILE: Final = "sampling.json"
LATE_ENOUGH: Final = Decimal("0.01")
ALERTS: Final = 'alertname=~"Sampling.*"'


def board(site: Site) -> Board | None:
    """Return the dashboard of the sampler; none where every trace is kept."""
    tail = site.sampling.tail
    if tail is None:
        return None
    kept_by, decided, kept = (record.name for record in sampling.records(sampling_job(site)))
    return Board(
        SAMPLING_BOARD,
        "Sampling",
        "Which traces are kept. Rates, errors and durations on the other dashboards are of all requests.",
        [
            Row("Now", [
                Panel("Traces that are kept", [Query(kept, "kept")], Unit.SHARE, width=12, height=5),
                firing(ALERTS, width=12),
            ]),
            Row("Decisions", [
                Panel("Traces by decision", [Query(decided, "{{decision}}")], Unit.A_SECOND, width=12),
                Panel("Kept, by policy", [Query(kept_by, "{{policy}}")], Unit.A_SECOND,
                      "A trace that several policies keep is counted by each.", width=12),
            ]),
            Row("What goes wrong", list(faults(site, tail))),
        ],
        firing=ALERTS,
    )  # fmt: skip


def faults(site: Site, tail: TailSampling) -> list[Panel]:
    """Return what the sampler holds, drops and sees too late; the lines are those of the stack's own alerts."""
    from ongrid_gen.components.sampling import traces_of_each  # components import the dashboards

    job, held = sampling_job(site), traces_of_each(site, tail)
    late = f'sum(rate({sampling.LATE}{{job="{job}",sampled="false"}}[{RANGE}]))'
    taken = f'(sum(rate({sampling.ACCEPTED}{{job="gateway"}}[{RANGE}])) > 0)'
    return [
        Panel("Undecided traces", [Query(f'max({sampling.HELD}{{job="{job}"}})', "held")],
              about=f"At most {held}, each for {format_duration(tail.wait)}.",
              lines=[Line(Decimal(held * 8 // 10), Color.ORANGE), Line(Decimal(held))]),
        Panel("Dropped undecided", [Query(rate(f'{sampling.EARLY}{{job="{job}"}}'), "dropped")], Unit.A_SECOND),
        Panel("Spans that came too late", [Query(f"{late} / {taken}", "late")], Unit.SHARE,
              "Of traces that had been left out.", lines=[Line(LATE_ENOUGH, Color.ORANGE)]),
    ]  # fmt: skip
