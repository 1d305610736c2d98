"""OG069: no two parts of a program listen on one port."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import listeners
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG069"


def check(wiring: Wiring) -> Iterator[Problem]:
    """`otelcol validate` accepts it; the collector then ends at its start, again and again."""
    for service in wiring.services:
        found: dict[int, list[Path]] = defaultdict(list)
        for one in listeners(service):
            found[one.port].append(one.path)
        for port, paths in found.items():
            for path in paths[1:]:
                yield Problem(CODE, path, f"`{service.name}` listens twice on port {port}", "give one of them another",
                              related=(paths[0],))  # fmt: skip
