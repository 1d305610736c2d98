"""OG031: every published port is published once."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG031"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Two containers on one port of the machine: the second one does not start."""
    first: dict[tuple[str, str], Path] = {}
    for service in wiring.services:
        for port in service.ports:
            if port.published in ("", "0"):
                continue  # Docker chooses a free one
            taken = first.setdefault((service.file, port.published), port.path)
            if taken != port.path:
                yield Problem(CODE, port.path, f"`{service.name}` publishes port {port.published}, which is taken",
                              "give one of the two another port, or 0 for any free one", related=(taken,))  # fmt: skip
