"""OG072: a maintenance window ends on the day that is meant."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG072"
MOST: Final = 18 * 60  # minutes; a night shift is shorter
DAY: Final = 24 * 60


def check(site: Site) -> Iterator[Problem]:
    """With begin and end exchanged it is quiet all day but for the hour that was meant."""
    for window in site.maintenance:
        begin, end = minutes(window.begin), minutes(window.end)
        length = end + DAY - begin
        if end < begin and length > MOST:
            yield Problem(
                code=CODE,
                path=(*window.path, "to"),
                message=f"maintenance window `{window.name}` lasts {length // 60} hours: it ends on the next day",
                hint=f'write `from: "{window.end}"` and `to: "{window.begin}"` if the day itself is meant',
                severity=Severity.HINT,
                related=((*window.path, "from"),),
            )


def minutes(clock: str) -> int:
    """Return the minutes of a day that a clock shows."""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)
