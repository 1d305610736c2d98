"""The series that rules read: which metric, which labels, which bucket bounds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ongrid_gen.conventions import CLIENT, SERVER, SERVICE, SERVICE_NAME, SLO, SPAN_KIND, SPAN_NAME
from ongrid_gen.graph.model import Node, Sort
from ongrid_gen.graph.words import few, listed
from ongrid_gen.promql import Selector, Written

# What tells one service's series from another's is named first, what all have last.
FIRST: Final = (SERVICE_NAME, SERVICE, CLIENT, SERVER, SLO, "job", SPAN_NAME, "le")
LAST: Final = (SPAN_KIND,)
LINES: Final = 4
VALUES: Final = 3


@dataclass(frozen=True)
class Read:
    """A selector, and the expression that it stands in."""

    selector: Selector
    written: Written


def bundled(read: Sequence[Read], origins: Callable[[Selector], Sequence[str]], most: int) -> list[list[Read]]:
    """Return what is read as boxes: one for each metric, or for all of one origin if they are more than so many."""
    found: dict[tuple[str, ...], dict[str | None, list[Read]]] = {}
    for one in read:
        metrics = found.setdefault(tuple(origins(one.selector)), {})
        metrics.setdefault(one.selector.metric, []).append(one)
    boxes = []
    for metrics in found.values():
        of_each = list(metrics.values())
        boxes += of_each if len(of_each) <= most else [[one for each in of_each for one in each]]
    return boxes


def node(read: Sequence[Read], origins: Sequence[str], *, whole: bool) -> Node:
    """Return the box of a metric with its labels, or of several metrics. What is alike is the same box."""
    metrics = list(dict.fromkeys(one.selector.metric or "metrics of a pattern" for one in read))
    labels = labels_of(read)
    note = "\n".join((*metrics, *labels))
    name = f"series:{','.join(origins)}:{note}".replace("\n", " ")
    if len(metrics) == 1:
        return Node(name, Sort.SERIES, metrics[0], tuple(labels if whole else listed(labels, LINES)), note)
    return Node(name, Sort.SERIES, f"{len(metrics)} metrics", tuple(listed(metrics, LINES - 1)), note)


def labels_of(read: Sequence[Read]) -> list[str]:
    """Return which labels are asked for, each with all its values; those that matter most first."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in read:
        for label, sign, value in one.selector.matchers:
            found.setdefault((label, sign), {})[value] = None
    ordered = sorted(found.items(), key=weight)
    return [f"{label} {sign} {few(sorted(values, key=size), VALUES)}" for (label, sign), values in ordered]


def weight(entry: tuple[tuple[str, str], dict[str, None]]) -> tuple[int, str, str]:
    """Return where a label stands among others."""
    label, sign = entry[0]
    if label in LAST:
        return len(FIRST) + 1, label, sign
    return FIRST.index(label) if label in FIRST else len(FIRST), label, sign


def size(value: str) -> tuple[float, str]:
    """Return where a value stands among others: numbers by their size, before what is none."""
    try:
        return float(value), value
    except ValueError:
        return float("inf"), value
