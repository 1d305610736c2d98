"""Boxes that say the same: thirty applications that send to one agent are one box that names them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ongrid_gen.graph.model import Edge, Graph, Node, Sort, joined
from ongrid_gen.graph.words import listed

# So many boxes that are alike are still drawn one by one.
MOST_ALIKE: Final = 4
MOST_NAMES: Final = 6
Ends = frozenset[tuple[str, str, str]]


def merged(graph: Graph, sorts: Sequence[Sort]) -> Graph:
    """Return a graph in which many nodes of these sorts that have the same edges are one; sort by sort."""
    for sort in sorts:
        groups: dict[Ends, list[Node]] = {}
        for node in graph.nodes:
            if node.sort is sort:
                groups.setdefault(ends(graph, node.id), []).append(node)
        for group in groups.values():
            if len(group) > MOST_ALIKE:
                graph = as_one(graph, group)
    return graph


def ends(graph: Graph, name: str) -> Ends:
    """Return what a node is linked to, and how; that it is this end of an edge stands as an empty text."""
    return frozenset(
        ("" if edge.start == name else edge.start, "" if edge.end == name else edge.end, edge.label + edge.broken)
        for edge in graph.edges
        if name in (edge.start, edge.end)
    )


def as_one(graph: Graph, group: Sequence[Node]) -> Graph:
    """Return a graph in which some nodes are one, where the first of them was."""
    names = {node.id for node in group}
    titles = [node.title for node in group]
    one = replace(
        group[0],
        title=f"{len(group)} {group[0].sort}s",
        lines=tuple(listed(titles, MOST_NAMES)),
        note="\n".join(titles),
    )
    nodes = [one if node.id == one.id else node for node in graph.nodes if node.id == one.id or node.id not in names]
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in graph.edges:
        start, end = (one.id if name in names else name for name in (edge.start, edge.end))
        edges.setdefault((start, end, edge.label + edge.broken), replace(edge, start=start, end=end))
    return joined([Graph(graph.name, tuple(nodes), tuple(edges.values()))], graph.name)
