"""OG016: what leaves the machine is encrypted, for a host that proved to be the one that is meant."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG016"
CLEAR: Final = "http://"


def check(site: Site) -> Iterator[Problem]:
    """On the way to the gateway, spans in clear are read by anybody, and are changed by anybody."""
    gateway = site.gateway
    endpoint = gateway.endpoint or ""
    if gateway.tls or gateway.auth or not endpoint.startswith(CLEAR):
        return  # of credentials in clear, and of two that speak differently, another check speaks
    host = endpoint.removeprefix(CLEAR).partition(":")[0]
    if is_elsewhere(host):
        yield Problem(
            code=CODE,
            path=("gateway", "endpoint"),
            message=f"agents send to `{host}`, another machine, in clear",
            hint="write `https://`, with `gateway.tls` or a proxy before the gateway that has a certificate",
            severity=Severity.WARNING,
        )


def is_elsewhere(host: str) -> bool:
    """Tell whether a host is another machine; a name without a dot is a container's, or no host at all."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "." in host and host != "host.docker.internal"
