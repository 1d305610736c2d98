"""Each service: how many requests, how many of them fail, how long they take; what calls it, and what it calls."""

from typing import Final

from ongrid_gen.catalogue import GRAPH_HISTOGRAMS
from ongrid_gen.conventions import (
    AFFECTS,
    CALLS,
    CLIENT,
    ERROR_STATUS,
    GRAPH_BOARD,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    SERVER,
    SERVICE_NAME,
    SERVICES_BOARD,
    SPAN_NAME,
    STATUS_CODE,
)
from ongrid_gen.dashboards.base import Board, Choice, Lookup, Panel, Query, Row, Sort, Unit
from ongrid_gen.dashboards.parts import RANGE, buckets, calls, firing, leads, quantile, rate, share
from ongrid_gen.model import Site

FILE: Final = "services.json"
SERVICE: Final = "service"
OPERATION: Final = "operation"
OF_SERVICE: Final = f'{SERVICE_NAME}="${SERVICE}"'
OF: Final = f'{OF_SERVICE},{SPAN_NAME}=~"${OPERATION}"'
ALL: Final = calls(OF)
FAILED: Final = calls(f'{OF},{STATUS_CODE}="{ERROR_STATUS}"')
TOOK: Final = buckets(OF)
SERVER_SECONDS: Final = f"{GRAPH_HISTOGRAMS[1]}_bucket"


def board(site: Site) -> Board:
    """Return the dashboard of requests, errors and durations, one service at a time."""
    return Board(
        SERVICES_BOARD,
        "Services",
        "Requests of one service: how many, how many fail, how long they take. Spans of the kinds server and consumer.",
        [
            Row("Now", [*numbers(), firing(f'{AFFECTS}="${SERVICE}"', width=12)]),
            Row("Requests", requests()),
            Row("How long they take", latency(site)),
            Row("Neighbours", neighbours()),
        ],
        variables=[
            Choice(SERVICE, "Service", [service.name for service in site.services]),
            Lookup(OPERATION, "Operation", f"{CALLS}{{{OF_SERVICE}}}", SPAN_NAME),
        ],
        firing=f'{AFFECTS}="${SERVICE}"',
    )


def numbers() -> list[Panel]:
    """Return the three numbers at the top."""
    return [
        Panel("Requests", [Query(rate(ALL))], Unit.REQUESTS_A_SECOND, sort=Sort.NUMBER, width=4, height=5,
              key="requests now"),
        Panel("Errors", [Query(share(FAILED, ALL))], Unit.SHARE, sort=Sort.NUMBER, width=4, height=5, key="errors now"),
        Panel("p95", [Query(quantile("0.95", TOOK))], Unit.SECONDS, sort=Sort.NUMBER, width=4, height=5,
              key="p95 now"),
    ]  # fmt: skip


def requests() -> list[Panel]:
    """Return rate and errors, by operation."""
    name = f"{{{{{SPAN_NAME}}}}}"
    return [
        Panel("Requests by operation", [Query(rate(ALL, SPAN_NAME), name)], Unit.REQUESTS_A_SECOND, width=12),
        Panel("Share of requests that fail", [Query(share(FAILED, ALL, SPAN_NAME), name)], Unit.SHARE, width=12,
              about="Requests whose span ends with an error. Zero is drawn where there are requests and none fails."),
    ]  # fmt: skip


def latency(site: Site) -> list[Panel]:
    """Return quantiles, the distribution, and the slowest operations."""
    dots = site.metrics.exemplars
    about = "Each dot is a request: click it to open its trace." if dots else ""
    return [
        Panel("Quantiles", [Query(quantile(value, TOOK), words, exemplars=dots and words == "p95")
                            for value, words in (("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99"))],
              Unit.SECONDS, about, width=12),
        Panel("Distribution", [Query(f"sum by (le) (increase({TOOK}[{RANGE}]))", "{{le}}", exemplars=dots)],
              Unit.SECONDS, about, sort=Sort.HEATMAP, width=12, least=None),
        Panel("Slowest operations (p95)", [Query(f"topk(10, {quantile('0.95', TOOK, SPAN_NAME)})",
                                                 f"{{{{{SPAN_NAME}}}}}")], Unit.SECONDS, width=24),
    ]  # fmt: skip


def neighbours() -> list[Panel]:
    """Return the calls to the service and from it, as the service graph counts them."""
    found = []
    for who, words, other in ((SERVER, "Called by", CLIENT), (CLIENT, "Calls", SERVER)):
        of, legend = f'{{{who}="${SERVICE}"}}', f"{{{{{other}}}}}"
        graph = [("Service graph", leads(GRAPH_BOARD))]
        there = [("Its dashboard", leads(SERVICES_BOARD, SERVICE, f"${{__field.labels.{other}}}"))]
        found += [
            Panel(f"{words}: requests", [Query(rate(f"{GRAPH_TOTAL}{of}", other), legend)], Unit.REQUESTS_A_SECOND,
                  links=[*there, *graph]),
            Panel(f"{words}: share that fails",
                  [Query(share(f"{GRAPH_FAILED}{of}", f"{GRAPH_TOTAL}{of}", other), legend)], Unit.SHARE, links=there),
            Panel(f"{words}: p95", [Query(quantile("0.95", f"{SERVER_SECONDS}{of}", other), legend)], Unit.SECONDS,
                  links=there),
        ]  # fmt: skip
    return found
