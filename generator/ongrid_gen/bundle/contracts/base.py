"""What a contract is: a pure function of the wiring that yields problems, with a code of its own."""

from collections.abc import Iterator
from typing import Protocol

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem


class Contract(Protocol):
    """A module that is a contract. The docstring of `check` says it in one sentence."""

    CODE: str

    def check(self, wiring: Wiring) -> Iterator[Problem]:
        """Yield what does not fit."""
