"""Grafana's dashboards, as data: one module each, listed here. A new one is a line in `BOARDS`."""

from typing import Final

from ongrid_gen.dashboards import alerts, edges, sampling, service_graph, services, slos, stack
from ongrid_gen.dashboards.base import Maker
from ongrid_gen.dashboards.draw import dashboard, text
from ongrid_gen.model import Site

BOARDS: Final[tuple[Maker, ...]] = (services, alerts, slos, service_graph, edges, sampling, stack)
FOLDER: Final = "grafana/dashboards"


def files(site: Site) -> dict[str, str]:
    """Return the dashboards that the site has something to show in, by their path in the bundle."""
    made = ((maker.FILE, maker.board(site)) for maker in BOARDS)
    return {f"{FOLDER}/{file}": text(dashboard(board)) for file, board in made if board is not None}
