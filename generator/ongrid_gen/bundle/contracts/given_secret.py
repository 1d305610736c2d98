"""OG063: a secret that a program reads is given to its container, and comes from somewhere."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.plain import items, mapping
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.conventions import SECRETS_DIR
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG063"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A missing secret is found when it is first needed: at the first alert that is to be delivered."""
    for service in wiring.services:
        given = set(service.secrets)
        known = mapping(service.project.get("secrets"))
        for name in sorted(given - set(known)):
            message = f"`{service.name}` is given `{name}`, which is no secret of the file"
            yield Problem(CODE, (*service.path, "secrets"), message, did_you_mean(name, known))
        for path, name in read(service):
            if "/" in name:
                yield Problem(CODE, path, f"`{service.name}` reads `{name}`, where no secret is in its container",
                              f"write `{SECRETS_DIR}/{name.rpartition('/')[2]}`")  # fmt: skip
            elif name not in given:
                yield Problem(CODE, path, f"`{service.name}` reads the secret `{name}`, which it is not given",
                              f"add `{name}` to its `secrets`", related=((*service.path, "secrets"),))  # fmt: skip


def read(service: Service) -> Iterator[tuple[Path, str]]:
    """Yield the secrets that configuration and environment of a container name."""
    yield from named(service.settings, (service.config,))
    for _, value, path in service.environment:
        yield from named(value, path)


def named(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield every secret's name below a place."""
    if isinstance(data, str) and data.startswith(f"{SECRETS_DIR}/"):
        yield path, data.removeprefix(f"{SECRETS_DIR}/")
    elif isinstance(data, str) and str(path[-1]).endswith("_file") and path[1:2] == ("receivers",):
        yield path, data if "/" in data else f"./{data}"
    for key, value in items(data):
        yield from named(value, (*path, key))
