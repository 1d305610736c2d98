"""What the rest of the program asks of an expression's tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

NAME: Final = "__name__"


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector: the metric (None if it is not one name for certain) and its matchers as (label, operator, value)."""

    metric: str | None
    matchers: tuple[tuple[str, str, str], ...]


def sort_of(node: Any) -> str:
    """Return what a node is: the name of its class."""
    return type(node).__name__


def children(node: Any) -> list[Any]:
    """Return what stands directly below a node."""
    below = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "param")]
    args = getattr(node, "args", None)
    return [one for one in [*below, *(args if isinstance(args, list) else [])] if one is not None]


def walk(node: Any) -> Iterator[Any]:
    """Yield a node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def calls(node: Any) -> Iterator[Any]:
    """Yield every call of a function."""
    return (one for one in walk(node) if sort_of(one) == "Call")


def selector_of(node: Any) -> Selector | None:
    """Return the selector that a node is, with or without a range."""
    found = getattr(node, "vector_selector", node)
    if sort_of(found) != "VectorSelector":
        return None
    matchers = tuple((one.name, OPERATORS[str(one.op)], one.value) for one in found.matchers.matchers)
    named = next((value for name, operator, value in matchers if name == NAME and operator == "="), None)
    return Selector(found.name or named, tuple(one for one in matchers if one[0] != NAME))


def selectors(node: Any) -> Iterator[Selector]:
    """Yield every selector of an expression."""
    return (found for one in walk(node) if (found := selector_of(one)) is not None)


def ranges(node: Any) -> Iterator[tuple[Any, Decimal, Decimal]]:
    """Yield every range: its node, how long it is, and how far back it reaches with its offset, in seconds."""
    for one in walk(node):
        if sort_of(one) in ("MatrixSelector", "SubqueryExpr"):
            length = seconds(one.range)
            yield one, length, length + seconds(getattr(getattr(one, "vector_selector", one), "offset", None))


def seconds(length: timedelta | None) -> Decimal:
    """Return a length of time in seconds; an offset into the future reaches back not at all."""
    return max(Decimal(0), Decimal(str(length.total_seconds()))) if length is not None else Decimal(0)


OPERATORS: Final = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
