"""The critical path of a trace: at each moment the one span that all the others waited for.

From the end backwards: a span is waited for, except while the one of its children is that ended last before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ongrid_gen.tracequery.base import Span, Trace


@dataclass(frozen=True, slots=True)
class Piece:
    """A time in which a span was waited for, in nanoseconds since 1970."""

    span: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The spans of a trace as a tree; spans are numbers into `spans`. `roots` have no parent here, the first is main.

    `depths` are counted from a root. A span whose parent was never stored is a root too.
    """

    spans: tuple[Span, ...]
    roots: tuple[int, ...]
    children: Mapping[int, tuple[int, ...]]
    order: tuple[int, ...]
    depths: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Critical:
    """The critical path: its pieces in the order of time, and how long each span is on it (nanoseconds)."""

    tree: Tree
    pieces: tuple[Piece, ...]
    waited: Mapping[int, int]


def critical_path(trace: Trace) -> Critical:
    """Return the critical path of the main root, which is the one that took longest."""
    tree = tree_of(trace)
    pieces = tuple(sorted(pieces_of(tree), key=lambda piece: piece.start))
    waited: dict[int, int] = {}
    for piece in pieces:
        waited[piece.span] = waited.get(piece.span, 0) + piece.end - piece.start
    return Critical(tree, pieces, waited)


def pieces_of(tree: Tree) -> list[Piece]:
    """Return the pieces; together they are as long as the main root."""
    found: list[Piece] = []
    main = tree.spans[tree.roots[0]]
    left = [(tree.roots[0], main.start, main.end)]
    while left:
        number, start, end = left.pop()
        at = end
        for child in sorted(tree.children.get(number, ()), key=lambda one: -tree.spans[one].end):
            begun, ended = max(tree.spans[child].start, start), min(tree.spans[child].end, end)
            if begun < ended <= at:
                found.append(Piece(number, ended, at))
                left.append((child, begun, ended))
                at = begun
        found.append(Piece(number, start, at))
    return [piece for piece in found if piece.start < piece.end]


def tree_of(trace: Trace) -> Tree:
    """Return the spans as a tree, whatever is missing, doubled, or goes in circles."""
    spans, parents = trace.spans, without_circles(parents_of(trace))
    below: dict[int, list[int]] = {}
    for number, parent in sorted(parents.items(), key=lambda pair: (spans[pair[0]].start, pair[0])):
        below.setdefault(parent, []).append(number)
    roots = sorted((one for one in range(len(spans)) if one not in parents), key=lambda one: -spans[one].duration)
    children = {number: tuple(some) for number, some in below.items()}
    order, depths = walked(roots, children)
    return Tree(spans, tuple(roots), children, tuple(order), depths)


def parents_of(trace: Trace) -> dict[int, int]:
    """Return the parent of each span that has one here. Of two with one ID, as Zipkin has them, it is the caller."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, span in sorted(enumerate(trace.spans), key=lambda pair: pair[1].kind != "client"):
        first.setdefault(span.span_id, number)
        last[span.span_id] = number
    found = {}
    for number, span in enumerate(trace.spans):
        parent = first[span.span_id] if first[span.span_id] != number else last.get(span.parent_id)
        if parent is not None and parent != number:
            found[number] = parent
    return found


def without_circles(parents: dict[int, int]) -> dict[int, int]:
    """Return parents of which none is below its own child."""
    seen: set[int] = set()
    for number in list(parents):
        path, at = set(), number
        while at in parents and at not in seen:
            path.add(at)
            if parents[at] in path:
                del parents[at]
            else:
                at = parents[at]
        seen |= path
    return parents


def walked(roots: list[int], children: Mapping[int, tuple[int, ...]]) -> tuple[list[int], dict[int, int]]:
    """Return the spans below some roots as they are to be shown, and how deep each is."""
    order: list[int] = []
    depths: dict[int, int] = {}
    left = [(root, 0) for root in reversed(roots)]
    while left:
        number, depth = left.pop()
        order.append(number)
        depths[number] = depth
        left += [(child, depth + 1) for child in reversed(children.get(number, ()))]
    return order, depths
