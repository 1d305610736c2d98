"""OG031: every published port is published once."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components import receivers
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG031"


def check(site: Site) -> Iterator[Problem]:
    """Two components on one port of the host: the second one does not start."""
    published: list[tuple[Path, int]] = [
        *((("ingest", door.key), site.ingest.ports[door.key]) for door in receivers.doors(site.ingest)),
        (("tempo", "port"), site.tempo.port),
        (("prometheus", "port"), site.prometheus.port),
        (("alertmanager", "port"), site.alertmanager.port),
    ]
    if site.gateway.endpoint is not None:
        published.append((("gateway", "port"), site.gateway.port))
    if site.grafana.enabled:
        published.append((("grafana", "port"), site.grafana.port))
    first: dict[int, Path] = {}
    for path, port in published:
        # the machine of the gateway need not be one with an agent
        apart = {path[0], first.get(port, path)[0]} == {"gateway", "ingest"}
        if port and port in first and not apart:
            yield Problem(
                code=CODE,
                path=path,
                message=f"`{'.'.join(map(str, path))}` and `{'.'.join(map(str, first[port]))}` are both {port}",
                hint="give one of the two another port, or 0 for any free one",
                related=(first[port],),
            )
        first.setdefault(port, path)
