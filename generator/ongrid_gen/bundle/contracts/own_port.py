"""OG031: every published port is published once."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG031"
EVERYWHERE: Final = frozenset({"", "0.0.0.0", "::", "[::]"})


def check(wiring: Wiring) -> Iterator[Problem]:
    """Two containers on one port of the machine: the second one does not start."""
    first: dict[tuple[str, str], list[tuple[str, Path]]] = {}
    for service in wiring.services:
        for port in service.ports:
            if port.published in ("", "0"):
                continue  # Docker chooses a free one
            others = first.setdefault((service.file, port.published), [])
            taken = next((path for address, path in others if meet(address, port.address)), None)
            others.append((port.address, port.path))
            if taken is not None:
                yield Problem(CODE, port.path, f"`{service.name}` publishes port {port.published}, which is taken",
                              "give one of the two another port, or 0 for any free one", related=(taken,))  # fmt: skip


def meet(one: str, other: str) -> bool:
    """Tell whether two addresses of the machine share a port: they are one, or one of them is every address."""
    return one == other or bool(EVERYWHERE.intersection((one, other)))
