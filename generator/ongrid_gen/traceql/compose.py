"""Adds a condition to a query so that nothing of the query can get around it."""

from collections.abc import Iterator

from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.read import read
from ongrid_gen.traceql.tree import Field, Filter, Node, Pipeline, Spansets, children
from ongrid_gen.traceql.words import VERSIONS


def conjoin(query: str, condition: str, version: str = VERSIONS[0]) -> str:
    """Return a query of which every spanset also holds a condition: `{ (…) && (condition) }`.

    A pipeline that begins with no spanset gets one. TraceqlError when either of the two is wrong.
    """
    written, added = read(query, version), alone(condition, version)
    changes = sorted(additions(written.tree.search, f"({added})"), reverse=True)
    for at, more in changes:
        query = query[:at] + more + query[at:]
    return read(query, version).text


def alone(condition: str, version: str) -> str:
    """Return a condition without space and comments around it. TraceqlError when it is none, or more than one."""
    read_alone = read(f"{{ {condition}\n}}", version)
    search = read_alone.tree.search
    only = isinstance(search, Pipeline) and len(search.stages) == 1 and read_alone.tree.metrics is None
    first = search.stages[0] if isinstance(search, Pipeline) else search
    if not only or not isinstance(first, Filter) or first.condition is None or read_alone.tree.hints:
        raise TraceqlError("this is no single condition", 0, max(1, len(condition)))
    inside = read_alone.tokens[1:-1]
    return read_alone.text[inside[0].start : inside[-1].end]


def additions(node: Node, added: str) -> Iterator[tuple[int, str]]:
    """Yield what to write where."""
    if isinstance(node, Filter):
        yield from around(node, added)
    elif not isinstance(node, Field):
        if isinstance(node, Pipeline) and not isinstance(node.stages[0], (Filter, Spansets)):
            yield node.stages[0].start, f"{{ {added} }} | "
        for one in children(node):
            yield from additions(one, added)


def around(node: Filter, added: str) -> Iterator[tuple[int, str]]:
    """Yield what makes one spanset hold the condition too."""
    if node.condition is None:
        yield node.start + 1, f" {added}"
    else:
        yield node.start + 1, " ("
        yield node.end - 1, f") && {added} "
