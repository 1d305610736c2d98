"""OG088: what is said of a component is about a container that there is."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG088"


def check(site: Site) -> Iterator[Problem]:
    """Memory, disk and port of a program that is somebody else's are theirs to set: here they do nothing."""
    for name, theirs in site.external.items():
        for key in theirs.idle:
            yield Problem(
                code=CODE,
                path=(name, key),
                message=f"`{name}.{key}` is about a container, and {name} is `external`: it does nothing",
                hint="remove it, or remove `external`",
                related=((name, "external"),),
                on_key=True,
            )
