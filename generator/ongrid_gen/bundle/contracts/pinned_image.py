"""OG075: an image is one certain version."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG075"
MOVING: Final = ("latest", "main", "master", "edge", "nightly")


def check(wiring: Wiring) -> Iterator[Problem]:
    """The next pull brings another version, which does not know the keys, flags and metric names of this bundle."""
    for service in wiring.services:
        image = service.data.get("image")
        if not isinstance(image, str) or "@sha256:" in image or "$" in image:
            continue
        _, _, tag = image.rpartition("/")[2].partition(":")
        if not tag or tag in MOVING:
            what = f"the tag `{tag}`, which moves" if tag else "no tag, which means `latest`"
            yield Problem(CODE, (*service.path, "image"), f"the image of `{service.name}` has {what}",
                          "write the version, or a digest")  # fmt: skip
