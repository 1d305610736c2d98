"""Who calls whom: the graph that Tempo makes of spans, and its edges in numbers."""

from typing import Final

from ongrid_gen.catalogue import GRAPH_HISTOGRAMS, MESSAGING
from ongrid_gen.conventions import (
    CLIENT,
    GRAPH_BOARD,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    SERVER,
    SERVICES_BOARD,
)
from ongrid_gen.dashboards.base import Board, Panel, Query, Row, Sort, Unit
from ongrid_gen.dashboards.parts import leads, quantile, rate, share
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import dialect

FILE: Final = "service-graph.json"
EDGE: Final = f"{CLIENT}, {SERVER}"
LEGEND: Final = f"{{{{{CLIENT}}}}} → {{{{{SERVER}}}}}"
ROOT: Final = "user"  # the client of a request that nothing instrumented sent


def board(site: Site) -> Board:
    """Return the dashboard of the service graph."""
    return Board(
        GRAPH_BOARD,
        "Service graph",
        f"Who calls whom, by client and server spans of one request. `{ROOT}` is whoever sent no span.",
        [
            Row("Graph", [Panel("Service graph", [], sort=Sort.GRAPH, width=24, height=14)]),
            Row("Edges", edges(site)),
        ],
    )


def edges(site: Site) -> list[Panel]:
    """Return the edges in numbers."""
    links = [("The server's dashboard", leads(SERVICES_BOARD, "service", f"${{__field.labels.{SERVER}}}"))]
    client, server = (f"{name}_bucket" for name in GRAPH_HISTOGRAMS)
    found = [
        Panel("Requests", [Query(rate(GRAPH_TOTAL, EDGE), LEGEND)], Unit.REQUESTS_A_SECOND, width=12, links=links),
        Panel("Share that fails", [Query(share(GRAPH_FAILED, GRAPH_TOTAL, EDGE), LEGEND)], Unit.SHARE, width=12,
              links=links),
        Panel("p95 as the server sees it", [Query(quantile("0.95", server, EDGE), LEGEND)], Unit.SECONDS, width=12,
              links=links),
        Panel("p95 as the client sees it", [Query(quantile("0.95", client, EDGE), LEGEND)], Unit.SECONDS,
              "Longer than what the server sees: the network, or a queue between the two.", width=12, links=links),
    ]  # fmt: skip
    if site.metrics.messaging_latency and dialect(site).ZERO_SAMPLE:
        waits = Query(quantile("0.95", f"{MESSAGING}_bucket", EDGE), LEGEND)
        found.append(Panel("p95 in a queue of messages", [waits], Unit.SECONDS, width=12))
    return found
