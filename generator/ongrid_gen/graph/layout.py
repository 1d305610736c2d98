"""Where everything of a picture stands, in pixels: boxes in columns, edges between their borders, labels beside arrows.

Nothing overlaps by construction: a box is as high as the labels that arrive at it need, a gap as wide as the longest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ongrid_gen.graph.columns import Columns, Slot, Track, arranged
from ongrid_gen.graph.model import Edge, Graph, Node
from ongrid_gen.graph.settle import settled
from ongrid_gen.graph.words import shortened
from ongrid_gen.show import width

# A column of text is as wide as a monospace character of that size.
TITLE, LINE, LABEL = 12, 11, 10.5
ADVANCE: Final = 0.605
TITLE_COLUMNS, LINE_COLUMNS, LABEL_COLUMNS = 44, 48, 40
PADDING: Final = 10
TITLE_HEIGHT, LINE_HEIGHT = 24, 14
# Between arrows with a label; of an edge that passes a column.
PITCH, LANE = 17, 12
# Where edges bend, and what stays free at both ends of a label.
BEND, MARGIN = 46, 14
BOW: Final = 18


@dataclass(frozen=True, slots=True)
class Box:
    """A node and its rectangle, with the texts that fit into it."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge: through these points, bending between every second and the next; the arrow's tip, and its direction.

    The label stands above the last piece, from `label_x` on.
    """

    edge: Edge
    points: tuple[tuple[float, float], ...]
    tip: tuple[float, float]
    right: bool
    label: str
    label_at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture with all its places."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


def laid_out(graph: Graph) -> Placed:
    """Return where everything stands, from (0, 0) on."""
    return Layout(graph, arranged(graph)).placed


def label_of(edge: Edge) -> str:
    """Return what stands beside an arrow; of a broken one, why, where both are too long."""
    both = ": ".join(filter(None, (edge.label, edge.broken)))
    return shortened(both if width(both) <= LABEL_COLUMNS else edge.broken or both, LABEL_COLUMNS)


def text_width(text: str, size: float) -> float:
    """Return how wide a text is."""
    return width(text) * size * ADVANCE


def box_text(node: Node) -> tuple[str, tuple[str, ...]]:
    """Return title and lines of a box as they fit into it."""
    return shortened(node.title, TITLE_COLUMNS), tuple(shortened(line, LINE_COLUMNS) for line in node.lines)


@dataclass(frozen=True)
class Layout:
    """A graph in columns, on its way to pixels."""

    graph: Graph
    arranged: Columns

    @property
    def placed(self) -> Placed:
        """Return the picture."""
        boxes = {name: self._box(node) for name, node in self._nodes.items()}
        wires = [*(self._wire(number, one) for number, one in enumerate(self.arranged.tracks)), *self._bows(boxes)]
        bottom = max((box.y + box.height for box in boxes.values()), default=0)
        lanes = [y for wire in wires for _, y in (*wire.points, wire.label_at)]
        right = max([self._left[-1] + self._widths[-1] if self._widths else 0, *(end_of_label(one) for one in wires)])
        return Placed(right, max([bottom, *lanes]), tuple(boxes.values()), tuple(wires))

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.id: node for node in self.graph.nodes}

    @cached_property
    def _widths(self) -> list[float]:
        """How wide each column is."""
        return [max((self._width(slot) for slot in column), default=0) for column in self.arranged.columns]

    def _width(self, slot: Slot) -> float:
        if isinstance(slot, tuple):
            return 0
        title, lines = box_text(self._nodes[slot])
        return 2 * PADDING + max(text_width(title, TITLE), *(text_width(line, LINE) for line in lines), 0)

    @cached_property
    def _gaps(self) -> list[float]:
        """How wide the space left of each column is: where edges bend, and the longest label that ends there."""
        gaps = [0.0] * len(self.arranged.columns)
        bends = [0] * len(self.arranged.columns)
        for one in self.arranged.tracks:
            number = self._number[one.slots[-1]]
            gaps[number] = max(gaps[number], text_width(label_of(one.edge), LABEL))
            for slot in one.slots[1:]:
                bends[self._number[slot]] += 1
        for edge in self.arranged.bows:
            number = self._number[edge.start]
            over = text_width(label_of(edge), LABEL) - self._widths[number]
            if number + 1 < len(gaps):
                gaps[number + 1] += max(BOW, over)
        return [gap + 2 * MARGIN + BEND + min(60, bends[number]) if number else 0 for number, gap in enumerate(gaps)]

    @cached_property
    def _number(self) -> dict[Slot, int]:
        return {slot: number for number, column in enumerate(self.arranged.columns) for slot in column}

    @cached_property
    def _left(self) -> list[float]:
        """Where each column begins."""
        found, x = [], 0.0
        for gap, wide in zip(self._gaps, self._widths, strict=True):
            found.append(x + gap)
            x += gap + wide
        return found

    @cached_property
    def _heights(self) -> dict[Slot, float]:
        arriving: dict[Slot, int] = {}
        for one in self.arranged.tracks:
            if label_of(one.edge):
                arriving[one.slots[-1]] = arriving.get(one.slots[-1], 0) + 1
        return {slot: self._height(slot, arriving.get(slot, 0)) for slot in self._number}

    def _height(self, slot: Slot, arriving: int) -> float:
        if isinstance(slot, tuple):
            return LANE
        text = TITLE_HEIGHT + len(self._nodes[slot].lines) * LINE_HEIGHT + PADDING / 2
        return max(text, arriving * PITCH + PADDING)

    @cached_property
    def _tops(self) -> dict[Slot, float]:
        """Where each place begins: near the middle of what it is linked to, in the order of its column."""
        return settled(self.arranged, self._heights)

    def _box(self, node: Node) -> Box:
        number, (title, lines) = self._number[node.id], box_text(node)
        place = (self._left[number], self._tops[node.id], self._widths[number], self._heights[node.id])
        return Box(node, *place, title, lines)

    @cached_property
    def _ports(self) -> dict[tuple[int, int], float]:
        """At which height each edge meets each of its places: (number of the track, of the place) to y."""
        sides: dict[tuple[Slot, bool], list[tuple[float, int, int]]] = {}
        for number, one in enumerate(self.arranged.tracks):
            last = len(one.slots) - 1
            for place, slot in ((0, one.slots[0]), (last, one.slots[-1])):
                towards = one.slots[1] if place == 0 else one.slots[-2]
                sides.setdefault((slot, place == 0), []).append((self._middle(towards), number, place))
        found = {}
        for (slot, _), ends in sides.items():
            for index, (_, number, place) in enumerate(sorted(ends)):
                found[number, place] = self._tops[slot] + self._heights[slot] * (index + 0.5) / len(ends)
        return found

    def _middle(self, slot: Slot) -> float:
        return self._tops[slot] + self._heights[slot] / 2

    def _wire(self, number: int, one: Track) -> Wire:
        last = len(one.slots) - 1
        points: list[tuple[float, float]] = []
        for place, slot in enumerate(one.slots):
            y = self._ports.get((number, place), self._middle(slot))
            column = self._number[slot]
            before, after = self._left[column], self._left[column] + self._widths[column]
            points += [(after, y)] if place == 0 else [(self._bend_end(column), y), (before, y)]
            points += [(after, y)] if 0 < place < last else []
        label = label_of(one.edge)
        x, y = points[-1]
        tip = points[0] if one.back else points[-1]
        at = (x - MARGIN - text_width(label, LABEL), y - 4)
        return Wire(one.edge, tuple(points), tip, not one.back, label, at)

    def _bend_end(self, column: int) -> float:
        """Return where edges to a column have bent: from there on they are straight, and have room for a label."""
        before = self._left[column]
        return before - min(self._gaps[column] - BEND, before) + MARGIN

    def _bows(self, boxes: Mapping[str, Box]) -> list[Wire]:
        """Return the edges within a column: out of the right border and back into it, labelled below the box."""
        found = []
        for edge in self.arranged.bows:
            start, end = boxes[edge.start], boxes[edge.end]
            x, first, last = start.x + start.width, start.y + start.height - 15, end.y + end.height - 5
            points = ((x, first), (x + BOW, (first + last) / 2), (x, last))
            label = label_of(edge)
            at = (max(start.x, x + BOW - text_width(label, LABEL)), start.y + start.height + 12)
            found.append(Wire(edge, points, (x, last), False, label, at))
        return found


def end_of_label(wire: Wire) -> float:
    """Return where a label ends."""
    return wire.label_at[0] + text_width(wire.label, LABEL)
