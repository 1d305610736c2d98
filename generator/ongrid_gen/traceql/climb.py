"""Rows of operands and operators, grouped by how tightly the operators bind."""

from collections.abc import Callable
from typing import Any, TypeVar

from ongrid_gen.traceql import types
from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.tree import Field, Literal
from ongrid_gen.traceql.words import BINDS

T = TypeVar("T")
UNARY = ("MINUS", "NOT")


def grouped(row: list[Any], join: Callable[[str, T, T], T], floor: int = 0) -> T:
    """Return a row as one part; `row` is emptied. Operators that bind no tighter than `floor` are left in it."""
    left: T = row.pop(0)
    while row and BINDS[row[0].value] > floor:
        op = row.pop(0).value
        left = join(op, left, grouped(row, join, above(op)))
    return left


def above(op: str) -> int:
    """Return how tightly what stands behind an operator must bind to belong to it: `^` groups from the right."""
    return BINDS[op] - (op == "^")


def field(row: list[Any], floor: int = 0) -> Field:
    """Return a row of fields as one: `-`, `!` and `nil` may stand in it. `row` is emptied as far as it belongs."""
    left = operand(row)
    while row and BINDS[row[0].value] > floor:
        op = row.pop(0)
        if op.type == "EQUAL" and is_nil(row):
            left = types.exists(op.value, left, left.start, row.pop(0).end_pos)
        else:
            left = types.joined(op.value, left, field(row, above(op.value)))
    return left


def operand(row: list[Any]) -> Field:
    """Return the first field of a row, with what stands before it."""
    if is_nil(row):
        return compared_nil(row)
    first = row.pop(0)
    if getattr(first, "type", "") in UNARY and not isinstance(first, Field):
        return types.signed(first.value, field(row, BINDS[first.value]), first.start_pos)
    found: Field = types.known(first)
    return found


def compared_nil(row: list[Any]) -> Field:
    """Return a comparison that begins with `nil`. TraceqlError when none does."""
    nil = row.pop(0)
    if not row or row[0].type != "EQUAL":
        raise TraceqlError("`nil` can only be compared by `=` and `!=`", nil.start_pos, nil.end_pos)
    op = row.pop(0)
    if is_nil(row):
        return Literal(text="false", type="boolean", start=nil.start_pos, end=row.pop(0).end_pos)
    of = field(row, BINDS[op.value])
    return types.exists(op.value, of, nil.start_pos, of.end)


def is_nil(row: list[Any]) -> bool:
    """Tell whether the next of a row is `nil`."""
    return bool(row) and not isinstance(row[0], Field) and row[0].type == "NIL"
