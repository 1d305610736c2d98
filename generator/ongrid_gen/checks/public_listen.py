"""OG017: what listens on more than loopback asks who one is, or is told so."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Gateway, Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG017"


def check(site: Site) -> Iterator[Problem]:
    """An agent asks nobody who they are: whoever reaches its port can send spans in any service's name."""
    if is_open(site.gateway):
        yield Problem(
            code=CODE,
            path=("gateway", "listen"),
            message=f"the gateway listens on {site.gateway.listen} and asks nobody who they are: whoever reaches the "
            "port can send spans in any edge's name",
            hint="add `auth: {basic: secrets/edges.htpasswd}` to `gateway`, and run `ongrid-gen certs`; or write "
            "`127.0.0.1`",
        )
    if not ipaddress.ip_address(site.ingest.listen).is_loopback:
        yield Problem(
            code=CODE,
            path=("ingest", "listen"),
            message=f"agents listen on {site.ingest.listen} without asking for a password: whoever reaches the port "
            "can send spans in any service's name",
            hint="write `127.0.0.1`; or close the port to others by a firewall and say so in `suppress`",
            severity=Severity.WARNING,
        )


def is_open(gateway: Gateway) -> bool:
    """Tell whether everybody who reaches this machine reaches a gateway that asks for nothing."""
    asks = gateway.auth is not None or (gateway.tls is not None and gateway.tls.clients)
    return gateway.endpoint is not None and not asks and not ipaddress.ip_address(gateway.listen).is_loopback
