"""What an expression gives when no series exists: worked out from its tree, where that is plain."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from ongrid_gen.promql.tree import selector_of, sort_of

ABSENT: Final = ("absent", "absent_over_time")
SAME_OF_ONE: Final = frozenset({"sum", "avg", "min", "max"})


class UnknownError(Exception):
    """It is not plain what the expression gives."""


def on_nothing(node: Any) -> float | None:
    """Return the value of the one result without labels, or None for no result. UnknownError when that is not plain."""
    sort = sort_of(node)
    if selector_of(node) is not None or sort == "SubqueryExpr":
        return None
    if sort == "NumberLiteral":
        return float(node.val)
    if sort == "ParenExpr":
        return on_nothing(node.expr)
    if sort == "UnaryExpr":
        value = on_nothing(node.expr)
        return None if value is None else -value
    if sort == "AggregateExpr":
        return aggregated(node)
    if sort == "Call":
        return called(node)
    if sort == "BinaryExpr":
        return combined(node)
    raise UnknownError


def aggregated(node: Any) -> float | None:
    """Return what an aggregation gives of nothing or of one number."""
    value = on_nothing(node.expr)
    if value is not None and str(node.op) not in SAME_OF_ONE:
        raise UnknownError
    return value


def called(node: Any) -> float | None:
    """Return what a function gives."""
    if node.func.name in ABSENT:
        if on_nothing(node.args[0]) is not None:
            raise UnknownError
        return 1.0
    if node.func.name == "vector":
        return on_nothing(node.args[0])
    vectors = [one for one in node.args if sort_of(one) not in ("NumberLiteral", "StringLiteral")]
    if not vectors or node.func.name == "scalar" or any(on_nothing(one) is not None for one in vectors):
        raise UnknownError
    return None


def combined(node: Any) -> float | None:
    """Return what an operator gives."""
    left, right, sign = on_nothing(node.lhs), on_nothing(node.rhs), str(node.op)
    if sign == "or":
        return right if left is None else left
    if sign == "unless":
        return None if right is not None else left
    if left is None or right is None:
        return None
    if sign == "and":
        return left
    if sign in COMPARISONS and node.modifier is None:
        return left if COMPARISONS[sign](left, right) else None
    if sign in ("+", "-", "*"):
        return ARITHMETIC[sign](left, right)
    raise UnknownError


COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
