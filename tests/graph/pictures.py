"""What the tests of pictures share: a graph of a spec, of a bundle with a fault, and small questions to a graph."""

from functools import cache
from pathlib import Path

from ongrid_gen.bundle.files import Bundle, bundle_of
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.build import chain_of, graph_of, named
from ongrid_gen.graph.model import Edge, Graph, Node
from ongrid_gen.render import Tree, render
from support import ROOT, site_of

SITE = (ROOT / "site.yaml").read_text(encoding="utf-8")


@cache
def tree_of(spec: str) -> Tree:
    """Return the bundle of a spec; nobody may change it."""
    return render(site_of(spec))


def bundle_from(tree: Tree) -> Bundle:
    """Return a bundle that lies nowhere."""
    return bundle_of({path: text.encode() for path, text in tree.items()}, Path("bundle"))


def edited(changes: dict[str, tuple[str, str]], spec: str = SITE) -> Wiring:
    """Return the wiring of a spec's bundle in which somebody edited files: path to old and new text."""
    tree = dict(tree_of(spec))
    for path, (old, new) in changes.items():
        assert old in tree[path]
        tree[path] = tree[path].replace(old, new)
    return Wiring(bundle_from(tree))


@cache
def graph_from(spec: str = SITE) -> Graph:
    """Return the picture of a spec."""
    return graph_of(edited({}, spec), "shop")


def chain_from(alert: str, spec: str = SITE) -> Graph:
    """Return the picture of an alert."""
    wiring = edited({}, spec)
    return chain_of(wiring, named(wiring.alerts, alert), alert)


def titled(graph: Graph, title: str) -> Node:
    """Return the one node of a title."""
    found = [node for node in graph.nodes if node.title == title]
    assert len(found) == 1, (title, [node.title for node in graph.nodes])
    return found[0]


def told(graph: Graph) -> list[tuple[str, str, str, str]]:
    """Return every edge as the titles of its ends, its label, and why it is broken."""
    title = {node.id: node.title for node in graph.nodes}
    return [(title[edge.start], title[edge.end], edge.label, edge.broken) for edge in graph.edges]


def broken(graph: Graph) -> list[Edge]:
    """Return the edges that lead nowhere."""
    return [edge for edge in graph.edges if edge.broken]


def many(services: int, *, kinds: tuple[str, ...] = ("trace_latency", "trace_error_rate")) -> str:
    """Return a spec of many services, with an alert of each kind for each."""
    settings = {"trace_latency": "quantile: p95, threshold_ms: 100", "trace_error_rate": "threshold_pct: 1"}
    names = [f"svc-{number:03}" for number in range(services)]
    lines = ["version: 1", "site: many", "services:", *(f"  - {{name: {name}}}" for name in names), "alerts:"]
    lines += [
        f"  - {{name: A{number}x{index}, kind: {kind}, service: {name}, window: 5m, {settings[kind]}}}"
        for number, name in enumerate(names)
        for index, kind in enumerate(kinds)
    ]
    return "\n".join([*lines, "metrics: {max_active_series: 10000000}\n"])
