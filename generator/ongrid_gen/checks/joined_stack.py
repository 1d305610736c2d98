"""OG111: a program of somebody else's goes together with what else the spec asks for."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components.sampling import replicated
from ongrid_gen.conventions import ALERTMANAGER_HOST, PROMETHEUS_HOST
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG111"


def check(site: Site) -> Iterator[Problem]:
    """What scrapes samplers stands beside them; Loki's ruler (3.7) reads no secret from a file to show it."""
    if PROMETHEUS_HOST in site.external and replicated(site):
        yield Problem(
            code=CODE,
            path=("gateway", "replicas"),
            message="your prometheus would have to scrape each sampler, and no port of theirs is published",
            hint="write `1`, or leave Prometheus to the stack",
            related=((PROMETHEUS_HOST, "external"),),
        )
    manager = site.external.get(ALERTMANAGER_HOST)
    if manager is not None and manager.credential is not None and site.logs is not None:
        yield Problem(
            code=CODE,
            path=(ALERTMANAGER_HOST, "external", "auth"),
            message="Loki tells your alertmanager of its alerts, and can show no secret that is in a file",
            hint="let it take alerts from this machine without one, or leave `logs` out",
            related=(("logs",),),
        )
