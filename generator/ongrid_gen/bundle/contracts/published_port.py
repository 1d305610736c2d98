"""OG073: a published port leads to one on which its container listens."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.compose import Port
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG073"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Docker opens the port all the same: whoever connects is hung up on, and an application drops its spans."""
    for service in wiring.services:
        ports = [one for one in wiring.listeners if one.service == service]
        for port in service.ports if ports else ():
            there = [one for one in ports if str(one.port) == port.target]
            if not there:
                known = ", ".join(str(one.port) for one in ports)
                yield dead(service, port, "listens on no such port", f"write one of {known}")
            elif all(one.inward for one in there):
                yield dead(service, port, "listens there only for itself", "let it listen on `0.0.0.0`")


def dead(service: Service, port: Port, why: str, hint: str) -> Problem:
    """Return the problem of a port that leads nowhere."""
    return Problem(CODE, port.path, f"`{service.name}` publishes its port {port.target}, but {why}", hint)
