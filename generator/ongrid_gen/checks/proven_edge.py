"""OG078: a gateway that other machines reach knows from whom it hears."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.public_listen import is_open
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG078"


def check(site: Site) -> Iterator[Problem]:
    """Without credentials every span is believed: of which edge it is, and of which device."""
    gateway = site.gateway
    if gateway.endpoint is not None and gateway.auth is None and not is_open(gateway):
        yield Problem(
            code=CODE,
            path=("gateway", "endpoint"),
            message="agents of other machines need no credential: each can send spans in the name of another edge",
            hint="add `auth: {basic: secrets/edges.htpasswd}` to `gateway`, and run `ongrid-gen certs`",
            severity=Severity.WARNING,
        )
