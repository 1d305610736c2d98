"""OG028: an alias belongs to one service, and is no service's own name."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG028"


def check(site: Site) -> Iterator[Problem]:
    """Two services that share a name are one in every series: traffic of one fires the alerts of the other."""
    taken: dict[str, tuple[str, Path]] = {
        service.name: (service.name, (*service.path, "name")) for service in site.services
    }
    for service in site.services:
        for index, alias in enumerate(service.aliases):
            path = (*service.path, "aliases", index)
            if alias in taken:
                owner, first = taken[alias]
                yield Problem(
                    code=CODE,
                    path=path,
                    message=f"alias `{alias}` of `{service.name}` already means the service `{owner}`",
                    hint="leave it out, or rename one of the two",
                    related=(first,),
                )
            else:
                taken[alias] = (service.name, path)
