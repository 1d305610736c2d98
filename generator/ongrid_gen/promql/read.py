"""Reads an expression, or says what is wrong with it and where.

Two things differ from the library: backquoted strings are raw, as in Prometheus, and what only works behind a feature
flag of Prometheus is refused.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, Final

from ongrid_gen.promql.tokens import OPENING, Token, bracketed, tokens, unmatched
from ongrid_gen.suggest import nearest
from ongrid_gen.text import Code, promql_string
from ongrid_gen.units import parse_duration

# What the library says when the grammar is broken; everything else is about types and names.
GRAMMAR: Final = re.compile(
    r"invalid promql|unexpected|unclosed|untermin|bad number|no expression|unknown escape|expected dur"
)
TYPES: Final = re.compile(r"expected type (\w+) in call to function '(\w+)', got (\w+)")
UNKNOWN: Final = re.compile(r"unknown function with name '(.*)'")
COUNT: Final = re.compile(r"expected (.*) argument\(s\) in call to '(\w+)', got (\d+)")
# What can stand after the beginning of a sound expression, so that brackets can be closed.
COMPLETIONS: Final = ("", " x", " (x)", " (a) (x)", " a) (x)", ' ="a"', ' "a"', " 5m", "[5m]", " (a) x", " x)")
# Functions and aggregations behind `--enable-feature=promql-experimental-functions` (Prometheus 3.5).
EXPERIMENTAL: Final = frozenset(
    {"double_exponential_smoothing", "first_over_time", "histogram_quantiles", "info", "limit_ratio", "limitk",
     "mad_over_time", "sort_by_label", "sort_by_label_desc", "ts_of_first_over_time", "ts_of_last_over_time",
     "ts_of_max_over_time", "ts_of_min_over_time", "start", "end", "range", "step"}
)  # fmt: skip
AGGREGATIONS: Final = (
    "avg", "bottomk", "count", "count_values", "group", "max", "min", "quantile", "stddev", "stdvar", "sum", "topk"
)  # fmt: skip
NAMES: Final = {"matrix": "a range such as `x[5m]`", "vector": "an instant vector", "scalar": "a number",
                "string": "a quoted text"}  # fmt: skip


class PromqlError(ValueError):
    """An expression that Prometheus would refuse: why, where in it (first character and end), and what mends it."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


@dataclass(frozen=True, slots=True)
class Written:
    """An expression that was read: its tree, its tokens, and the text they came from."""

    text: str
    tree: Any = field(repr=False)
    tokens: tuple[Token, ...] = field(repr=False)

    @property
    def code(self) -> Code:
        """The expression, written anew from its tree: nothing of it can reach beyond itself."""
        return Code(self.tree.prettify())

    @property
    def whole(self) -> tuple[int, int]:
        """Where the expression begins and ends in its text, without the space around it."""
        return whole(self.text, list(self.tokens))

    def place(self, text: str) -> tuple[int, int]:
        """Return where a word or the inside of a quoted text first stands, or the whole expression."""
        found = (
            (token.start, token.end)
            for token in self.tokens
            if (token.text[1:-1] if token.sort == "string" else token.text) == text
        )
        return next(found, self.whole)

    def place_of_range(self, seconds: Decimal) -> tuple[int, int]:
        """Return where a range of that length first stands, or the whole expression."""
        for before, token in pairwise(self.tokens):
            if before.text == "[" and token.sort == "number" and lasts(token.text) == seconds:
                return token.start, token.end
        return self.whole


def lasts(text: str) -> Decimal | None:
    """Return how many seconds a token says, if it is a duration."""
    try:
        return parse_duration(text)
    except ValueError:
        return None


@cache
def read(text: str) -> Written:
    """Return the expression. PromqlError when Prometheus would refuse it."""
    found = tokens(text)
    odd = next((token for token in found if token.sort in ("open", "odd")), None)
    if odd is not None:
        raise odd_token(odd)
    bracket, closing = unmatched(found)
    if bracket is not None:
        raise lonely(bracket, closing)
    try:
        tree = parse(joined(text, found))
    except ValueError as error:
        raise explained(text, found, str(error)) from None
    refuse_flagged(found)
    return Written(text, tree, tuple(found))


def parse(text: str) -> Any:
    """Return the library's tree. ValueError with its message when it refuses the text."""
    import promql_parser

    return promql_parser.parse(text)


def joined(text: str, found: list[Token]) -> str:
    """Return the expression with raw strings written in double quotes, which the library reads rightly."""
    parts, last = [], 0
    for token in found:
        if token.sort == "string" and token.text[0] == "`":
            parts += [text[last : token.start], promql_string(token.text[1:-1])]
            last = token.end
    return "".join([*parts, text[last:]])


def odd_token(token: Token) -> PromqlError:
    """Return the error of a quote that is never closed, or of a character that PromQL does not know."""
    if token.sort == "open":
        return PromqlError("this quote is never closed", token.start, token.start + 1, "close it")
    hint = "write `!=` for not equal" if token.text == "!" else "remove it"
    return PromqlError(f"`{token.text}` means nothing in PromQL", token.start, token.end, hint)


def lonely(bracket: Token, closing: list[str]) -> PromqlError:
    """Return the error of a bracket without its partner; `closing` is what would close those that are still open."""
    if bracket.text in OPENING:
        return PromqlError(f"`{bracket.text}` is never closed", bracket.start, bracket.end, "close it")
    if closing:
        message = f"`{bracket.text}` stands where `{closing[0]}` is needed first"
        return PromqlError(message, bracket.start, bracket.end, f"write `{closing[0]}` before it")
    return PromqlError(f"`{bracket.text}` closes nothing", bracket.start, bracket.end, "remove it")


def explained(text: str, found: list[Token], why: str) -> PromqlError:
    """Return the library's error with a place."""
    if not found:
        return PromqlError("it is empty", 0, max(1, len(text)), "write an expression")
    if GRAMMAR.search(why):
        return grammar(text, found)
    unknown, count, types = UNKNOWN.search(why), COUNT.search(why), TYPES.search(why)
    if unknown:
        return unknown_function(found, unknown[1])
    start, end = smallest(text, found, why)
    if count:
        return PromqlError(f"`{count[2]}` takes {count[1]} arguments, not {count[3]}", start, end)
    if types:
        wanted, given = (NAMES.get(types[number], types[number]) for number in (1, 3))
        hint = f"write `{types[2]}(…[5m])`" if types[1] == "matrix" else f"give it {wanted}"
        return PromqlError(f"`{types[2]}` takes {wanted}, not {given}", start, end, hint)
    if "must use BOOL" in why:
        return PromqlError("a comparison of two numbers gives no series", start, end, "compare a metric")
    return PromqlError(why, start, end)


def grammar(text: str, found: list[Token]) -> PromqlError:
    """Return the error of the first token after which nothing can make the expression sound."""
    low, high = 0, len(found)  # what `low` tokens say can be completed, what `high` say may not be
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if completes(text, found[:middle]) else (low, middle)
    if completes(text, found):
        last = found[-1]
        return PromqlError(f"it ends too early: something must follow `{last.text}`", last.start, last.end)
    token = found[high - 1]
    return PromqlError(f"`{token.text}` is not expected here", token.start, token.end)


def completes(text: str, found: list[Token]) -> bool:
    """Tell whether these tokens can be the beginning of a sound expression."""
    if not found:
        return True
    begun, (_, closing) = joined(text[: found[-1].end], found), unmatched(found)
    ends = ("".join(closing), "".join(closing) + "(x)")
    return any(sound(begun + more + end) for end in ends for more in COMPLETIONS)


def sound(text: str) -> bool:
    """Tell whether the grammar allows a text; its types may still be wrong."""
    try:
        parse(text)
    except ValueError as error:
        return not GRAMMAR.search(str(error))
    return True


def unknown_function(found: list[Token], name: str) -> PromqlError:
    """Return the error of a function that does not exist."""
    token = next((one for one, after in pairwise(found) if one.text == name and after.text == "("), found[0])
    near = nearest(name, FUNCTIONS)
    return PromqlError(f"there is no function `{name}`", token.start, token.end,
                       f"did you mean `{near}`?" if near else "")  # fmt: skip


def smallest(text: str, found: list[Token], why: str) -> tuple[int, int]:
    """Return the smallest piece in brackets that fails for the same reason, or all of it."""
    for first, last in bracketed(found):
        start, end = found[first].start, found[last].end
        try:
            parse(joined_piece(text, found, first, last))
        except ValueError as error:
            if str(error) == why:
                return start, end
    return whole(text, found)


def joined_piece(text: str, found: list[Token], first: int, last: int) -> str:
    """Return a piece of the expression as the library reads it."""
    start = found[first].start
    moved = [Token(one.sort, one.text, one.start - start, one.end - start) for one in found[first : last + 1]]
    return joined(text[start : found[last].end], moved)


def whole(text: str, found: list[Token]) -> tuple[int, int]:
    """Return where an expression begins and ends, without the space around it."""
    return (found[0].start, found[-1].end) if found else (0, max(1, len(text)))


def refuse_flagged(found: list[Token]) -> None:
    """Refuse what the library takes but Prometheus does not: functions behind a flag, and `or` between matchers."""
    depth = 0
    for token, after in zip(found, [*found[1:], None], strict=True):
        depth += {"{": 1, "}": -1}.get(token.text, 0) if token.sort == "sign" else 0
        if token.sort != "word" or after is None:
            continue
        if depth and token.text == "or":
            raise PromqlError("matchers cannot be joined by `or`", token.start, token.end, "write a regular expression")
        opens = after.text == "(" or (token.text.startswith("limit") and after.text in ("by", "without"))
        if not depth and opens and token.text in EXPERIMENTAL:
            message = f"`{token.text}` is experimental, and this Prometheus does not allow it"
            raise PromqlError(message, token.start, token.end)


FUNCTIONS: Final = (
    *AGGREGATIONS,
    "abs", "absent", "absent_over_time", "acos", "acosh", "asin", "asinh", "atan", "atanh", "avg_over_time", "ceil",
    "changes", "clamp", "clamp_max", "clamp_min", "cos", "cosh", "count_over_time", "day_of_month", "day_of_week",
    "day_of_year", "days_in_month", "deg", "delta", "deriv", "exp", "floor", "histogram_avg", "histogram_count",
    "histogram_fraction", "histogram_quantile", "histogram_stddev", "histogram_stdvar", "histogram_sum", "hour",
    "idelta", "increase", "irate", "label_join", "label_replace", "last_over_time", "ln", "log10", "log2",
    "max_over_time", "min_over_time", "minute", "month", "pi", "predict_linear", "present_over_time",
    "quantile_over_time", "rad", "rate", "resets", "round", "scalar", "sgn", "sin", "sinh", "sort", "sort_desc",
    "sqrt", "stddev_over_time", "stdvar_over_time", "sum_over_time", "tan", "tanh", "time", "timestamp", "vector",
    "year",
)  # fmt: skip
