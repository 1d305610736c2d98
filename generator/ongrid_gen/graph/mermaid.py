"""A picture as Mermaid, which Git hosts draw inside of Markdown."""

import json
import re
from collections.abc import Iterator
from typing import Final

from ongrid_gen.graph.model import PARTS, Edge, Graph, Node, Sort
from ongrid_gen.graph.words import shortened

# What does not stand for itself in a label: what ends it, HTML, mathematics, Markdown (emphasis, a list at the
# beginning), and words that Mermaid takes for a style where a colour follows.
SPECIAL: Final = re.compile(
    r"""["#&<>`;\\$*~%]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+=]|^\d+(?=[.)])|(?i:style|classdef)"""
)
STYLE: Final = re.compile("style|classdef")
LONGEST: Final = 60
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
    for part in PARTS:
        nodes = [left.pop(node.id) for node in graph.part(part).nodes if node.id in left]
        if nodes:
            yield f"  subgraph {part.name}[{quoted(part.title)}]"
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
    return SPECIAL.sub(lambda found: f"#{ord(found[0][0])};{found[0][1:]}", text)


def safe_names(graph: Graph) -> dict[str, str]:
    """Return a name for each node that is no word of Mermaid's; it stays the same when other nodes come."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for node in graph.nodes:
        name = first = safe_name(node)
        number = 1
        while name in taken:
            number += 1
            name = f"{first}_{number}"
        taken.add(name)
        found[node.id] = name
    return found


def safe_name(node: Node) -> str:
    """Return a name out of the letters of a node's title."""
    words = re.findall(r"[a-z0-9]+", node.title.lower())
    return STYLE.sub(lambda found: f"{found[0][0]}_{found[0][1:]}", "_".join((node.sort, *words)))
