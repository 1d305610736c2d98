"""Numbers of requests for generated rule tests: above a threshold, just above, exactly at it, just below.

Everything is exact: a share is a Decimal, and there are so many requests that it is a whole number of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from ongrid_gen.alerts.cases.promtest import Phase

ONE: Final = Decimal(1)
TRIES: Final = 4000


@dataclass(frozen=True, slots=True)
class Load:
    """Requests in one step, and the share of them that is bad."""

    total: int
    share: Decimal

    @property
    def bad(self) -> int:
        """Bad requests in a step."""
        return int(self.total * self.share)

    @property
    def good(self) -> int:
        """Good requests in a step."""
        return self.total - self.bad

    def phase(self, steps: int, *, restart: bool = False) -> Phase:
        """Return steps of this traffic."""
        return Phase(steps, self.good, self.bad, restart=restart)


def digits(number: Decimal) -> int:
    """Return how many decimals a number has, without trailing zeros."""
    return max(0, -int(number.normalize().as_tuple().exponent))


def load(share: Decimal, fewest: int) -> Load:
    """Return traffic with this share of bad requests: at least `fewest` a step, and 100."""
    unit = 10 ** digits(share)
    return Load(unit * -(-max(fewest, 100) // unit), share)


def above(tolerated: Decimal) -> Iterator[Decimal]:
    """Return shares well above what is tolerated, the plainest first; none if all bad is tolerated."""
    middle = tolerated * 2 if tolerated * 2 <= ONE else (tolerated + ONE) / 2
    for share in (Context(prec=3).plus(middle), ONE, (ONE + tolerated) / 2, (ONE * 2 + tolerated) / 3):
        plainer = Context(prec=6).plus(share)
        if tolerated < plainer <= ONE:
            yield plainer


def just_above(tolerated: Decimal) -> Iterator[Decimal]:
    """Return shares a little above what is tolerated."""
    for part in (1, 2, 3, 4, 6, 7, 8, 9):
        share = tolerated + part * little(tolerated)
        if share <= ONE:
            yield share


def just_below(tolerated: Decimal) -> Decimal:
    """Return the share a little below what is tolerated."""
    return tolerated - little(tolerated)


def little(share: Decimal) -> Decimal:
    """Return a step of one digit more, or so many more that it is at most a fiftieth of the share."""
    more = next((more for more in (1, 2) if Decimal(10) ** -(digits(share) + more) * 50 <= share), 3)
    return Decimal(10) ** -(digits(share) + more)


def exactly(tolerated: Decimal, fewest: int, is_exact: Callable[[Load], bool]) -> Load | None:
    """Return traffic with exactly the tolerated share for which floating point computes exactly the threshold.

    The rates are rounded, and so is their quotient: for most numbers it is a little more or less.
    """
    unit = 10 ** digits(tolerated)
    first = -(-max(fewest, 1) // unit)
    loads = (Load(unit * times, tolerated) for times in range(first, first + TRIES))
    return next((one for one in loads if is_exact(one)), None)
