"""OG014: a range must be long enough to see a new series rise."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.bundle.files import RULES
from ongrid_gen.bundle.network import is_prometheus, is_tempo
from ongrid_gen.bundle.plain import dig, seconds
from ongrid_gen.bundle.queries import Query
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.window_floor import ZERO_SAMPLE_AGE, half_minutes
from ongrid_gen.problems import Problem
from ongrid_gen.promql import ranges, selector_of, sort_of
from ongrid_gen.units import format_duration

CODE: Final = "OG014"
GENERATED: Final = "traces_"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A shorter range overlooks the first minute of every new series; one below two pushes sees nothing at all."""
    push = pushed(wiring)
    for query, written in wiring.sound_queries if push else ():
        if not str(query.path[0]).startswith(RULES):
            continue
        least = max(4 * push, ZERO_SAMPLE_AGE + push + evaluated(query, wiring))
        for node, length, _ in ranges(written.tree):
            selector = selector_of(node) if sort_of(node) == "MatrixSelector" else None
            if selector is None or length >= least or not (selector.metric or "").startswith(GENERATED):
                continue
            yield Problem(
                code=CODE,
                path=query.path,
                message=f"{query.who}: a range of {format_duration(length)} is too short to see a new series; "
                f"{format_duration(least)} is the least, by Tempo's `collection_interval` and the evaluation's",
                hint=f"write `[{format_duration(half_minutes(least))}]` or more, or shorten the intervals",
                within=query.within(written.place_of_range(length)),
            )


def pushed(wiring: Wiring) -> Decimal:
    """Return how often Tempo writes its series, in seconds; 0 when that is not known."""
    found = [seconds(dig(one.settings, "metrics_generator", "registry", "collection_interval"))
             for one in wiring.running(is_tempo)]  # fmt: skip
    return max((one for one in found if one is not None), default=Decimal(0))


def evaluated(query: Query, wiring: Wiring) -> Decimal:
    """Return how often the group of a rule is evaluated, in seconds; 0 when that is not known."""
    file, _, group = query.path[:3]
    own = seconds(dig(wiring.bundle.data(str(file)), "groups", group, "interval"))
    usual = [seconds(dig(one.settings, "global", "evaluation_interval")) for one in wiring.running(is_prometheus)]
    return own or next((one for one in usual if one is not None), Decimal(0))
