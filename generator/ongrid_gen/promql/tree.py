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
COMPARISONS: Final = frozenset({">", ">=", "<", "<=", "==", "!="})


def top(node: Any) -> Any:
    """Return a node without the brackets around it."""
    return top(node.expr) if sort_of(node) == "ParenExpr" else node


def kept_labels(node: Any) -> frozenset[str] | None:
    """Return the only labels that a result can have; None when that is not plain."""
    node = top(node)
    sort = sort_of(node)
    if sort == "AggregateExpr" and str(node.op) not in ("topk", "bottomk", "limitk", "limit_ratio"):
        if node.modifier is None:
            return frozenset()
        by = str(node.modifier.type).endswith("By")
        return frozenset(node.modifier.labels) if by and str(node.op) != "count_values" else None
    if sort == "UnaryExpr":
        return kept_labels(node.expr)
    if sort == "BinaryExpr":
        return kept_by_operator(node)
    return None


def kept_by_operator(node: Any) -> frozenset[str] | None:
    """Return the only labels that the result of an operator can have."""
    left, right = kept_labels(node.lhs), kept_labels(node.rhs)
    if str(node.op) == "or":
        return left | right if left is not None and right is not None else None
    card = str(getattr(node.modifier, "card", ""))
    if card.endswith(("ManyToOne", "OneToMany")):
        return None
    return right if is_number(node.lhs) else left


def is_number(node: Any) -> bool:
    """Tell whether a node is a number, not series."""
    node = top(node)
    if sort_of(node) == "UnaryExpr":
        return is_number(node.expr)
    if sort_of(node) == "BinaryExpr":
        return is_number(node.lhs) and is_number(node.rhs)
    return sort_of(node) == "NumberLiteral" or (sort_of(node) == "Call" and node.func.name in ("scalar", "time", "pi"))
