"""OG017: what is published beyond this machine asks who one is."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.compose import Port
from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG017"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Prometheus, Tempo and Alertmanager ask nobody: whoever reaches the port reads everything, and may delete it."""
    for service in wiring.services:
        for port in service.ports:
            if is_public(port.address) and not is_guarded(service, port, wiring):
                yield Problem(
                    code=CODE,
                    path=port.path,
                    message=f"`{service.name}` publishes port {port.target} to everybody, and asks nobody who they are",
                    hint="publish it at `127.0.0.1`, or put a proxy that asks before it",
                    severity=Severity.WARNING if is_edge(service) else Severity.ERROR,
                )


def is_public(address: str) -> bool:
    """Tell whether an address is more than this machine."""
    try:
        return not ipaddress.ip_address(address or "0.0.0.0").is_loopback
    except ValueError:
        return False


def is_guarded(service: Service, port: Port, wiring: Wiring) -> bool:
    """Tell whether who listens behind a port asks everybody who they are."""
    there = [one for one in wiring.listeners if one.service == service and str(one.port) == port.target]
    return bool(there) and all(one.asks for one in there)


def is_edge(service: Service) -> bool:
    """Tell whether a container is an agent, which applications of other hosts may have to reach."""
    return service.file.startswith("edge/") and is_collector(service.settings)
