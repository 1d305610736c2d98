"""From the wiring of a bundle to its picture, and from a name to the alerts that bear it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ongrid_gen.bundle.routes import Alert
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import SLO, TIER
from ongrid_gen.graph.alike import merged
from ongrid_gen.graph.calls import Calls
from ongrid_gen.graph.chains import Chains
from ongrid_gen.graph.model import CHAINS, Edge, Graph, Link, Node, Sort, joined
from ongrid_gen.graph.receivers import receivers
from ongrid_gen.graph.words import clean


def graph_of(wiring: Wiring, name: str) -> Graph:
    """Return the picture of a bundle: who calls whom, and what its alerts hang on."""
    calls = merged(joined([Calls(wiring).graph, receivers(wiring)], name), (Sort.APPLICATION, Sort.AGENT))
    return cleaned(joined([calls, Chains(wiring, wiring.alerts).graph], name))


def chain_of(wiring: Wiring, alerts: Sequence[Alert], name: str) -> Graph:
    """Return the picture of what some alerts hang on, every rule for itself."""
    chains = Chains(wiring, alerts, whole=True).graph
    drawn = {edge.end for edge in chains.edges if edge.link is Link.REACHES}
    told = [node for node in receivers(wiring).nodes if node.id in drawn]
    return cleaned(joined([chains.part(CHAINS), Graph("", tuple(told), ())], name))


def named(alerts: Iterable[Alert], name: str) -> list[Alert]:
    """Return the alerts of a name; those of an SLO are also called `<slo>/page` and `<slo>/ticket`."""
    return [alert for alert in alerts if name in names_of(alert)]


def names_of(alert: Alert) -> list[str]:
    """Return what an alert is called."""
    slo, tier = alert.labels.get(SLO), alert.labels.get(TIER)
    return [alert.name, f"{slo}/{tier}"] if slo and tier else [alert.name]


def cleaned(graph: Graph) -> Graph:
    """Return a graph in whose texts nothing can break a drawing, and whose edges all end at a node."""
    known = {node.id for node in graph.nodes}
    nodes = tuple(map(clean_node, graph.nodes))
    edges = tuple(clean_edge(one) for one in graph.edges if one.start in known and one.end in known)
    return Graph(clean(graph.name), nodes, edges)


def clean_node(node: Node) -> Node:
    """Return a node with clean texts."""
    return replace(node, title=clean(node.title), lines=tuple(map(clean, node.lines)), note=clean_lines(node.note))


def clean_edge(edge: Edge) -> Edge:
    """Return an edge with clean texts."""
    return replace(edge, label=clean(edge.label), broken=clean(edge.broken), note=clean_lines(edge.note))


def clean_lines(text: str) -> str:
    """Return a text of several lines, each of them clean."""
    return "\n".join(map(clean, text.splitlines()))
