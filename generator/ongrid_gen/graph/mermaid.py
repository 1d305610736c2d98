"""A picture as Mermaid, which Git hosts draw inside of Markdown."""

import json
import re
from collections.abc import Iterator
from typing import Final

from ongrid_gen.graph.model import CHAIN, WIRING, Edge, Graph, Node, Sort
from ongrid_gen.graph.words import shortened

# What ends or changes a quoted label, and what a browser would take for HTML.
SPECIAL: Final = re.compile(r'["#&<>`;\\]')
# Mermaid rewrites what looks like a style with a colour, wherever it stands.
STYLE: Final = re.compile(r"(?i)(style|classdef)")
LONGEST: Final = 60
PARTS: Final = (("wiring", "Who calls whom", WIRING), ("chains", "What alerts hang on", CHAIN))
SHAPES: Final = {
    Sort.APPLICATION: ("([", "])"), Sort.RECEIVER: ("([", "])"), Sort.OUTSIDE: ("{{", "}}"), Sort.TARGET: ("{{", "}}"),
    Sort.SERIES: ("[/", "/]"), Sort.RECORDING: ("[[", "]]"), Sort.ALERT: (">", "]"),
}  # fmt: skip
USUAL: Final = ("[", "]")


def as_mermaid(graph: Graph) -> str:
    """Return a flowchart."""
    names = safe_names(graph)
    broken = [str(number) for number, edge in enumerate(graph.edges) if edge.broken]
    lines = ["---", f"title: {json.dumps(graph.name, ensure_ascii=False)}", "---", "flowchart LR"]
    lines += parts(graph, names)
    lines += [arrow(edge, names) for edge in graph.edges]
    lines += [f"  linkStyle {','.join(broken)} stroke:#d1242f,color:#d1242f"] if broken else []
    return "\n".join(lines) + "\n"


def parts(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    """Yield the nodes, those of each part in a frame of its own."""
    left = {node.id: node for node in graph.nodes}
    for name, title, links in PARTS:
        nodes = [left.pop(node.id) for node in graph.part(links).nodes if node.id in left]
        if nodes:
            yield f"  subgraph {name}[{quoted(title)}]"
            yield from (f"    {box(node, names)}" for node in nodes)
            yield "  end"
    yield from (f"  {box(node, names)}" for node in left.values())


def box(node: Node, names: dict[str, str]) -> str:
    """Return a node: its title and lines in the shape of its sort."""
    opening, closing = SHAPES.get(node.sort, USUAL)
    text = "<br/>".join(escaped(shortened(line, LONGEST)) for line in (node.title, *node.lines))
    return f'{names[node.id]}{opening}"{text}"{closing}'


def arrow(edge: Edge, names: dict[str, str]) -> str:
    """Return an edge; a broken one is dotted and says why."""
    text = ": ".join(filter(None, (edge.label, edge.broken)))
    line = "-.->" if edge.broken else "-->"
    return f"  {names[edge.start]} {line}{f'|{quoted(text)}|' if text else ''} {names[edge.end]}"


def quoted(text: str) -> str:
    """Return a text in the quotes of a label."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """Return a text in which every character stands for itself inside of a label."""
    plain = SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
    return STYLE.sub(lambda found: f"#{ord(found[0][0])};{found[0][1:]}", plain)


def safe_names(graph: Graph) -> dict[str, str]:
    """Return a name for each node that is no word of Mermaid's; it stays the same when other nodes come."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for node in graph.nodes:
        name = first = f"{node.sort}_{re.sub(r'[^A-Za-z0-9]+', '_', node.title).strip('_')}".rstrip("_").lower()
        number = 1
        while name in taken:
            number += 1
            name = f"{first}_{number}"
        taken.add(name)
        found[node.id] = name
    return found
