"""How high each place of a column stands: near what it is linked to, in the order of its column, without overlap."""

from collections.abc import Mapping, Sequence
from typing import Final

from ongrid_gen.graph.columns import Columns, Slot

# Between places of a column.
SPACE: Final = 16
SWEEPS: Final = 6


def settled(arranged: Columns, heights: Mapping[Slot, float]) -> dict[Slot, float]:
    """Return where each place begins; the topmost of all at 0."""
    left: dict[Slot, list[Slot]] = {}
    right: dict[Slot, list[Slot]] = {}
    for one in arranged.tracks:
        for before, after in zip(one.slots, one.slots[1:], strict=False):
            right.setdefault(before, []).append(after)
            left.setdefault(after, []).append(before)
    middles: dict[Slot, float] = {}
    for column in arranged.columns:
        middles |= spread(column, heights, dict.fromkeys(column, 0.0))
    for sweep in range(SWEEPS):
        linked = left if sweep % 2 else right
        for column in arranged.columns if sweep % 2 else arranged.columns[::-1]:
            wished = {slot: mean([middles[one] for one in linked.get(slot, [slot])]) for slot in column}
            middles |= spread(column, heights, wished)
    tops = {slot: middle - heights[slot] / 2 for slot, middle in middles.items()}
    top = min(tops.values(), default=0)
    return {slot: y - top for slot, y in tops.items()}


def mean(numbers: Sequence[float]) -> float:
    """Return the mean."""
    return sum(numbers) / len(numbers)


def spread(column: Sequence[Slot], heights: Mapping[Slot, float], wished: Mapping[Slot, float]) -> dict[Slot, float]:
    """Return the middles of places as near as can be to what is wished, in order and without overlap."""
    offsets, offset = [], 0.0
    for number, slot in enumerate(column):
        offset += 0 if number == 0 else (heights[column[number - 1]] + heights[slot]) / 2 + SPACE
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # mean and number of places that touch each other
    for slot, offset in zip(column, offsets, strict=True):
        blocks.append((wished[slot] - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (value, count), (before, more) = blocks.pop(), blocks.pop()
            blocks.append(((value * count + before * more) / (count + more), count + more))
    values = [value for value, count in blocks for _ in range(count)]
    return {slot: value + offset for slot, value, offset in zip(column, values, offsets, strict=True)}
