"""OG015: a dimension must not be one of Tempo's own labels, and must be a label of its own."""

import re
from collections.abc import Iterator
from typing import Final

from ongrid_gen.conventions import RESERVED_LABELS, SERVICE_NAME_DIMENSION
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG015"


def label_of(dimension: str) -> str:
    """Return the label that Tempo makes of a dimension."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", dimension)


def check(site: Site) -> Iterator[Problem]:
    """Tempo empties (2.10, 3.0) or overwrites (1.5) its own label when a dimension has the same name."""
    yield from collisions(("metrics", "dimensions"), site.metrics.dimensions, set(site.external_labels))
    graph = ("metrics", "service_graph", "dimensions")
    yield from collisions(graph, site.metrics.graph_dimensions, set(site.external_labels))


def collisions(path: Path, dimensions: tuple[str, ...], external: set[str]) -> Iterator[Problem]:
    """Yield the dimensions that are not a label of their own."""
    seen: dict[str, int] = {}
    for index, dimension in enumerate(dimensions):
        label = label_of(dimension)
        if dimension == SERVICE_NAME_DIMENSION and path == ("metrics", "dimensions"):
            why = "is always there"
        elif label in RESERVED_LABELS or label in external:
            why = f"becomes the label `{label}`, which every series already has"
        elif label in seen:
            why = f"becomes the label `{label}`, as `{dimensions[seen[label]]}` does"
        else:
            seen[label] = index
            continue
        yield Problem(
            code=CODE,
            path=(*path, index),
            message=f"dimension `{dimension}` {why}",
            hint="leave it out",
        )
