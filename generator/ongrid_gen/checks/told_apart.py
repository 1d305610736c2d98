"""OG087: Beyla can tell the services of one machine apart."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components import beyla
from ongrid_gen.model import Service, Site
from ongrid_gen.problems import Problem

CODE: Final = "OG087"


def check(site: Site) -> Iterator[Problem]:
    """Beyla finds a service by the port it listens on: of two with one port, the spans of both bear one name."""
    first: dict[tuple[str, int], Service] = {}
    for service in site.services:
        place = beyla.place_of(site, service)
        if service.instrument is None or service.port is None or place is None:
            continue
        other = first.setdefault((place, service.port), service)
        if other is not service:
            yield Problem(
                code=CODE,
                path=(*service.path, "port"),
                message=f"Beyla is to find `{service.name}` and `{other.name}` by port {service.port} of `{place}`",
                hint="write the port on which it listens itself, or the edge on whose machine it runs",
                related=((*other.path, "port"),),
            )
