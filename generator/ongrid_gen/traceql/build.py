"""Makes the parts of a query out of what the parser finds: a method for each rule of the grammar, called bottom-up."""

import re
from dataclasses import replace
from typing import Any, Final, TypedDict

from ongrid_gen.traceql import climb, types
from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.tree import (
    Aggregate,
    Attribute,
    Best,
    Binary,
    Coalesce,
    Compared,
    Field,
    Filter,
    Group,
    Hint,
    Intrinsic,
    Kept,
    Literal,
    Metrics,
    Node,
    Pipeline,
    Query,
    Select,
    Spansets,
)
from ongrid_gen.traceql.words import INTRINSICS, NUMBERS, SAME, SCOPES

QUOTED: Final = re.compile(r'"((?:\\.|[^"\\])*)"')
ESCAPE: Final = re.compile(r"\\(x..|u.{4}|U.{8}|[0-7]{3}|.)", re.DOTALL)
PLAIN: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
TYPES: Final = {"STRING": "string", "INTEGER": "int", "FLOAT": "float", "DURATION": "duration", "BOOL": "boolean",
                "STATUS": "status", "KIND": "kind"}  # fmt: skip
# How many labels series can be grouped by; those that need one for themselves have one less.
LABELS: Final = 5
WITH_OWN_LABEL: Final = ("quantile_over_time", "histogram_over_time", "avg_over_time")
Found = list[Any]


class Place(TypedDict):
    """Where a part begins and ends."""

    start: int
    end: int


def between(found: Found) -> Place:
    """Return where what was found begins and ends."""
    first, last = found[0], found[-1]
    return {
        "start": first.start if isinstance(first, Node) else first.start_pos,
        "end": last.end if isinstance(last, Node) else last.end_pos,
    }


def parts(found: Found) -> Found:
    """Return what is no token."""
    return [one for one in found if isinstance(one, Node)]


def unquoted(text: str) -> str:
    """Return what a string says."""
    if text[0] == "`":
        return text[1:-1].replace("\r", "")
    return ESCAPE.sub(unescaped, text[1:-1])


def unescaped(match: re.Match[str]) -> str:
    """Return the character of an escape."""
    code = match[1]
    if len(code) == 1:
        return PLAIN.get(code, code)
    return chr(int(code, 8)) if code[0].isdigit() else chr(int(code[1:], 16))


class Build:
    """The rules of the grammar. A row of operators is grouped as soon as it is complete."""

    def start(self, found: Found) -> Query:
        """A whole query."""
        query: Query = found[0]
        hints: list[list[Hint]] = found[1:]
        every = tuple(hint for some in hints for hint in some)
        end = every[-1].end + 1 if every else query.end
        return replace(query, hints=every, end=end)

    def search(self, found: Found) -> Query:
        """A query without metrics."""
        return Query(search=found[0], **between(found))

    def metrics_query(self, found: Found) -> Query:
        """A query that makes series."""
        first, metrics, *second = parts(found)
        search = first if isinstance(first, Pipeline) else self.pipeline([first])
        if metrics.name == "compare" and second:
            raise TraceqlError("nothing can follow `compare(…)`", second[0].start, second[0].end, "remove it")
        return Query(search=search, metrics=metrics, second=tuple(second), **between(found))

    def pipeline(self, found: Found) -> Pipeline:
        """Stages, or one spanset."""
        only: Pipeline | Filter | Spansets = found[0]
        return only if isinstance(only, Pipeline) else Pipeline(stages=(only,), **between(found))

    def staged(self, found: Found) -> Pipeline:
        """Stages, one more than before."""
        stages: list[Node] = []
        for one in parts(found):
            stages += one.stages if isinstance(one, Pipeline) else [one]
        return Pipeline(stages=tuple(stages), **between(found))

    def spansets(self, found: Found) -> Node:
        """Spansets and how they are related."""
        whole: Node = climb.grouped(found, self.related)
        return whole

    combined = spansets

    def related(self, op: str, left: Any, right: Any) -> Spansets:
        """Two of them."""
        return Spansets(op=op, left=left, right=right, start=left.start, end=right.end)

    def in_parentheses(self, found: Found) -> Node:
        """What stands in parentheses, with them; only a spanset stays where its braces are."""
        inside: Node = found[1]
        return inside if isinstance(inside, Filter) else replace(inside, **between(found))

    wrapped = further = in_parentheses

    def filter(self, found: Found) -> Filter:
        """A spanset."""
        inside = parts(found)
        return Filter(condition=types.condition(inside[0]) if inside else None, **between(found))

    def pipe_aggregate(self, found: Found) -> Aggregate:
        """An aggregate of a pipeline."""
        inside: Aggregate = parts(found)[-1]
        return replace(inside, **between(found))

    def of_pipelines(self, found: Found) -> None:
        """Comparing a pipeline's aggregate is in the grammar of Tempo, but it refuses to do it."""
        raise TraceqlError("Tempo cannot compare the aggregate of a pipeline in parentheses yet", **between(found),
                           hint="compare inside the pipeline: `… | count() > 1`")  # fmt: skip

    def group(self, found: Found) -> Group:
        """`by(…)`."""
        return Group(by=types.of_span(found[2], "`by`"), **between(found))

    def coalesce(self, found: Found) -> Coalesce:
        """`coalesce()`."""
        return Coalesce(**between(found))

    def select(self, found: Found) -> Select:
        """`select(…)`."""
        return Select(fields=tuple(map(types.known, found[2])), **between(found))

    def compared(self, found: Found) -> Compared:
        """A comparison of an aggregate with a number; Tempo cannot do any other yet."""
        left, op, right = found
        if isinstance(right, Literal) and isinstance(left, Aggregate):
            return Compared(op=op.value, left=left, right=right, **between(found))
        turned = isinstance(left, Literal) and isinstance(right, Aggregate)
        hint = "write the aggregate first" if turned else "write it like `avg(duration) > 500ms`"
        raise TraceqlError("Tempo can only compare an aggregate with a number", **between(found), hint=hint)

    def scalar(self, found: Found) -> Field:
        """Arithmetic of aggregates and numbers."""
        return climb.grouped(found, self.reckoned)

    piped = scalar

    def reckoned(self, op: str, left: Field, right: Field) -> Binary:
        """Two of them."""
        return Binary(op=op, left=left, right=right, type=left.type, start=left.start, end=right.end)

    def signed(self, found: Found) -> Literal:
        """A number, with a sign or without."""
        return Literal(text="".join(one.value for one in found), type=TYPES[found[-1].type], **between(found))

    def aggregate(self, found: Found) -> Aggregate:
        """`count()` and its like."""
        inside = parts(found)
        if inside:
            return types.aggregated(found[0].value, inside[0], **between(found))
        return Aggregate(name=found[0].value, of=None, type="int", **between(found))

    def rate(self, found: Found) -> Metrics:
        """`rate()` and `count_over_time()`."""
        return self.over_time(found)

    def over_time(self, found: Found) -> Metrics:
        """A function of an attribute, its numbers, and what it groups by."""
        by = tuple(found[-1]) if isinstance(found[-1], list) else ()
        of = next((one for one in found if isinstance(one, Field)), None)
        numbers = tuple(self.literal([one]) for one in found[3:] if getattr(one, "type", "") in ("INTEGER", "FLOAT"))
        name, most = found[0].value, LABELS - (found[0].value in WITH_OWN_LABEL)
        if len(by) > most:
            raise TraceqlError(f"`{name}` can group by at most {most} fields", by[0].start, by[-1].end)
        for one in numbers:
            if not 0 <= float(one.text) <= 1:
                raise TraceqlError("a quantile lies between 0 and 1", one.start, one.end, "p99 is `0.99`")
        end = by[-1].end + 1 if by else between(found)["end"]
        return Metrics(name=name, of=of, numbers=numbers, by=by, start=found[0].start_pos, end=end)

    def grouped(self, found: Found) -> list[Field]:
        """What metrics are grouped by."""
        by: list[Field] = found[2]
        return by

    def compare(self, found: Found) -> Metrics:
        """`compare({…}, top, start, end)`."""
        numbers = tuple(self.literal([one]) for one in found if getattr(one, "type", "") == "INTEGER")
        for one in numbers[:1]:
            if int(one.text) < 1:
                raise TraceqlError("`compare` shows at least 1 value", one.start, one.end, "write `10`")
        if numbers[1:]:
            start, end = (int(one.text) for one in numbers[1:])
            if (start or end) and not 0 < start < end:
                raise TraceqlError("the end must be after the start, both in nanoseconds since 1970",
                                   numbers[1].start, numbers[2].end)  # fmt: skip
        return Metrics(name="compare", of=found[2], numbers=numbers, **between(found))

    def best(self, found: Found) -> Best:
        """`topk(…)` or `bottomk(…)`."""
        limit = self.literal([found[3]])
        if int(limit.text) < 1:
            raise TraceqlError(f"`{found[1].value}` needs at least 1", limit.start, limit.end)
        return Best(name=found[1].value, limit=limit, **between(found[1:]))

    def kept(self, found: Found) -> Kept:
        """A comparison of series."""
        return Kept(op=found[0].value, than=found[1], **between(found))

    def hints(self, found: Found) -> list[Hint]:
        """`with(…)`."""
        return parts(found)

    def hint(self, found: Found) -> Hint:
        """One of them."""
        return Hint(name=found[0].value, value=found[2], **between(found))

    def field(self, found: Found) -> Field:
        """A condition, or a part of one: operands and operators."""
        row = [one for some in found for one in (some if isinstance(some, list) else [some])]
        return climb.field(row)

    def operand(self, found: Found) -> Found:
        """What is one operand, with the signs before it."""
        return list(found)

    def attributes(self, found: Found) -> list[Field]:
        """Attributes and intrinsics."""
        return parts(found)

    def attribute(self, found: Found) -> Attribute | Intrinsic:
        """One of them."""
        text, place = found[0].value, between(found)
        if found[0].type == "INTRINSIC":
            name = "".join(text.split())
            return Intrinsic(name=SAME.get(name, name), text=name, type=INTRINSICS[name], **place)
        scope, name = split(text)
        return Attribute(scope=scope, name=QUOTED.sub(lambda one: ESCAPE.sub(r"\1", one[1]), name), type="attribute",
                         **place)  # fmt: skip

    def literal(self, found: Found) -> Literal:
        """A value."""
        text, sort = found[0].value, found[0].type
        value = unquoted(text) if sort == "STRING" else ""
        kind = TYPES[sort] if sort != "WORD" else "int" if text in NUMBERS else "attribute"
        return Literal(text=text, value=value, type=kind, **between(found))


def split(text: str) -> tuple[str, str]:
    """Return the scope of an attribute, and its name as it is written."""
    for scope in ("parent.span", "parent.resource", "parent", *SCOPES, ""):
        if text.startswith(f"{scope}."):
            return scope, text[len(scope) + 1 :]
    raise ValueError(text)
