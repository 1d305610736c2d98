"""OG075: an image is one certain version."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.pinned_image import moves
from ongrid_gen.problems import Problem

CODE: Final = "OG075"


def check(wiring: Wiring) -> Iterator[Problem]:
    """The next pull brings another version, which does not know the keys, flags and metric names of this bundle."""
    for service in wiring.services:
        image = service.data.get("image")
        if isinstance(image, str) and "$" not in image:
            yield from moves(image, (*service.path, "image"), service.name)
