"""A search among whole numbers that takes as long for a thousand million as for thirty."""

from bisect import bisect_left
from collections.abc import Callable


def most(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number from 1 to `limit` for which something holds; 0 when it holds for none.

    What holds for a number holds for all smaller ones. It is usually near `limit`: the search begins there.
    """
    back = 1
    while back < limit and not holds(limit - back + 1):
        back *= 2
    first = max(1, limit - back + 1)
    return first - 1 + bisect_left(range(first, limit + 1), True, key=lambda number: not holds(number))
