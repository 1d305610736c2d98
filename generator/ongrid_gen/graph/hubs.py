"""Boxes to which more lead than an eye can follow: the others name them instead, and the arrows are left out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ongrid_gen.graph.model import Edge, Graph

MOST_ARROWS: Final = 24


def without_hubs(graph: Graph) -> Graph:
    """Return a graph whose boxes have a line for each arrow from or to a hub; a broken arrow always stays."""
    ends = Counter(end for edge in graph.edges for end in (edge.start, edge.end))
    hubs = {name for name, times in ends.items() if times > MOST_ARROWS}
    told = [edge for edge in graph.edges if not edge.broken and hubs & {edge.start, edge.end}]
    if not told:
        return graph
    lines = lines_of(told, graph, hubs)
    nodes = [replace(node, lines=(*node.lines, *lines.get(node.id, ()))) for node in graph.nodes]
    return Graph(graph.name, tuple(nodes), tuple(edge for edge in graph.edges if edge not in set(told)))


def lines_of(edges: Iterable[Edge], graph: Graph, hubs: set[str]) -> dict[str, list[str]]:
    """Return what each box says instead of arrows; a hub says that others name it."""
    nodes = {node.id: node for node in graph.nodes}
    found: dict[str, list[str]] = {}
    for edge in edges:
        label = [edge.label] if edge.label else []
        if edge.start in hubs:
            found.setdefault(edge.end, []).extend([f"← {nodes[edge.start].title}", *label])
        if edge.end in hubs:
            found.setdefault(edge.start, []).extend([f"→ {nodes[edge.end].title}", *label])
    for name in hubs:
        found[name] = [f"{sum(name in (edge.start, edge.end) for edge in edges)} boxes name it"]
    return found
