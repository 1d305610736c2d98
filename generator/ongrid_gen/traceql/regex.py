"""What Go's regular expressions (RE2) refuse: a walk through the text that knows their syntax."""

import re
from typing import Final

GROUP: Final = re.compile(r"\((?:\?P?<(?P<name>\w+)>|\?(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)])|(?!\?))")
# What follows a backslash: a character by its letter or its number, one that would mean something, a set of them.
CHARACTER: Final = r"\\(?:[afnrtv0]|[1-7][0-7]|x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]{1,6}\}|[!-/:-@\[-`{-~\ ])"
SET: Final = r"\\(?:[dDsSwW]|[pP](?:[CLMNPSZ]|\{\^?\w+\}))"
ATOM: Final = re.compile(
    rf"\\Q(?P<quoted>.*?)(?:\\E|\Z)|{CHARACTER}|{SET}|\\[AbBz]|[^\\\[()|*+?]",
    re.DOTALL,
)
IN_CLASS: Final = re.compile(
    rf"\[:\^?(?P<posix>\w+):\]|{SET}|(?P<low>{CHARACTER}|[^\\])(?:-(?P<high>(?!\])(?:{CHARACTER}|[^\\])))?",
    re.DOTALL,
)
REPEATED: Final = re.compile(r"(?:[*+?]|\{(?P<least>0|[1-9]\d*)(?:,(?P<most>(?:0|[1-9]\d*)?))?\})\??")
POSIX: Final = frozenset(
    {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
     "word", "xdigit"}
)  # fmt: skip
MOST: Final = 1000


class _Wrong(Exception):
    """What is wrong, in words."""


def wrong_with(text: str) -> str:
    """Return what is wrong with a regular expression, or nothing."""
    try:
        scan(text)
    except _Wrong as wrong:
        return str(wrong)
    return ""


def scan(text: str) -> None:
    """Go through an expression. _Wrong says what is wrong."""
    at, depth, repeatable, names = 0, 0, False, set[str]()
    while at < len(text):
        char = text[at]
        if char in "|)":
            depth, at, repeatable = depth - (char == ")"), at + 1, char == ")"
            if depth < 0:
                raise _Wrong("a `)` closes nothing")
        elif char == "(":
            at, opened = group(text, at, names)
            depth, repeatable = depth + opened, repeatable and not opened
        elif REPEATED.match(text, at):
            at, repeatable = repetition(text, at, repeatable), True
        else:
            at, repeatable = (klass(text, at), True) if char == "[" else atom(text, at, repeatable)
    if depth:
        raise _Wrong("a `(` is never closed")


def group(text: str, at: int, names: set[str]) -> tuple[int, bool]:
    """Return where the opening of a group ends, and whether something is open then."""
    found = GROUP.match(text, at)
    if found is None:
        raise _Wrong(f"Go knows no group `{text[at : at + 3]}`: neither look-around nor conditions")
    if found["name"]:
        if found["name"] in names:
            raise _Wrong(f"two groups are called `{found['name']}`")
        names.add(found["name"])
    if found["end"] == ")" and not found["flags"]:
        raise _Wrong("`(?)` says nothing")
    return found.end(), found["end"] != ")"


def repetition(text: str, at: int, repeatable: bool) -> int:
    """Return where a repetition ends."""
    found = REPEATED.match(text, at)
    if found is None or not repeatable:
        raise _Wrong(f"`{text[at : found.end() if found else at + 1]}` has nothing to repeat")
    after = REPEATED.match(text, found.end())
    if after:
        raise _Wrong(f"`{text[at : after.end()]}` repeats a repetition")
    least, most = int(found["least"] or 0), int(found["most"] or 0)
    if max(least, most) > MOST or (found["most"] and most < least):
        raise _Wrong(f"`{found[0]}` is no number of times: at most {MOST}, the smaller first")
    return found.end()


def atom(text: str, at: int, repeatable: bool) -> tuple[int, bool]:
    """Return where one character, or what stands for it, ends, and whether it can be repeated."""
    found = ATOM.match(text, at)
    if found is None:
        raise _Wrong(f"`{text[at : at + 2]}` means nothing to Go" if text[at:] != "\\" else "it ends with a `\\`")
    return found.end(), repeatable if found["quoted"] == "" else True


def klass(text: str, at: int) -> int:
    """Return where a class of characters ends."""
    start, at = at, at + (2 if text[at : at + 2] == "[^" else 1)
    first = True
    while at < len(text) and (first or text[at] != "]"):
        first, found = False, IN_CLASS.match(text, at)
        if found is None:
            raise _Wrong(f"`{text[at : at + 2]}` means nothing to Go inside `[…]`")
        if found["posix"] and found["posix"] not in POSIX:
            raise _Wrong(f"there is no class `{found[0]}`")
        if found["high"] and len(found["low"]) == len(found["high"]) == 1 and found["low"] > found["high"]:
            raise _Wrong(f"`{found[0]}` begins behind its end")
        at = found.end()
    if at >= len(text):
        raise _Wrong(f"`{text[start]}` is never closed")
    return at + 1
