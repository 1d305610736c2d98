"""OG091: logs are kept for a day at least."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG091"
DAY: Final = 86_400


def check(site: Site) -> Iterator[Problem]:
    """Loki's index has a table a day: it says nothing of a shorter retention, and does not keep to it."""
    if site.logs is not None and site.logs.retention < DAY:
        yield Problem(
            code=CODE,
            path=("logs", "retention"),
            message=f"logs are kept for {format_duration(site.logs.retention)}; Loki keeps them for a day at least",
            hint="write `24h` or more",
        )
