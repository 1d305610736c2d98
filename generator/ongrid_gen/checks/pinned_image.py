"""OG075: an image is one certain version."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG075"
MOVING: Final = ("latest", "main", "master", "edge", "nightly")


def check(site: Site) -> Iterator[Problem]:
    """The next pull brings another version, which does not know the keys, flags and metric names of this bundle."""
    for component, image in site.images.references.items():
        yield from moves(image, ("images", component), component)


def moves(image: str, path: Path, whose: str) -> Iterator[Problem]:
    """Yield why a reference of an image is another one tomorrow."""
    if "@sha256:" in image:
        return
    _, _, tag = image.rpartition("/")[2].partition(":")
    if not tag or tag in MOVING:
        what = f"the tag `{tag}`, which moves" if tag else "no tag, which means `latest`"
        yield Problem(CODE, path, f"the image of `{whose}` has {what}", "write the version, or a digest",
                      Severity.WARNING)  # fmt: skip
