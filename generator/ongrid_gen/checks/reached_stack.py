"""OG110: a program of somebody else's reaches what it asks this stack for."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from ongrid_gen.components import ways
from ongrid_gen.conventions import (
    GATEWAY_HOST,
    GRAFANA_HOST,
    LOKI_HOST,
    PROMETHEUS_HOST,
    TEMPO_HOST,
    TEMPO_METRICS_HOST,
)
from ongrid_gen.model import External, Site
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.suggest import listed

CODE: Final = "OG110"
WHY: Final = {PROMETHEUS_HOST: "scrapes", GRAFANA_HOST: "asks", TEMPO_HOST: "writes to"}


def check(site: Site) -> Iterator[Problem]:
    """What it cannot reach is missing without a word: no series, no alert, a datasource that answers nothing."""
    for theirs in site.external.values():
        asked = [name for name in ways.ASKED[theirs.component] if is_asked(site, name, theirs)]
        if not asked:
            continue
        yield from without_port(site, theirs, asked)
        if not ways.is_here(theirs.url):
            yield from elsewhere(site, theirs, asked)


def is_asked(site: Site, name: str, theirs: External) -> bool:
    """Tell whether a program of somebody else's asks a container that there is."""
    lacking = {TEMPO_METRICS_HOST: site.sampling.tail is None, LOKI_HOST: site.logs is None}
    there = site.owns(name) and not lacking.get(name, False)
    return there and theirs in ways.asking(site, name)


def without_port(site: Site, theirs: External, asked: list[str]) -> Iterator[Problem]:
    """Yield the containers that Docker publishes wherever it likes: what is rendered for others names a port."""
    keys: dict[str, Path] = {
        LOKI_HOST: ("logs", "port"),
        GATEWAY_HOST: ("reach", "gateway_port"),
        TEMPO_METRICS_HOST: ("reach", "tempo_metrics_port"),
    }
    for name in asked:
        if ways.outer_port(site, name) == 0:
            yield Problem(CODE, keys.get(name, (name, "port")),
                          f"your {theirs.component} {WHY[theirs.component]} {name}, whose port nobody knows before",
                          "write a port", related=((theirs.component, "external"),))  # fmt: skip


def elsewhere(site: Site, theirs: External, asked: list[str]) -> Iterator[Problem]:
    """Yield that a program on another machine does not reach this one's loopback."""
    what = f"your {theirs.component} is on another machine and {WHY[theirs.component]} {listed(asked)}"
    if site.reach.host in ways.LOOPBACK:
        yield Problem(CODE, ("reach", "host"), f"{what} at `{site.reach.host}`, which is itself to it",
                      "write the name of this machine in `reach.host`", severity=Severity.WARNING,
                      related=((theirs.component, "external"),))  # fmt: skip
    if ipaddress.ip_address(site.reach.listen).is_loopback:
        yield Problem(CODE, ("reach", "listen"), f"{what}, which are published on {site.reach.listen} only",
                      "write an address of this machine that it reaches in `reach.listen`; or say in `suppress` which "
                      "proxy or tunnel leads there", severity=Severity.WARNING,
                      related=((theirs.component, "external"),))  # fmt: skip
