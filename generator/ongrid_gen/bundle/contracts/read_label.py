"""OG049: a label that a query asks for is one that its series have."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.exposed import span_series
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem
from ongrid_gen.series import asked_in_vain

CODE: Final = "OG049"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A matcher on a label that no series has selects nothing; `by` on one throws what it should keep together."""
    series = span_series(wiring)
    if series is None:
        return
    for query, written in wiring.sound_queries:
        for one in asked_in_vain(written, series):
            yield Problem(CODE, query.path, f"{query.who}: {one.message}", one.hint, within=query.within(one.within))
