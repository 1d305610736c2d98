"""What files that differ only by names are made with: names that stand for others, and putting the others in.

A name that is letters, digits, `_` and `-` is quoted by no language that it is written in, but YAML quotes a few words.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from ongrid_gen.model import Service, Site
from ongrid_gen.yamlio import is_ambiguous

Tree = dict[str, str]
SERVICE: Final = "ongrid-gen-name-of-service"
PLAIN: Final = re.compile(r"[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9_])?")


def is_plain(name: str) -> bool:
    """Tell whether a name is written the same everywhere."""
    return PLAIN.fullmatch(name) is not None and not is_ambiguous(name)


@cache
def with_stand_in(site: Site, owner: str | None) -> Site:
    """Return the site with a service of the name that stands for others, owned as those are."""
    service = Service(("services", 0), SERVICE, (), None, None, owner, ())
    return replace(site, services=(service, *site.services))


def named(tree: Tree, names: Mapping[str, str]) -> Tree:
    """Return paths and texts with names in the places of those that stand for them."""
    return {fill(path, names): fill(text, names) for path, text in tree.items()}


def fill(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names in the places of those that stand for them."""
    for stand_in, name in names.items():
        text = text.replace(stand_in, name)
    return text
