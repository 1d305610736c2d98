"""PromQL cut into tokens that know where they stand. The parser itself does not say where an error is."""

import re
from dataclasses import dataclass
from typing import Final

OPENING: Final = {"(": ")", "[": "]", "{": "}"}
TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
    | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
    | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:ms|[ywdhms]))+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<sign>==|!=|=~|!~|<=|>=|[-+*/%^<>=(){}\[\],:@])
    | (?P<open>["'`][^\n]*)
    | (?P<odd>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: what sort of piece, its text, and where it begins and ends, in characters."""

    sort: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens of an expression, without spaces and comments."""
    return [
        Token(str(match.lastgroup), match[0], match.start(), match.end())
        for match in TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def unmatched(found: list[Token]) -> tuple[Token | None, list[str]]:
    """Return the first bracket that has no partner, if one has none, and what would close those still open."""
    opened: list[Token] = []
    for token in found:
        if token.sort != "sign":
            continue
        if token.text in OPENING:
            opened.append(token)
        elif token.text in OPENING.values():
            if not opened or OPENING[opened[-1].text] != token.text:
                return token, [OPENING[one.text] for one in reversed(opened)]
            opened.pop()
    return (opened[-1] if opened else None), [OPENING[token.text] for token in reversed(opened)]


def bracketed(found: list[Token]) -> list[tuple[int, int]]:
    """Return the pieces in brackets, each with the words before it that make it a call or an aggregation, as first and
    last token; the inner before the outer."""
    pieces: list[tuple[int, int]] = []
    opened: list[int] = []
    for index, token in enumerate(found):
        if token.sort == "sign" and token.text == "(":
            opened.append(index)
        elif token.sort == "sign" and token.text == ")" and opened:
            pieces.append((called_from(found, opened.pop()), index))
    return pieces


def called_from(found: list[Token], bracket: int) -> int:
    """Return the first token of what an opening bracket belongs to: `sum by (a) (`, `rate(`, or the bracket itself."""
    before = bracket - 1
    if before >= 0 and found[before].sort == "word" and found[before].text.lower() not in NOT_CALLED:
        return before
    if before >= 0 and found[before].text == ")":
        opening = next((at for at in range(before, -1, -1) if found[at].text == "("), bracket)
        if opening >= 2 and found[opening - 1].text.lower() in ("by", "without"):
            return opening - 2
    return bracket


NOT_CALLED: Final = frozenset(
    {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "atan2"}
)
