"""Bucket bounds beside a threshold."""

from collections.abc import Sequence
from decimal import Decimal


def neighbours(bounds: Sequence[Decimal], bound: Decimal) -> tuple[Decimal, Decimal]:
    """Return the bounds below and above one of a sorted list; 0 is below the first. It must not be the last."""
    at = bounds.index(bound)
    return (bounds[at - 1] if at else Decimal(0)), bounds[at + 1]
