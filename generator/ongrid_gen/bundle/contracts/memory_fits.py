"""OG011: what a program may use leaves room below what its container may use."""

import re
from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.compose import memory_limit
from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG011"
MIB: Final = 1 << 20
UNITS: Final = {"": 1, "b": 1, "k": 1 << 10, "m": MIB, "g": 1 << 30}
SIZE: Final = re.compile(r"([0-9]{1,18})\s*([bkmg]?)(?:i?b)?", re.IGNORECASE)
MOST: Final = {"GOMEMLIMIT": 90, "limit_mib": 80}  # per cent of the container's limit


def check(wiring: Wiring) -> Iterator[Problem]:
    """At the limit the kernel kills; the garbage collector and the memory limiter must act before."""
    for service in wiring.services:
        found = memory_limit(service.data)
        limit = 0 if found is None else size_of(found[0])
        if found is None or not limit:
            yield from unlimited(service)
            continue
        for name, used, path in uses(service):
            if used * 100 > limit * MOST[name]:
                yield too_much(name, service, used // MIB, limit // MIB, path, found[1])


def unlimited(service: Service) -> Iterator[Problem]:
    """Yield that a container has no limit, when its program is told to keep within one."""
    for name, used, _ in uses(service):
        message = f"`{name}` of `{service.name}` is {used // MIB} MiB, and its container has no limit"
        hint = f"write a `mem_limit` of at least {-(-used * 100 // MOST[name]) // MIB}m"
        yield Problem(CODE, service.path, message, hint, Severity.WARNING)
        return  # one says it


def too_much(name: str, service: Service, used: int, limit: int, path: Path, limits: Path) -> Problem:
    """Return the problem of a limit that is too near to the container's; both in MiB. `limits` is where that stands."""
    message = f"`{name}` of `{service.name}` is {used} MiB, of a limit of {limit} MiB"
    hint = f"write at most {limit * MOST[name] // 100} MiB, {MOST[name]} % of it"
    return Problem(CODE, path, message, hint, related=((*service.path, *limits),))


def uses(service: Service) -> Iterator[tuple[str, int, Path]]:
    """Yield what a program sets itself as a limit, in bytes."""
    for name, value, path in service.environment:
        if name == "GOMEMLIMIT":
            yield name, size_of(value), path
    limiter = dig(service.settings, "processors", "memory_limiter", "limit_mib")
    if is_collector(service.settings) and isinstance(limiter, int):
        yield "limit_mib", limiter * MIB, (service.config, "processors", "memory_limiter", "limit_mib")


def size_of(text: str) -> int:
    """Return a size of Compose or Go in bytes; 0 when it is none."""
    part = SIZE.fullmatch(text)
    return int(part[1]) * UNITS[part[2].lower()] if part else 0
