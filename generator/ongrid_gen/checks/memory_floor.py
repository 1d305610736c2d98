"""OG032: a component has the memory it needs to start."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG032"
# What each program takes to start and stand idle, doubled; the collector's limiter works at 80 % of its share.
FLOORS: Final = {"gateway": 128, "tempo": 128, "prometheus": 128, "alertmanager": 48, "grafana": 256}


def check(site: Site) -> Iterator[Problem]:
    """Below this the kernel kills the program in a loop while it starts."""
    given = {
        "gateway": site.gateway.memory,
        "tempo": site.tempo.memory,
        "prometheus": site.prometheus.memory,
        "alertmanager": site.alertmanager.memory,
        "grafana": site.grafana.memory,
    }
    for name, memory in given.items():
        if memory < FLOORS[name] << 20:
            yield Problem(
                code=CODE,
                path=(name, "memory"),
                message=f"{name} does not run in so little memory; {FLOORS[name]}Mi is the least",
                hint=f"write `{FLOORS[name]}Mi` or more",
            )
