"""OG046: an expression of one's own compares something, so that it can be quiet."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.alerts import metric_raw
from ongrid_gen.alerts.expressions import sound_expressions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.promql import sort_of, top
from ongrid_gen.promql.tree import COMPARISONS

CODE: Final = "OG046"
NO_VECTOR: Final = ("MatrixSelector", "SubqueryExpr", "StringLiteral", "NumberLiteral")  # of these, OG045 speaks
ABSENT: Final = ("absent", "absent_over_time")


def check(site: Site) -> Iterator[Problem]:
    """A rule fires while its expression has a result, whatever its value: without a comparison it always does."""
    for expression in sound_expressions(site):
        if expression.alert.kind != metric_raw.KIND:
            continue
        tree = top(expression.written.tree)
        if sort_of(tree) == "BinaryExpr" and is_bool(tree):
            yield Problem(
                code=CODE,
                path=expression.path,
                message=f"{expression.who}: with `bool` a comparison gives 0 or 1, and 0 fires too",
                hint="remove `bool`",
                within=expression.written.place("bool"),
            )
        elif sort_of(tree) not in NO_VECTOR and not filters(tree):
            yield Problem(
                code=CODE,
                path=expression.path,
                message=f"{expression.who}: it compares nothing, so it fires as long as there are series",
                hint="compare it, as in `… > 0`, or put `absent(…)` around it",
                within=expression.written.whole,
            )


def is_bool(node: Any) -> bool:
    """Tell whether a comparison gives 0 or 1 instead of leaving out."""
    return node.modifier is not None and bool(node.modifier.return_bool)


def filters(node: Any) -> bool:
    """Tell whether a node can leave out series because of what they are now."""
    node = top(node)
    sort = sort_of(node)
    if sort == "Call":
        return node.func.name in ABSENT
    if sort == "AggregateExpr":
        return filters(node.expr)
    if sort != "BinaryExpr":
        return False
    sign = str(node.op)
    if sign in COMPARISONS:
        return not is_bool(node)
    left, right = filters(node.lhs), filters(node.rhs)
    return {"and": left or right, "or": left and right, "unless": left}.get(sign, False)
