"""OG017: an agent that listens on more than loopback is told so."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG017"


def check(site: Site) -> Iterator[Problem]:
    """The agent asks nobody who they are: whoever reaches its port can send spans in any service's name."""
    if not ipaddress.ip_address(site.ingest.listen).is_loopback:
        yield Problem(
            code=CODE,
            path=("ingest", "listen"),
            message=f"agents listen on {site.ingest.listen} without asking for a password: whoever reaches the port "
            "can send spans in any service's name",
            hint="write `127.0.0.1`; or close the port to others by a firewall and say so in `suppress`",
            severity=Severity.WARNING,
        )
