"""What a check is: a pure function of the site that yields problems, with a code of its own that is never reused."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Protocol

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem


class Check(Protocol):
    """A module that is a check. The docstring of `check` says the contract in one sentence."""

    CODE: str

    def check(self, site: Site) -> Iterator[Problem]:
        """Yield what does not fit."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint: the nearest known name, or the list of what exists."""
    names = list(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if nearest:
        return f"did you mean `{nearest[0]}`?"
    listed = ", ".join(f"`{name}`" for name in names[:8]) + (", …" if len(names) > 8 else "")
    return f"there are: {listed}" if names else "there are none"
