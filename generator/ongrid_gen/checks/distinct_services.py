"""OG102: one service is not declared under two spellings of its name."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Service, Site
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG102"


def check(site: Site) -> Iterator[Problem]:
    """Two spellings are two services to every alert: each sees a part of the requests, and the graph shows both."""
    first: dict[str, tuple[str, Service, Path]] = {}
    for name, service, path in names(site):
        other, owner, place = first.setdefault(spelled_alike(name), (name, service, path))
        if owner is not service and other != name:
            yield Problem(
                code=CODE,
                path=path,
                message=f"`{name}` and `{other}` look like two spellings of one service",
                hint=f"keep one, with the other among its `aliases`; or put {CODE} into `suppress` if they are two",
                severity=Severity.WARNING,
                related=(place,),
            )


def names(site: Site) -> Iterator[tuple[str, Service, Path]]:
    """Yield every name under which a service is known, and where it stands."""
    for service in site.services:
        yield service.name, service, (*service.path, "name")
        for index, alias in enumerate(service.aliases):
            yield alias, service, (*service.path, "aliases", index)


def spelled_alike(name: str) -> str:
    """Return what is left of a name without case and without the signs between its words."""
    return "".join(char for char in name.casefold() if char.isalnum()) or name
