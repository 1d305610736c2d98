"""What a query is made of. Every part knows where it stands in the text: its first character and its end."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from ongrid_gen.traceql.words import COMPARISONS, REGEX


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a query."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """What conditions are made of; `type` is that of its value, `attribute` when only the span knows."""

    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Field):
    """A value: its text as it is written, and the value of a string."""

    text: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Field):
    """An attribute: its scope (`span`, `parent.span` …, or empty for any) and its name without quotes."""

    scope: str
    name: str

    @property
    def whole(self) -> str:
        """The scope and the name."""
        return f"{self.scope}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intrinsic(Field):
    """What every span has: `name` is the shorter of two names of the same thing, `text` the one that is written."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Field):
    """`-` or `!` before a field."""

    op: str
    of: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Field):
    """Two fields and the operator between them."""

    op: str
    left: Field
    right: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(Field):
    """A comparison with `nil`: `op` is `!=` where the field must be there, `=` where it must not."""

    op: str
    of: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Node):
    """Braces: a spanset. Without a condition it is every span."""

    condition: Field | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spansets(Node):
    """Two spansets, or pipelines in parentheses, and how they are related."""

    op: str
    left: "Filter | Spansets | Pipeline"
    right: "Filter | Spansets | Pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Field):
    """`count()`, or `avg`, `max`, `min` or `sum` of a field."""

    name: str
    of: Field | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Node):
    """A stage that keeps the spansets whose aggregate compares so."""

    op: str
    left: Field
    right: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """`by(…)`."""

    by: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Coalesce(Node):
    """`coalesce()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    """`select(…)`."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Node):
    """Stages, each working on what the one before it left."""

    stages: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics(Node):
    """What makes series of spans: a function, what it is of, its numbers (quantiles), what it groups by."""

    name: str
    of: Field | Filter | None = None
    numbers: tuple[Literal, ...] = ()
    by: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Best(Node):
    """`topk` or `bottomk` of series."""

    name: str
    limit: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Node):
    """A comparison that series are held to (Tempo 3.0)."""

    op: str
    than: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint(Node):
    """One hint of `with(…)`."""

    name: str
    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Node):
    """A whole query: pipelines, then what makes series of them."""

    search: Pipeline | Spansets
    metrics: Metrics | None = None
    second: tuple[Best | Kept, ...] = ()
    hints: tuple[Hint, ...] = ()


def children(node: Node) -> Iterator[Node]:
    """Yield the parts that a part is made of, in the order of the text."""
    for one in fields(node):
        value: Any = getattr(node, one.name)
        yield from (part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Node))


def walk(node: Node) -> Iterator[Node]:
    """Yield a part and everything in it, in the order of the text."""
    left = [node]
    while left:
        one = left.pop()
        yield one
        left += reversed(list(children(one)))


def used(node: Node) -> list[Attribute | Intrinsic]:
    """Return every attribute and intrinsic that is named, in the order of the text."""
    return [one for one in walk(node) if isinstance(one, (Attribute, Intrinsic))]


def comparisons(node: Node) -> list[Binary]:
    """Return every comparison of fields, with regular expressions too."""
    return [one for one in walk(node) if isinstance(one, Binary) and one.op in (*COMPARISONS, *REGEX)]


def filters(node: Node) -> list[Filter]:
    """Return every spanset, in the order of the text."""
    return [one for one in walk(node) if isinstance(one, Filter)]
