"""The agents at the edges, by what they push of themselves: heard or not, what they take, hold and lose."""

from typing import Final

from ongrid_gen.conventions import COMPONENT, EDGES_BOARD
from ongrid_gen.dashboards.base import Board, Color, Line, Panel, Query, Row, Unit
from ongrid_gen.dashboards.parts import NEARLY_FULL, firing, rate
from ongrid_gen.model import Site
from ongrid_gen.selfmon import edges

FILE: Final = "edges.json"
EDGE: Final = "instance"
NAME: Final = "{{instance}}"
HEARD: Final = f"otelcol_process_uptime{{{edges.AGENT}}}"
ACCEPTED: Final = f"otelcol_receiver_accepted_spans{{{edges.AGENT}}}"
SENT: Final = f"otelcol_exporter_sent_spans{{{edges.AGENT}}}"
RESIDENT: Final = f"otelcol_process_memory_rss{{{edges.AGENT}}}"
ALERTS: Final = f'{COMPONENT}="{edges.COMPONENT}"'


def board(site: Site) -> Board:
    """Return the dashboard of the edges."""
    del site
    share = f"max by ({EDGE}) ({edges.SIZE} / ({edges.CAPACITY} > 0))"
    return Board(
        EDGES_BOARD,
        "Edges",
        "The agents beside the applications. One that is not heard for five minutes is not drawn.",
        [
            Row("Now", [
                Panel("Time since it was started", [Query(f"max by ({EDGE}) ({HEARD})", NAME)], Unit.SECONDS, width=12,
                      height=5),
                firing(ALERTS, width=12),
            ]),
            Row("Spans", [
                Panel("Taken from applications", [Query(rate(ACCEPTED, EDGE), NAME)], Unit.A_SECOND, width=12),
                Panel("Handed to the gateway", [Query(rate(SENT, EDGE), NAME)], Unit.A_SECOND, width=12),
                Panel("Queue", [Query(share, NAME)], Unit.SHARE, "What stands in it is not lost.",
                      lines=[Line(NEARLY_FULL, Color.ORANGE)]),
                Panel("Refused and dropped", [
                    Query(rate(edges.REFUSED, EDGE), f"{NAME} refused"),
                    Query(rate(edges.DROPPED, EDGE), f"{NAME} dropped"),
                ], Unit.A_SECOND, "Nothing is drawn while nothing is lost."),
                Panel("Memory", [Query(f"max by ({EDGE}) ({RESIDENT})", NAME)], Unit.BYTES),
            ]),
        ],
        firing=ALERTS,
    )  # fmt: skip
