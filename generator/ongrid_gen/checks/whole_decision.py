"""OG080: the gateway can hold a trace until it decides on it, and sees it whole when it does."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.components.sampling import ROOM, traces_needed
from ongrid_gen.model import Site, TailSampling
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.units import format_duration

CODE: Final = "OG080"
TAIL: Final[Path] = ("sampling", "tail")


def check(site: Site) -> Iterator[Problem]:
    """A full buffer drops the oldest traces unseen; a trace that goes on after the decision was judged by its begin."""
    tail = site.sampling.tail
    if tail is None:
        return
    needed = traces_needed(site, tail)
    if tail.traces is not None and needed is not None and tail.traces < needed:
        yield Problem(
            code=CODE,
            path=(*TAIL, "traces"),
            message=f"in {format_duration(tail.wait)} a burst of {ROOM} times the budget brings {needed} traces; "
            f"beyond {tail.traces} the oldest are dropped undecided",
            hint=f"write `traces: {needed}` or more, or leave it out",
            related=(("budget", "requests_per_second"),),
        )
    for path, threshold in slow(tail):
        if threshold >= tail.wait:
            yield Problem(
                code=CODE,
                path=path,
                message=f"the gateway decides {format_duration(tail.wait)} after the first span of a trace: one that "
                f"lasts {format_duration(threshold)} is seldom whole by then",
                hint=f"write `slower_than: {format_duration(tail.wait / 2)}` or less, or a longer `wait`",
                severity=Severity.WARNING,
            )


def slow(tail: TailSampling) -> Iterator[tuple[Path, Decimal]]:
    """Yield every duration over which traces are kept, with its place."""
    if tail.slower_than is not None:
        yield (*TAIL, "keep", "slower_than"), tail.slower_than
    for service in tail.services:
        if service.slower_than is not None:
            yield (*service.path, "slower_than"), service.slower_than
