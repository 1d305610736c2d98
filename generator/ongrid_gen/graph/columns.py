"""Which column each box of a picture is in, and in which order the boxes of a column stand.

Columns go by what a box is; boxes of one sort that feed each other stand in several. An edge over more than one column
passes through those between at a place of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ongrid_gen.graph.model import Edge, Graph, Node, Sort

BASE: Final = {
    Sort.APPLICATION: 0, Sort.AGENT: 1, Sort.GATEWAY: 2, Sort.STORE: 3, Sort.TARGET: 3, Sort.OUTSIDE: 3,
    Sort.PROMETHEUS: 4, Sort.ALERTMANAGER: 5, Sort.SOURCE: 0, Sort.SERIES: 1, Sort.RECORDING: 2, Sort.ALERT: 3,
    Sort.RECEIVER: 6, Sort.GRAFANA: 6,
}  # fmt: skip
SWEEPS: Final = 8
# A place in a column: a box, or where an edge passes: (edge number, column).
Slot = str | tuple[int, int]


@dataclass(frozen=True)
class Track:
    """An edge from its left end to its right one, over the places between. `back` is an arrow to the left."""

    edge: Edge
    slots: tuple[Slot, ...]
    back: bool


@dataclass(frozen=True)
class Columns:
    """Columns of places, left to right, and the edges over them. `bows` are the edges within one column."""

    columns: tuple[tuple[Slot, ...], ...]
    tracks: tuple[Track, ...]
    bows: tuple[Edge, ...]


def arranged(graph: Graph) -> Columns:
    """Return the columns of a graph, each in an order in which few edges cross."""
    column = column_of(graph)
    tracks, bows = [], []
    for number, edge in enumerate(graph.edges):
        if column[edge.start] == column[edge.end]:
            bows.append(edge)
        else:
            tracks.append(track(number, edge, column))
    places: list[list[Slot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in graph.nodes:
        places[column[node.id]].append(node.id)
    for one in tracks:
        for slot in one.slots[1:-1]:
            if isinstance(slot, tuple):
                places[slot[1]].append(slot)
    return Columns(tuple(map(tuple, ordered(places, tracks))), tuple(tracks), tuple(bows))


def column_of(graph: Graph) -> dict[str, int]:
    """Return the column of each node, from 0; no column is empty."""
    nodes = {node.id: node for node in graph.nodes}
    depth = depths(graph.edges, nodes)
    keys = {name: (BASE[node.sort], depth[name]) for name, node in nodes.items()}
    rank = {key: number for number, key in enumerate(sorted(set(keys.values())))}
    return {name: rank[key] for name, key in keys.items()}


def depths(edges: Sequence[Edge], nodes: Mapping[str, Node]) -> dict[str, int]:
    """Return how many boxes of its column's sorts lead to each node, on the longest way. A circle ends somewhere."""
    same = [one for one in edges if BASE[nodes[one.start].sort] == BASE[nodes[one.end].sort] and one.start != one.end]
    found = dict.fromkeys(nodes, 0)
    for _ in nodes:
        deeper = {one.end: found[one.start] + 1 for one in same if found[one.end] <= found[one.start]}
        if not deeper:
            return found
        found |= deeper
    return dict.fromkeys(nodes, 0)


def track(number: int, edge: Edge, column: Mapping[str, int]) -> Track:
    """Return an edge from left to right."""
    back = column[edge.start] > column[edge.end]
    left, right = (edge.end, edge.start) if back else (edge.start, edge.end)
    between = [(number, place) for place in range(column[left] + 1, column[right])]
    return Track(edge, (left, *between, right), back)


def ordered(places: list[list[Slot]], tracks: Iterable[Track]) -> list[list[Slot]]:
    """Return the columns, each by the middle of what its places are linked to, swept to and fro."""
    left: dict[Slot, list[Slot]] = {}
    right: dict[Slot, list[Slot]] = {}
    for one in tracks:
        for before, after in zip(one.slots, one.slots[1:], strict=False):
            left.setdefault(after, []).append(before)
            right.setdefault(before, []).append(after)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        numbers = range(1, len(places)) if forward else range(len(places) - 2, -1, -1)
        for number in numbers:
            beside = places[number - 1] if forward else places[number + 1]
            places[number] = by_middle(places[number], beside, left if forward else right)
    return places


def by_middle(column: list[Slot], beside: list[Slot], linked: Mapping[Slot, list[Slot]]) -> list[Slot]:
    """Return a column by the middle of what its places are linked to beside it; what is not linked stays."""
    at = {slot: number for number, slot in enumerate(beside)}
    scale = len(beside) / max(1, len(column))
    middle = {}
    for number, slot in enumerate(column):
        others = [at[one] for one in linked.get(slot, ())]
        middle[slot] = sum(others) / len(others) if others else number * scale
    return sorted(column, key=lambda slot: middle[slot])
