"""OG083: an attribute is deleted, hashed, or kept as it is: one of them."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG083"


def check(site: Site) -> Iterator[Problem]:
    """Who reads the one list believes in a hash, and who reads the other in its absence, or in the plain value."""
    privacy = site.privacy
    for index, key in enumerate(privacy.hash):
        hashed: Path = ("privacy", "hash", index)
        if key in privacy.delete:
            deleted: Path = ("privacy", "delete", privacy.delete.index(key))
            yield Problem(CODE, hashed, f"`{key}` is deleted before it can be hashed", "remove it", related=(deleted,))
        if key in privacy.keep:
            kept: Path = ("privacy", "keep", privacy.keep.index(key))
            yield Problem(CODE, kept, f"`{key}` is to be kept as it is, and to be hashed", "remove it",
                          related=(hashed,))  # fmt: skip
