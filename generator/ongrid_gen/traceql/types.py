"""What Tempo asks of the types of a query, beyond its grammar: the checks that its validation makes."""

from collections.abc import Mapping
from typing import Final

from ongrid_gen.suggest import listed
from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.regex import wrong_with
from ongrid_gen.traceql.tree import Aggregate, Attribute, Binary, Exists, Field, Intrinsic, Literal, Node, Unary, used
from ongrid_gen.traceql.words import COMPARISONS, KINDS, REGEX, STATUSES
from ongrid_gen.units import go_seconds

NUMERIC: Final = frozenset({"int", "float", "duration"})
ARITHMETIC: Final = ("+", "-", "*", "/", "%", "^")
JOINING: Final = ("&&", "||")
EQUALITY: Final = ("=", "!=")
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "boolean": (*JOINING, *EQUALITY),
    **dict.fromkeys(NUMERIC, (*ARITHMETIC, *COMPARISONS)),
    "string": (*COMPARISONS, *REGEX),
    **dict.fromkeys(("status", "kind", "nil"), EQUALITY),
}
THINGS: Final = {
    "boolean": "a condition", "int": "a number", "float": "a number", "duration": "a duration", "string": "text",
    "status": "a status", "kind": "a kind of span", "nil": "nil",
}  # fmt: skip
VALUES: Final = {"status": STATUSES, "kind": KINDS}


def joined(op: str, left: Field, right: Field) -> Binary:
    """Return two fields with an operator between them. TraceqlError when their types do not allow it."""
    start, end = left.start, right.end
    if not alike(left.type, right.type):
        said = f"`{op}` stands between {thing(left)} and {thing(right)}"
        raise TraceqlError(said, start, end, other_value(op, left, right))
    for one in (left, right):
        if one.type != "attribute" and op not in ALLOWED[one.type]:
            raise TraceqlError(not_allowed(op, one), start, end, other_value(op, left, right))
    if op in REGEX and isinstance(right, Literal) and (why := wrong_with(right.value)):
        raise TraceqlError(f"the regular expression is wrong: {why}", right.start, right.end)
    boolean = op not in ARITHMETIC
    kind = "boolean" if boolean else left.type if left.type != "attribute" else right.type
    return Binary(op=op, left=left, right=right, type=kind, start=start, end=end)


def alike(one: str, other: str) -> bool:
    """Tell whether two types can stand on both sides of an operator."""
    return one == other or bool({one, other} & {"attribute", "nil"}) or {one, other} <= NUMERIC


def thing(field: Field) -> str:
    """Return what a field is, in words."""
    if isinstance(field, Intrinsic):
        return f"`{field.text}`, which is {THINGS[field.type]},"
    return THINGS[field.type] if field.type != "attribute" else "an attribute"


def not_allowed(op: str, field: Field) -> str:
    """Return why an operator cannot have such a field beside it."""
    if op in JOINING:
        return f"`{op}` joins conditions, and {thing(field).rstrip(',')} is none".replace(", which is", ",")
    if field.type in VALUES:
        return f"{THINGS[field.type]} can only be compared by `=` and `!=`"
    return f"`{op}` cannot be used with {THINGS[field.type]}"


def other_value(op: str, left: Field, right: Field) -> str:
    """Return what is probably meant, if that is plain."""
    if op in JOINING and isinstance(right, Literal) and isinstance(left, (Binary, Exists)):
        return repeated(op, left, right)
    for field, value in ((left, right), (right, left)):
        if not isinstance(value, Literal):
            continue
        if field.type in VALUES and value.value.lower() in VALUES[field.type]:
            return f"write `{value.value.lower()}` without quotes"
        if field.type in VALUES:
            return f"write one of {listed(VALUES[field.type])}"
        if field.type == "duration" and value.type == "string":
            return (
                f"write `{value.value}` without quotes" if go_seconds(value.value) else "write a duration like `800ms`"
            )
        if field.type == "string" and value.type not in ("string", "boolean"):
            return f'write `"{value.text}"`'
        if field.type in NUMERIC and value.type == "string":
            return "write a number without quotes"
    return ""


def repeated(op: str, left: Field, value: Literal) -> str:
    """Return the whole comparison that `a = 1 || 2` leaves out."""
    last = left.right if isinstance(left, Binary) and left.op in JOINING else left
    if isinstance(last, Binary) and last.op in (*COMPARISONS, *REGEX):
        field = last.left
        if isinstance(field, (Attribute, Intrinsic)):
            name = field.text if isinstance(field, Intrinsic) else field.whole
            return f"write `{op} {name} {last.op} {value.text}`"
    return "write a whole condition on each side"


def signed(op: str, of: Field, start: int) -> Unary:
    """Return a field behind `-` or `!`. TraceqlError when its type does not allow that."""
    if of.type != "attribute" and of.type not in (NUMERIC if op == "-" else {"boolean"}):
        wanted = "a number" if op == "-" else "a condition"
        hint = "put the comparison in parentheses: `!(…)`" if op == "!" else ""
        raise TraceqlError(f"`{op}` needs {wanted}, not {thing(of).rstrip(',')}", start, of.end, hint)
    return Unary(op=op, of=of, type=of.type, start=start, end=of.end)


def exists(op: str, of: Field, start: int, end: int) -> Exists:
    """Return a comparison with `nil`. TraceqlError for what every span has."""
    always = of.text if isinstance(of, Intrinsic) else of.whole if isinstance(of, Attribute) else ""
    if op == "=" and (isinstance(of, Intrinsic) or always == "resource.service.name"):
        raise TraceqlError(f"`{always}` is never nil: every span has it", start, end, "leave this condition out")
    return Exists(op=op, of=of, type="boolean", start=start, end=end)


def condition(field: Field) -> Field:
    """Return what stands in braces. TraceqlError when it is no condition."""
    if field.type not in ("attribute", "boolean"):
        what = thing(field).rstrip(",")
        hint = f"compare it: `{field.text} = …`" if isinstance(field, Intrinsic) else "compare something with it"
        raise TraceqlError(f"a condition is needed here, not {what}", field.start, field.end, hint)
    return field


def aggregated(name: str, of: Field, start: int, end: int) -> Aggregate:
    """Return an aggregate of a field. TraceqlError when that is no number, or the same for every span."""
    if of.type != "attribute" and of.type not in NUMERIC:
        raise TraceqlError(f"`{name}` needs a number, not {thing(of).rstrip(',')}", of.start, of.end)
    return Aggregate(name=name, of=of_span(of, f"`{name}`"), type=of.type, start=start, end=end)


def of_span(field: Field, who: str) -> Field:
    """Return a field. TraceqlError when it says nothing of the span."""
    if not used(field):
        raise TraceqlError(f"{who} needs something of the span, and this is the same for all", field.start, field.end,
                           "name an attribute or an intrinsic")  # fmt: skip
    return field


def known(field: Field) -> Field:
    """Return a field that a condition can use. TraceqlError for the parent's, which Tempo cannot look at yet."""
    parent = isinstance(field, Intrinsic) and field.name == "parent"
    if parent or (isinstance(field, Attribute) and field.scope.startswith("parent")):
        raise TraceqlError("Tempo cannot look at the parent of a span yet", field.start, field.end,
                           "relate two spansets: `{ …parent… } > { …child… }`")  # fmt: skip
    return field


def place(node: Node) -> tuple[int, int]:
    """Return where a part stands."""
    return node.start, node.end
