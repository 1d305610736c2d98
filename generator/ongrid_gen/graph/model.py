"""What is drawn: nodes with text, and the links between them. Plain data, in the order in which it is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Sort(StrEnum):
    """What a node is. The order is that of the columns, from the applications to those who are told."""

    APPLICATION = "application"
    AGENT = "agent"
    GATEWAY = "gateway"
    STORE = "store"
    TARGET = "target"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    RECEIVER = "receiver"
    GRAFANA = "grafana"
    OUTSIDE = "outside"
    SOURCE = "source"
    SERIES = "series"
    RECORDING = "recording"
    ALERT = "alert"


class Link(StrEnum):
    """What an edge says of its two ends."""

    CALLS = "calls"  # one opens a connection to the other
    TELLS = "tells"  # Alertmanager notifies a receiver
    RUNS = "runs"  # a container has a source of series: a processor of Tempo's, a page that a job scrapes
    MAKES = "makes"  # a source gives series
    FEEDS = "feeds"  # series go into a rule, those of a recording too
    REACHES = "reaches"  # an alert goes to a receiver


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture that is drawn for itself: its edges, and the boxes that are there even without one."""

    name: str
    title: str
    links: tuple[Link, ...]
    sorts: tuple[Sort, ...]


PROGRAMS: Final = (Sort.APPLICATION, Sort.AGENT, Sort.GATEWAY, Sort.STORE, Sort.PROMETHEUS, Sort.ALERTMANAGER,
                   Sort.GRAFANA)  # fmt: skip
WIRING: Final = Part("wiring", "Who calls whom", (Link.CALLS, Link.TELLS), PROGRAMS)
CHAINS: Final = Part("chains", "What alerts hang on", (Link.MAKES, Link.FEEDS, Link.REACHES), (Sort.ALERT,))
PARTS: Final = (WIRING, CHAINS)


@dataclass(frozen=True, slots=True)
class Node:
    """A box. `lines` stand below the title; `note` is what only who points at it sees."""

    id: str
    sort: Sort
    title: str
    lines: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow. `broken` is why it leads nowhere, in few words; empty when it does not."""

    start: str
    end: str
    link: Link
    label: str = ""
    broken: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture of one bundle."""

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """Return the node of an id. KeyError when there is none."""
        return {node.id: node for node in self.nodes}[name]

    def part(self, part: Part) -> "Graph":
        """Return a part: its edges with their nodes, and the nodes that it has even without an edge."""
        edges = tuple(edge for edge in self.edges if edge.link in part.links)
        ends = {end for edge in edges for end in (edge.start, edge.end)}
        nodes = tuple(one for one in self.nodes if one.id in ends or one.sort in part.sorts)
        return Graph(self.name, nodes, edges)


def joined(graphs: Iterable[Graph], name: str) -> Graph:
    """Return several graphs as one; a node or edge that two of them have is there once."""
    nodes: dict[str, Node] = {}
    edges: dict[Edge, None] = {}
    for graph in graphs:
        nodes.update({node.id: node for node in graph.nodes if node.id not in nodes})
        edges.update(dict.fromkeys(graph.edges))
    return Graph(name, tuple(nodes.values()), tuple(edges))
