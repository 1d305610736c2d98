"""Every small way to break a PromQL expression, found in its tokens and its operators, not in a list by hand.

`mutants_of` parses just enough of PromQL to know where each operator's operands begin and end. That the outcome is
PromQL is for promql-parser to say: what it refuses, or reads as the original, is no mutant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

import promql_parser

from ongrid_gen.units import format_duration, parse_duration, plain

STEP: Final = Decimal("0.05")  # by how much a number is moved
TOKEN: Final = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
      | (?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+(?![\w.]))
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<word>[A-Za-z_:][\w:]*)
      | (?P<op>=~|!~|==|!=|>=|<=|[-+*/%^<>=])
      | (?P<mark>[(){}\[\],:@])""",
    re.VERBOSE,
)
COMPARISONS: Final = {">": (">=", "<"), ">=": (">", "<"), "<": ("<=", ">"), "<=": ("<", ">"), "==": ("!=",),
                      "!=": ("==",)}  # fmt: skip
ARITHMETIC: Final = {"+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "^": ("*",)}
SETS: Final = {"and": ("or", "unless"), "or": ("and", "unless"), "unless": ("and", "or")}
OPERATORS: Final = {**COMPARISONS, **ARITHMETIC, **SETS}
BINDING: Final = {"or": 1, "and": 2, "unless": 2, **dict.fromkeys(COMPARISONS, 3), "+": 4, "-": 4, "*": 5, "/": 5,
                  "%": 5, "atan2": 5, "^": 6}  # fmt: skip
MATCHERS: Final = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
SWAPS: Final = {
    "sum": ("max", "avg"), "avg": ("max", "min"), "max": ("min", "avg"), "min": ("max", "avg"), "count": ("sum",),
    "rate": ("increase", "irate"), "increase": ("rate", "delta"), "irate": ("rate",), "delta": ("increase",),
    "deriv": ("delta",), "avg_over_time": ("max_over_time", "min_over_time"),
    "max_over_time": ("min_over_time", "avg_over_time"), "min_over_time": ("max_over_time", "avg_over_time"),
    "sum_over_time": ("avg_over_time", "max_over_time"), "count_over_time": ("sum_over_time",),
    "stddev_over_time": ("stdvar_over_time", "avg_over_time"), "last_over_time": ("max_over_time",),
    "absent": ("group",), "absent_over_time": ("present_over_time",),
}  # fmt: skip
DROPPED: Final = frozenset(
    {"abs", "absent", "round", "vector", "timestamp"}
)  # functions whose argument may stand alone
GROUPINGS: Final = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression and where it stands."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands: where they stand."""

    operator: Token
    left: tuple[int, int]
    right: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken expression: what was done, and to what. `original` is the fragment that was replaced."""

    what: str
    original: str
    fragment: str
    at: int
    text: str


def tokens_of(expr: str) -> list[Token]:
    """Return the tokens without space and comments. ValueError at what is not PromQL."""
    found, at = [], 0
    while at < len(expr):
        match = TOKEN.match(expr, at)
        if match is None:
            raise ValueError(f"cannot read PromQL at {expr[at : at + 20]!r}")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match.group(), at, match.end()))
        at = match.end()
    return found


class Reader:
    """Finds every binary operator with its operands, by precedence climbing."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.found: list[Binary] = []

    def peek(self) -> str:
        """Return the text of the next token, empty at the end."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def take(self) -> Token:
        """Return the next token and go on."""
        self.at += 1
        return self.tokens[self.at - 1]

    def expression(self, lowest: int = 1) -> tuple[int, int]:
        """Read an expression whose operators bind at least so tight; return where it stands."""
        left = self.operand()
        while BINDING.get(self.peek(), 0) >= lowest:
            operator = self.take()
            self.modifiers()
            tighter = BINDING[operator.text] + (operator.text != "^")
            right = self.expression(tighter)
            self.found.append(Binary(operator, left, right))
            left = (left[0], right[1])
        return left

    def operand(self) -> tuple[int, int]:
        """Read one operand: signs, an atom, and what may follow it."""
        first = self.take()
        if first.text in ("-", "+"):
            return first.start, self.expression(BINDING["^"])[1]
        if first.text == "(":
            self.arguments()
        elif first.kind == "word":
            self.call()
        if self.peek() == "{":
            self.skip("{", "}")
        self.suffixes()
        return first.start, self.tokens[self.at - 1].end

    def call(self) -> None:
        """Read what follows a function's or an aggregation's name; nothing follows a metric's."""
        if self.peek() in GROUPINGS:
            self.modifiers()
        if self.peek() == "(":
            self.take()
            self.arguments()
            if self.peek() in GROUPINGS:
                self.modifiers()

    def arguments(self) -> None:
        """Read what stands in brackets, after the opening one."""
        while self.peek() != ")":
            self.expression()
            if self.peek() == ",":
                self.take()
        self.take()

    def modifiers(self) -> None:
        """Read `bool`, `by (…)`, `on (…)`, `group_left (…)`."""
        while self.peek() in GROUPINGS or self.peek() == "bool":
            word = self.take()
            if word.text != "bool" and self.peek() == "(":
                self.skip("(", ")")

    def suffixes(self) -> None:
        """Read ranges, `offset` and `@`."""
        while self.peek() in ("[", "offset", "@"):
            if self.peek() == "[":
                self.skip("[", "]")
                continue
            self.take()
            while self.peek() in ("-", "+"):
                self.take()
            self.take()
            if self.peek() == "(":
                self.skip("(", ")")

    def skip(self, opening: str, closing: str) -> None:
        """Go past a pair of brackets."""
        del opening
        while self.take().text != closing:
            pass


def mutants_of(expr: str) -> list[Mutant]:
    """Return every distinct mutant that is PromQL and not the same expression."""
    tokens = tokens_of(expr)
    reader = Reader(tokens)
    reader.expression()
    edits = [*operators(expr, reader.found), *numbers(tokens), *strings(tokens), *durations(expr, tokens),
             *labels(expr, tokens), *functions(expr, tokens)]  # fmt: skip
    seen = {promql_parser.parse(expr).prettify()}
    found = []
    for what, start, end, fragment in edits:
        text = expr[:start] + fragment + expr[end:]
        try:
            same = promql_parser.parse(text).prettify()
        except ValueError:
            continue
        if same not in seen:
            seen.add(same)
            found.append(Mutant(what, expr[start:end], fragment, start, text))
    return found


Edit = tuple[str, int, int, str]  # what is done, from where to where, what is put there


def operators(expr: str, found: list[Binary]) -> Iterator[Edit]:
    """Yield other operators, and operands dropped."""
    for one in found:
        text, whole = one.operator.text, (one.left[0], one.right[1])
        left, right = expr[slice(*one.left)], expr[slice(*one.right)]
        for other in OPERATORS.get(text, ()):
            yield f"`{text} {short(right)}` is `{other}`", one.operator.start, one.operator.end, other
        yield f"`{text} {short(right)}` is gone", *whole, left
        if text in ARITHMETIC or text == "or":
            yield f"left of `{text} {short(right)}` is gone", *whole, right


def short(text: str) -> str:
    """Return the beginning of an operand, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 24 else f"{line[:23]}…"


def numbers(tokens: list[Token]) -> Iterator[Edit]:
    """Yield every number a little more and a little less; whole numbers by one at least, zero as one."""
    for token in tokens:
        if token.kind != "number":
            continue
        value = Decimal(token.text)
        step = abs(value) * STEP
        if value == value.to_integral_value():
            step = max(step.to_integral_value(ROUND_CEILING), Decimal(1))
        for other in (value + step, value - step) if value else (Decimal(1),):
            if other >= 0:
                yield f"{token.text} is {plain(other)}", token.start, token.end, plain(other)


def strings(tokens: list[Token]) -> Iterator[Edit]:
    """Yield other matchers, other values, and one alternative of a regular expression less."""
    for label, operator, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if operator.text not in MATCHERS or value.kind != "string" or label.kind not in ("word", "string"):
            continue
        other = MATCHERS[operator.text]
        yield f"`{operator.text}` is `{other}`", operator.start, operator.end, other
        quote, inner = value.text[0], value.text[1:-1]
        yield f"another {label.text}", value.start, value.end, f"{quote}{inner}x{quote}"
        alternatives = inner.split("|") if "~" in operator.text else []
        for place in range(len(alternatives)) if len(alternatives) > 1 else ():
            rest = "|".join(alternatives[:place] + alternatives[place + 1 :])
            yield f"{label.text} without `{alternatives[place]}`", value.start, value.end, f"{quote}{rest}{quote}"


def durations(expr: str, tokens: list[Token]) -> Iterator[Edit]:
    """Yield every range and offset twice and half as long, and every offset dropped."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind != "duration":
            continue
        seconds = parse_duration(token.text)
        for factor in (Decimal(2), Decimal("0.5")):
            other = format_duration((seconds * factor).quantize(Decimal("0.001")))
            yield f"{token.text} is {other}", token.start, token.end, other
        if before is not None and before.text == "offset":
            yield f"offset {token.text} is gone", before.start, token.end, ""


def labels(expr: str, tokens: list[Token]) -> Iterator[Edit]:
    """Yield every matcher and every grouping label dropped, and every grouping."""
    for place, token in enumerate(tokens):
        following = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if token.text == "{" or (token.text in GROUPINGS and following == "("):
            opening = place if token.text == "{" else place + 1
            closing = next(at for at in range(opening, len(tokens)) if tokens[at].text in ("}", ")"))
            items = split(tokens[opening + 1 : closing])
            inside = (tokens[opening].end, tokens[closing].start)
            for item in items:
                rest = ",".join(expr[one[0].start : one[-1].end] for one in items if one is not item)
                name = expr[item[0].start : item[-1].end]
                yield f"{'' if token.text == '{' else token.text + ' '}{name} is gone", *inside, rest
            if token.text != "{":
                yield f"{token.text} is gone", token.start, tokens[closing].end, ""


def split(tokens: list[Token]) -> list[list[Token]]:
    """Return what stands between commas."""
    items: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ",":
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]


def functions(expr: str, tokens: list[Token]) -> Iterator[Edit]:
    """Yield other functions and aggregations, and a function's argument without it."""
    for place, token in enumerate(tokens[:-1]):
        following = tokens[place + 1].text
        if token.kind != "word" or following not in ("(", *GROUPINGS):
            continue
        for other in SWAPS.get(token.text, ()):
            yield f"{token.text} is {other}", token.start, token.end, other
        if token.text in DROPPED and following == "(":
            yield f"{token.text} is gone", token.start, token.end, ""
