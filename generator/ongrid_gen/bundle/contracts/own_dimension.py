"""OG015: a dimension must not be one of Tempo's own labels, and must be a label of its own."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import is_tempo
from ongrid_gen.bundle.plain import dig, listed, mapping
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.own_dimension import collisions
from ongrid_gen.conventions import SERVICE_NAME_DIMENSION
from ongrid_gen.problems import Problem

CODE: Final = "OG015"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Tempo empties (2.10, 3.0) or overwrites (1.5) its own label when a dimension has the same name."""
    for service in wiring.running(is_tempo):
        external = set(mapping(dig(service.settings, "metrics_generator", "registry", "external_labels")))
        for processor in ("span_metrics", "service_graphs"):
            keys = ("metrics_generator", "processor", processor, "dimensions")
            named = tuple(map(str, listed(dig(service.settings, *keys))))
            for problem in collisions((service.config, *keys), named, external):
                if named[int(problem.path[-1])] != SERVICE_NAME_DIMENSION:  # which is there on purpose
                    yield problem
