"""What the applications call: a port of their own machine, which an agent's container publishes."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.apps import Application, applications, published
from ongrid_gen.bundle.network import ITSELF
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.containers import container_id, spoken
from ongrid_gen.graph.model import Edge, Graph, Link, Node, Sort

NOBODY: Final = "nobody listens"


def senders(wiring: Wiring) -> Graph:
    """Return the applications, and where each sends its spans to."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for app in applications(wiring.bundle):
        nodes.append(application(app))
        found = list(sent(app, wiring))
        nodes += [outside(app) for edge in found if edge.end == outside_id(app)]
        edges += found
    return Graph(wiring.bundle.name, tuple(nodes), tuple(edges))


def application(app: Application) -> Node:
    """Return an application."""
    lines = () if app.address else ("no endpoint is written",)
    return Node(f"application:{app.file}", Sort.APPLICATION, app.name, lines, app.file)


def outside(app: Application) -> Node:
    """Return what an application calls and the bundle does not have."""
    return Node(outside_id(app), Sort.OUTSIDE, app.host, (NOBODY if is_here(app) else "not in the bundle",))


def sent(app: Application, wiring: Wiring) -> Iterator[Edge]:
    """Yield what an application calls; nothing when no address is written."""
    label = f"{spoken(app.protocol)} :{app.port}" if app.port else spoken(app.protocol)
    start, note = application(app).id, f"{app.address}, in {app.file}"
    ends = taking(app, wiring)
    for service, port in ends:
        broken = "" if speaks(service, port, app.protocol, wiring) else NOBODY
        yield Edge(start, container_id(service), Link.CALLS, label, broken, note)
    if app.address and not ends:
        yield Edge(start, outside_id(app), Link.CALLS, label, NOBODY if is_here(app) else "", note)


def taking(app: Application, wiring: Wiring) -> list[tuple[Service, int]]:
    """Return the containers that an application's address means, and the port of theirs that it ends at."""
    if is_here(app):
        ports = [one for service in wiring.services for one in published(service)]
        return [(one.service, one.inside) for one in ports if one.outside == app.port]
    return [(one, app.port or 0) for one in wiring.own(app.host)]


def speaks(service: Service, port: int, protocol: str, wiring: Wiring) -> bool:
    """Tell whether a container takes what is sent to a port. Of a program that is not known, nobody can tell."""
    ports = [one for one in wiring.listeners if one.service == service]
    return not ports or any(one.port == port and one.protocol == protocol for one in ports)


def is_here(app: Application) -> bool:
    """Tell whether an application calls its own machine."""
    return app.host in ITSELF


def outside_id(app: Application) -> str:
    """Return the id of the node of a host that is no container."""
    return f"host:{app.host}"
