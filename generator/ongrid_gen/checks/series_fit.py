"""OG058: the series that Tempo is expected to make fit below its limit."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.estimate import generated_figure
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG058"


def check(site: Site) -> Iterator[Problem]:
    """Above the limit Tempo makes no series for what is new: such a service has no alert."""
    figure = generated_figure(site)
    if figure.is_over:
        yield Problem(
            code=CODE,
            path=figure.path,
            message=f"Tempo is expected to make {figure.value:,} series, and may make {figure.limit:,}: what comes "
            "later has none, and no alert",
            hint=f"write `{round_up(figure.value)}`, or leave out a dimension; `ongrid-gen estimate` shows the sum",
            severity=Severity.WARNING,
        )


def round_up(series: int) -> int:
    """Return a fifth more, in whole thousands."""
    return -(-series * 6 // 5 // 1000) * 1000
