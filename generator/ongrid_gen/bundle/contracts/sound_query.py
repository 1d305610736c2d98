"""OG045: every PromQL expression is sound."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem
from ongrid_gen.promql import PromqlError, read

CODE: Final = "OG045"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Prometheus refuses the whole file of rules in which one expression is wrong; a panel stays empty."""
    for query in wiring.queries:
        try:
            read(query.text)
        except PromqlError as error:
            within = query.within((error.start, error.end))
            yield Problem(CODE, query.path, f"{query.who}: {error.message}", error.hint, within=within)
