"""OG053: a maintenance window has a beginning and an end."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components.intervals import DAY_END, MIDNIGHT
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG053"


def check(site: Site) -> Iterator[Problem]:
    """From two to two is nothing or a day, depending on who reads it. A whole day is from 00:00 to 24:00."""
    for window in site.maintenance:
        begin, end = (MIDNIGHT if time == DAY_END else time for time in (window.begin, window.end))
        if begin == end and (window.begin, window.end) != (MIDNIGHT, DAY_END):
            yield Problem(
                code=CODE,
                path=(*window.path, "to"),
                message=f"maintenance window `{window.name}` ends when it begins",
                hint=f'for a whole day write `from: "{MIDNIGHT}"` and `to: "{DAY_END}"`',
                related=((*window.path, "from"),),
            )
