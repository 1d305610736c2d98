"""The containers of a bundle as boxes: which column they are in, on what they listen, what they publish."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ongrid_gen.bundle.apps import Published, published
from ongrid_gen.bundle.contracts.open_port import is_edge
from ongrid_gen.bundle.files import COMPOSE
from ongrid_gen.bundle.network import (
    GRPC,
    HTTP,
    Listener,
    is_alertmanager,
    is_collector,
    is_grafana,
    is_prometheus,
    is_tempo,
)
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.model import Node, Sort
from ongrid_gen.graph.words import listed

SPOKEN: Final = {GRPC: "OTLP/gRPC", HTTP: "OTLP/HTTP"}
SORTS: Final = (
    (is_tempo, Sort.STORE), (is_prometheus, Sort.PROMETHEUS), (is_alertmanager, Sort.ALERTMANAGER)
)  # fmt: skip
# So many ports on which it listens, and that it publishes, stand in a box; the others are in its note.
MOST_LISTENS, MOST_PUBLISHES = 4, 2


def containers(wiring: Wiring) -> Iterator[tuple[Node, bool]]:
    """Yield each container, and whether it can be called: it listens, or publishes a port."""
    for service in wiring.services:
        listens = [port_text(one) for one in wiring.listeners if one.service == service]
        publishes = list(map(published_text, published(service)))
        yield container(service, listens, publishes), bool(listens or publishes)


def container(service: Service, listens: list[str], publishes: list[str]) -> Node:
    """Return the box of a container."""
    edge = "" if service.file == COMPOSE else f" ({PurePosixPath(service.file).parent.name})"
    lines = (*listed(listens, MOST_LISTENS), *listed(publishes, MOST_PUBLISHES))
    note = "\n".join((str(service.data.get("image", "")), *listens, *publishes))
    return Node(container_id(service), sort_of(service), f"{service.name}{edge}", lines, note)


def container_id(service: Service) -> str:
    """Return the id of a container's node: the folder of its compose file tells those of several edges apart."""
    return f"container:{(PurePosixPath(service.file).parent / service.name).as_posix()}"


def sort_of(service: Service) -> Sort:
    """Return which column a container is in; one of unknown programs is taken for a store."""
    if is_collector(service.settings):
        return Sort.AGENT if is_edge(service) else Sort.GATEWAY
    if is_grafana(service):
        return Sort.GRAFANA
    return next((sort for fits, sort in SORTS if fits(service.settings)), Sort.STORE)


def port_text(listener: Listener) -> str:
    """Return what is spoken on a port."""
    return f":{listener.port} {spoken(listener.protocol)}"


def published_text(port: Published) -> str:
    """Return where the machine passes a port on; Docker chooses one where none is written."""
    return f"on {port.address or '*'}:{port.outside or '(any)'}"


def spoken(protocol: str) -> str:
    """Return a protocol as it stands on an arrow."""
    return SPOKEN.get(protocol, protocol)
