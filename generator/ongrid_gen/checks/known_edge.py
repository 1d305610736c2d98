"""OG086: it is known on which machine Beyla is to look for a service."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.components import beyla
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.suggest import listed

CODE: Final = "OG086"


def check(site: Site) -> Iterator[Problem]:
    """Beyla sees the programs of its own machine: on another one it finds nothing, and there are no spans."""
    known = [edge.name for edge in site.edges]
    for service in site.services:
        if service.instrument is None:
            continue
        place = beyla.place_of(site, service)
        if place is None:
            yield Problem(
                code=CODE,
                path=(*service.path, "instrument"),
                message=f"Beyla is to watch `{service.name}`, and it is not said on which edge",
                hint=f"add `edge: {known[0]}`, or another on whose machine it runs: {listed(known)}",
                related=(("edges",),),
            )
        elif place not in known:
            yield Problem(
                code=CODE,
                path=(*service.path, "edge"),
                message=f"Beyla is to watch `{service.name}` on `{place}`, which is not in `edges`",
                hint=did_you_mean(place, known),
            )
