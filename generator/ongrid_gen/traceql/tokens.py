"""TraceQL cut into tokens that know where they stand, as Tempo's lexer cuts it."""

import re
from dataclasses import dataclass
from typing import Final

from ongrid_gen.traceql.words import INTRINSICS, SCOPES, SIGNS, TERMINALS
from ongrid_gen.units import go_seconds

OPENING: Final = {"(": ")", "{": "}"}
# What ends the name of an attribute. A part in quotes may hold anything.
SPACE: Final = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
NAME: Final = rf'(?:"(?:\\["\\]|[^"\\])*"|[^{SPACE}{{}}()=~!<>&|^,"\0])+'
PARENT: Final = r"parent\.(?:(?:span|resource)\.|(?!(?:span|resource)\.))"
ATTRIBUTE: Final = rf"(?:{PARENT}|(?:{'|'.join(SCOPES)})\.|\.(?!\d)){NAME}"
UNICODE: Final = r"u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}"
ESCAPE: Final = rf"\\(?:[abfnrtv\\\"]|[0-3][0-7]{{2}}|x[0-9a-fA-F]{{2}}|{UNICODE})"
TOKEN: Final = re.compile(
    rf"""
    (?P<space>[ \t\r\n]+|//[^\n\0]*|/\*[^\0]*?\*/)
    | (?P<STRING>"(?:{ESCAPE}|[^"\\\n\0])*"|`[^`\0]*`)
    | (?P<ATTRIBUTE>{ATTRIBUTE})
    | (?P<scoped>(?:trace|span|event|link|instrumentation):[ \t\r\n]*\w+)
    | (?P<number>0[xXbBoO]\w*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>{"|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))})
    | (?P<quote>["'`][^\n]*)
    | (?P<odd>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# Underscores may stand between the digits of a number that is not whole.
DIGITS: Final = r"[0-9](?:_?[0-9])*"
DECIMAL: Final = re.compile(rf"(?:{DIGITS}\.?(?:{DIGITS})?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?")
MORE: Final = re.compile(r"[\dnsumhµdwy.]+")
# The largest whole number.
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: its terminal in the grammar, its text, and where it begins and ends, in characters."""

    sort: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query, without spaces and comments."""
    found, at = [], 0
    while match := TOKEN.match(text, at):
        sort, at = str(match.lastgroup), match.end()
        if sort == "number":
            sort, at = number(text, match)
        if sort != "space":
            written = text[match.start() : at]
            found.append(Token(terminal(sort, written), written, match.start(), at))
    return found


def number(text: str, match: re.Match[str]) -> tuple[str, int]:
    """Return whether a number is a duration, and where it ends."""
    more = MORE.match(text, match.end())
    if more and go_seconds(match[0] + more[0]) is not None:
        return ("malformed" if octal(match[0]) else "DURATION"), more.end()
    plain = match[0].replace("_", "")
    whole = plain.isdecimal()
    if octal(plain) or not DECIMAL.fullmatch(match[0]) or (whole and plain != match[0]):
        return "malformed", match.end()
    fits = int(plain) <= LARGEST if whole else float(plain) != float("inf")
    return ("INTEGER" if whole else "FLOAT") if fits else "malformed", match.end()


def octal(text: str) -> bool:
    """Tell whether a number begins with 0 like an octal one, and is none."""
    return text.isdecimal() and text[0] == "0" and bool(set(text) & set("89"))


def terminal(sort: str, written: str) -> str:
    """Return the terminal of the grammar, or in small letters what is none."""
    if sort == "sign":
        return SIGNS[written]
    if sort == "word":
        return TERMINALS.get(written, "WORD")
    if sort == "scoped":
        return "INTRINSIC" if "".join(written.split()) in INTRINSICS else "unknown"
    return sort


def unmatched(found: list[Token]) -> tuple[Token | None, list[str]]:
    """Return the first bracket that has no partner, if one has none, and what would close those still open."""
    opened: list[Token] = []
    for token in found:
        if token.sort in ("LPAR", "LBRACE"):
            opened.append(token)
        elif token.sort in ("RPAR", "RBRACE"):
            if not opened or OPENING[opened[-1].text] != token.text:
                return token, [OPENING[one.text] for one in reversed(opened)]
            opened.pop()
    return (opened[-1] if opened else None), [OPENING[token.text] for token in reversed(opened)]
