"""Where panels stand, and by which number they are known."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from ongrid_gen.dashboards.base import Panel

COLUMNS: Final = 24
# Grafana keeps them as numbers of 32 bits; 0 is none.
NUMBERS: Final = 1 << 31


class Numbers:
    """Gives each panel of a dashboard a number that stays when others come and go: links and permissions keep it."""

    def __init__(self) -> None:
        self.taken: set[int] = set()

    def of(self, identity: str) -> int:
        """Return the number of a panel."""
        number = zlib.crc32(identity.encode()) % NUMBERS
        while number in self.taken or number == 0:
            number = (number + 1) % NUMBERS
        self.taken.add(number)
        return number


def placed(panels: Sequence[Panel], top: int) -> Iterator[tuple[Panel, dict[str, int]]]:
    """Yield panels with their place: from left to right, a new line when one does not fit."""
    left = height = 0
    for panel in panels:
        if left + panel.width > COLUMNS:
            top, left, height = top + height, 0, 0
        yield panel, {"h": panel.height, "w": panel.width, "x": left, "y": top}
        left, height = left + panel.width, max(height, panel.height)
