"""Who is told: the receivers of Alertmanager, and by which channels."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.contracts.heard_alert import tells
from ongrid_gen.bundle.network import is_alertmanager
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import Alert, heard_by, routes
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.containers import container_id
from ongrid_gen.graph.model import Edge, Graph, Link, Node, Sort
from ongrid_gen.graph.words import few

CONFIGS: Final = "_configs"


def receivers(wiring: Wiring) -> Graph:
    """Return every receiver of every Alertmanager, and those that a route names although there are none."""
    nodes, edges = [], []
    for service in wiring.running(is_alertmanager):
        known = {str(dig(one, "name")): one for _, one in items(service.settings["receivers"])}
        named = dict.fromkeys(routed(service))
        nodes += [node(name, known.get(name)) for name in dict.fromkeys((*known, *named))]
        edges += [edge(service, name, known.get(name)) for name in named]
    return Graph(wiring.bundle.name, tuple(nodes), tuple(edges))


def routed(service: Service) -> Iterator[str]:
    """Yield the receivers that a route of an Alertmanager names."""
    for route, _ in routes(service.settings["route"], ()):
        if dig(route, "receiver") is not None:
            yield str(route["receiver"])


def node(name: str, receiver: Any) -> Node:
    """Return a receiver with its channels; the addresses of those may be secret, and are not read."""
    if receiver is None:
        return Node(receiver_id(name), Sort.RECEIVER, name, ("no such receiver",))
    return Node(receiver_id(name), Sort.RECEIVER, name, (few(channels(receiver), 3) or "no channel",))


def edge(service: Service, name: str, receiver: Any) -> Edge:
    """Return that Alertmanager tells a receiver."""
    broken = "no such receiver" if receiver is None else ""
    return Edge(container_id(service), receiver_id(name), Link.TELLS, few(channels(receiver), 2), broken)


def channels(receiver: Any) -> list[str]:
    """Return the types of the channels of a receiver."""
    return [str(key).removesuffix(CONFIGS) for key, value in items(receiver) if tells({key: value})]


def hearing(alert: Alert, wiring: Wiring) -> set[str]:
    """Return the receivers that an alert can go to."""
    managers = wiring.running(is_alertmanager)
    return {name for one in managers for name in heard_by(one.settings["route"], alert.labels)}


def receiver_id(name: str) -> str:
    """Return the id of a receiver's node."""
    return f"receiver:{name}"
