"""OG085: there is something that the replicas of the gateway share."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG085"


def check(site: Site) -> Iterator[Problem]:
    """They share the sampling of whole traces and nothing else: without it there is one gateway."""
    if site.gateway.replicas > 1 and site.sampling.tail is None:
        yield Problem(
            code=CODE,
            path=("gateway", "replicas"),
            message=f"{site.gateway.replicas} replicas would share the sampling of whole traces, and none is sampled: "
            "there will be one gateway",
            hint="write `1`, or what is to be kept into `sampling.tail`",
            severity=Severity.WARNING,
        )
