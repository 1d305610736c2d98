"""A picture as SVG: readable on light and on dark ground, in a browser and by a screen reader."""

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from ongrid_gen.graph.hubs import without_hubs
from ongrid_gen.graph.layout import LABEL, LINE, LINE_HEIGHT, PADDING, TITLE, Box, Placed, Wire, laid_out
from ongrid_gen.graph.model import PARTS, Graph, Link, Sort

EDGE: Final = 24
HEAD: Final = 44
CAPTION: Final = 34
ARROW: Final = 8
FONT: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
# Class, and colours on light and on dark ground, of the border of each sort of box.
COLOURS: Final = {
    Sort.APPLICATION: ("#57606a", "#8b949e"),
    Sort.AGENT: ("#0969da", "#58a6ff"),
    Sort.GATEWAY: ("#0969da", "#58a6ff"),
    Sort.STORE: ("#8250df", "#bc8cff"),
    Sort.TARGET: ("#57606a", "#8b949e"),
    Sort.PROMETHEUS: ("#bc4c00", "#f0883e"),
    Sort.ALERTMANAGER: ("#cf222e", "#ff7b72"),
    Sort.RECEIVER: ("#1a7f37", "#3fb950"),
    Sort.GRAFANA: ("#9a6700", "#d29922"),
    Sort.OUTSIDE: ("#57606a", "#8b949e"),
    Sort.SOURCE: ("#8250df", "#bc8cff"),
    Sort.SERIES: ("#0969da", "#58a6ff"),
    Sort.RECORDING: ("#bc4c00", "#f0883e"),
    Sort.ALERT: ("#cf222e", "#ff7b72"),
}
LIGHT: Final = {"page": "#ffffff", "box": "#f6f8fa", "text": "#1f2328", "faint": "#59636e", "wire": "#818b98",
                "broken": "#d1242f"}  # fmt: skip
DARK: Final = {"page": "#0d1117", "box": "#161b22", "text": "#e6edf3", "faint": "#9198a1", "wire": "#6e7681",
               "broken": "#ff7b72"}  # fmt: skip


def as_svg(graph: Graph) -> str:
    """Return one drawing: the parts below each other, those that have edges or boxes."""
    parts = [(part.title, laid_out(without_hubs(graph.part(part)))) for part in PARTS if graph.part(part).nodes]
    height = HEAD + sum(CAPTION + placed.height + EDGE for _, placed in parts)
    width = max([320.0, *(placed.width for _, placed in parts)]) + 2 * EDGE
    root = ET.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {number(width)} {number(height)}",
        "width": number(width), "height": number(height), "role": "img", "aria-labelledby": "title desc",
    })  # fmt: skip
    ET.SubElement(root, "title", id="title").text = f"The wiring of {graph.name}"
    ET.SubElement(root, "desc", id="desc").text = described(graph)
    ET.SubElement(root, "style").text = style()
    ET.SubElement(root, "rect", {"class": "page", "width": "100%", "height": "100%"})
    add_text(root, graph.name, (EDGE, 30), "name")
    y = float(HEAD)
    for title, placed in parts:
        add_part(root, title, placed, y)
        y += CAPTION + placed.height + EDGE
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def described(graph: Graph) -> str:
    """Return what is in a picture, for whoever does not see it."""
    calls = sum(edge.link is Link.CALLS for edge in graph.edges)
    alerts = sum(node.sort is Sort.ALERT for node in graph.nodes)
    broken = [f"{graph.node(one.start).title} to {graph.node(one.end).title}: {one.broken}"
              for one in graph.edges if one.broken]  # fmt: skip
    found = f"{calls} calls between programs; {alerts} alerts or groups of alerts with the series they hang on."
    return f"{found} Broken: {'; '.join(broken)}." if broken else f"{found} Nothing is broken."


def style() -> str:
    """Return the style sheet."""
    fixed = (
        f"text {{ font-family: {FONT}; white-space: pre }}\n"
        f".name {{ font-size: 18px; font-weight: bold }} .part {{ font-size: 14px; font-weight: bold }}\n"
        f".title {{ font-size: {TITLE}px; font-weight: bold }} .line {{ font-size: {LINE}px }}\n"
        f".label {{ font-size: {LABEL}px; stroke-width: 3px; paint-order: stroke; stroke-linejoin: round }}\n"
        ".wire { fill: none; stroke-width: 1.2px } .broken .wire { stroke-dasharray: 5 3; stroke-width: 1.6px }\n"
        ".box { stroke-width: 1.4px } .told .wire { stroke-opacity: 0.5 }"
    )
    return f"\n{fixed}\n{colours(LIGHT, 0)}\n@media (prefers-color-scheme: dark) {{\n{colours(DARK, 1)}\n}}\n"


def colours(theme: dict[str, str], index: int) -> str:
    """Return the rules of one theme."""
    rules = [
        f".page {{ fill: {theme['page']} }} .box {{ fill: {theme['box']} }}",
        f".name, .part, .title {{ fill: {theme['text']} }} .line {{ fill: {theme['faint']} }}",
        f".label {{ fill: {theme['faint']}; stroke: {theme['page']} }}",
        f".wire {{ stroke: {theme['wire']} }} .tip {{ fill: {theme['wire']} }}",
        f".broken .wire {{ stroke: {theme['broken']} }} .broken .tip, .broken .label {{ fill: {theme['broken']} }}",
        *(f".{sort} .box {{ stroke: {both[index]} }}" for sort, both in COLOURS.items()),
    ]
    return "\n".join(rules)


def add_part(root: ET.Element, title: str, placed: Placed, y: float) -> None:
    """Add one part below its caption: edges first, then boxes, so that no edge runs over a text."""
    add_text(root, title, (EDGE, y + 16), "part")
    group = ET.SubElement(root, "g", transform=f"translate({EDGE} {number(y + CAPTION)})")
    for wire in placed.wires:
        add_wire(group, wire)
    for box in placed.boxes:
        add_box(group, box)
    for wire in placed.wires:
        if wire.label:
            label = ET.SubElement(group, "g", {"class": "broken"}) if wire.edge.broken else group
            add_text(label, wire.label, wire.label_at, "label")


def add_box(parent: ET.Element, box: Box) -> None:
    """Add a box with its texts; pointing at it shows what did not fit."""
    group = ET.SubElement(parent, "g", {"class": str(box.node.sort)})
    shown = "\n".join(filter(None, (box.node.title, *box.node.lines, box.node.note)))
    ET.SubElement(group, "title").text = shown
    ET.SubElement(group, "rect", {
        "class": "box", "x": number(box.x), "y": number(box.y), "width": number(box.width),
        "height": number(box.height), "rx": "5",
    })  # fmt: skip
    add_text(group, box.title, (box.x + PADDING, box.y + 16), "title")
    for index, line in enumerate(box.lines, 1):
        add_text(group, line, (box.x + PADDING, box.y + 17 + index * LINE_HEIGHT), "line")


def add_wire(parent: ET.Element, wire: Wire) -> None:
    """Add an edge and its arrow; pointing at it shows where it is written, or what is wrong with it."""
    sort = "broken" if wire.edge.broken else "told" if wire.edge.link is Link.REACHES else "sound"
    group = ET.SubElement(parent, "g", {"class": sort})
    shown = "\n".join(filter(None, (wire.edge.label, wire.edge.broken, wire.edge.note)))
    if shown:
        ET.SubElement(group, "title").text = shown
    ET.SubElement(group, "path", {"class": "wire", "d": " ".join(pieces(wire))})
    x, y = wire.tip
    back = x - ARROW if wire.right else x + ARROW
    tip = f"{number(x)},{number(y)} {number(back)},{number(y - 3.5)} {number(back)},{number(y + 3.5)}"
    ET.SubElement(group, "polygon", {"class": "tip", "points": tip})


def pieces(wire: Wire) -> Iterator[str]:
    """Yield the pieces of an edge's path: it bends between the columns, and is straight along them."""
    (x, y), *rest = wire.points
    yield f"M {number(x)} {number(y)}"
    for x_to, y_to in rest:
        if y_to == y:
            yield f"H {number(x_to)}"
        else:
            half = (x + x_to) / 2
            yield f"C {number(half)} {number(y)} {number(half)} {number(y_to)} {number(x_to)} {number(y_to)}"
        x, y = x_to, y_to


def add_text(parent: ET.Element, text: str, at: tuple[float, float], sort: str) -> None:
    """Add a line of text."""
    ET.SubElement(parent, "text", {"class": sort, "x": number(at[0]), "y": number(at[1])}).text = text


def number(value: float) -> str:
    """Return a number of pixels, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
