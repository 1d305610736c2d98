"""Characters and words that mean nothing in TraceQL, and what is meant by them."""

import re
from typing import Final

from ongrid_gen.suggest import duration, listed, nearest
from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.tokens import OPENING, Token
from ongrid_gen.traceql.words import FUNCTIONS, INTRINSICS, KINDS, NUMBERS, SCOPES, STATUSES

SIGNS_FOR: Final = {"and": "&&", "or": "||", "not": "!"}
PREFIX: Final = re.compile(r"(?:STATUS_CODE|SPAN_KIND)_|(?:STATUS|KIND)_", re.IGNORECASE)
STRING: Final = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
# What begins the names of attributes that stand on resources, by the semantic conventions.
RESOURCES: Final = ("service", "deployment", "k8s", "host", "container", "cloud", "process", "telemetry", "os")
INSTEAD: Final = {"&": "write `&&`", "[": "write `a = 1 || a = 2` for one of several", "'": 'write `"`'}


def strange(token: Token) -> TraceqlError | None:
    """Return the error of a token that is none, or None."""
    if token.sort == "quote":
        return quote(token)
    if token.sort == "malformed":
        return TraceqlError(f"`{token.text}` is no number that Tempo can read", token.start, token.end,
                            "write it in plain digits, without a 0 before them")  # fmt: skip
    if token.sort == "unknown":
        return unknown(token)
    if token.sort == "odd":
        return odd(token)
    return None


def unknown(token: Token) -> TraceqlError:
    """Return the error of an intrinsic that its scope does not have."""
    name = "".join(token.text.split())
    scope, _, own = name.partition(":")
    beside = [one for one in INTRINSICS if one.startswith(f"{scope}:")]
    near = nearest(own, (one.partition(":")[2] for one in beside))
    if near:
        hint = f"did you mean `{scope}:{near}`?"
    else:
        hint = f"write `{scope}.{own}` for an attribute" if scope in SCOPES else f"write one of {listed(beside)}"
    return TraceqlError(f"there is no intrinsic `{name}`", token.start, token.end, hint)


def quote(token: Token) -> TraceqlError:
    """Return the error of a quote that begins no string."""
    inside = token.text[1:].partition(token.text[0])[0]
    if token.text[0] == "'":
        end = min(token.start + len(inside) + 2, token.end)
        return TraceqlError("text stands in double quotes", token.start, end, f'write `"{inside}"`')
    closed = STRING.match(token.text)
    if closed:
        return TraceqlError("a `\\` in this text means nothing to Tempo", token.start, token.start + closed.end(),
                            "double it, or write the text between backticks")  # fmt: skip
    return TraceqlError("this quote is never closed", token.start, token.start + 1, "close it")


def odd(token: Token) -> TraceqlError:
    """Return the error of a character that TraceQL does not know."""
    if token.text == ".":
        return TraceqlError("a name must follow the dot", token.start, token.end, "write it like `.http.route`")
    if token.text.isspace() or not token.text.isprintable():
        return TraceqlError(f"the character U+{ord(token.text):04X} is no space to Tempo", token.start, token.end,
                            "write a plain space")  # fmt: skip
    hint = INSTEAD.get(token.text, "remove it, or put the text it belongs to in double quotes")
    return TraceqlError(f"`{token.text}` means nothing in TraceQL", token.start, token.end, hint)


def lonely(bracket: Token, closing: list[str]) -> TraceqlError:
    """Return the error of a bracket without its partner; `closing` is what would close those that are still open."""
    if bracket.text in OPENING:
        return TraceqlError(f"`{bracket.text}` is never closed", bracket.start, bracket.end, "close it")
    if closing:
        message = f"`{bracket.text}` stands where `{closing[0]}` is needed first"
        return TraceqlError(message, bracket.start, bracket.end, f"write `{closing[0]}` before it")
    return TraceqlError(f"`{bracket.text}` closes nothing", bracket.start, bracket.end, "remove it")


def first_word(found: list[Token]) -> int | None:
    """Return the first word that names nothing: hints of `with(…)` may be called anything."""
    inside = False
    for index, token in enumerate(found):
        inside = token.sort == "WITH" or (inside and token.sort != "RPAR")
        named = inside and index + 1 < len(found) and found[index + 1].text == "="
        if token.sort == "WORD" and token.text not in NUMBERS and not named:
            return index
    return None


def word(text: str, found: list[Token], at: int) -> TraceqlError:
    """Return the error of a word that names nothing, and what is probably meant."""
    token, after = found[at], found[at + 1] if at + 1 < len(found) else None
    message, hint = f"`{token.text}` means nothing in TraceQL", ""
    if token.text.lower() in SIGNS_FOR:
        hint = f"write `{SIGNS_FOR[token.text.lower()]}`"
    elif at and found[at - 1].sort in ("INTEGER", "FLOAT", "DURATION"):
        return unit(found[at - 1], token)
    elif after and after.text == "(":
        near = nearest(token.text, FUNCTIONS)
        message, hint = f"there is no function `{token.text}`", f"did you mean `{near}`?" if near else ""
    elif after and after.sort == "ATTRIBUTE" and after.start == token.end:
        return unscoped(token, after)
    elif after and after.sort in ("EQUAL", "ORDER", "AT", "LIKE", "UNLIKE") and not compared(found, at):
        near = nearest(token.text, INTRINSICS)
        message = f"there is no intrinsic `{token.text}`"
        hint = f"did you mean `{near}`?" if near else f"write `span.{token.text}` for an attribute"
    else:
        return value(text, found, at)
    return TraceqlError(message, token.start, token.end, hint)


def compared(found: list[Token], at: int) -> bool:
    """Tell whether a word stands behind a comparison."""
    return at > 0 and found[at - 1].sort in ("EQUAL", "ORDER", "AT", "LIKE", "UNLIKE")


def unit(number: Token, token: Token) -> TraceqlError:
    """Return the error of a number with a unit that is none."""
    meant = duration(f"{number.text}{token.text}")
    hint = f"write `{meant}`" if meant else "write durations like `800ms`, `1.5s` or `2h`"
    together = number.text if number.end == token.start else f"{number.text} "
    return TraceqlError(f"`{together}{token.text}` is no duration", number.start, token.end, hint)


def unscoped(token: Token, after: Token) -> TraceqlError:
    """Return the error of an attribute that does not say whose it is."""
    scope = "resource" if token.text in RESOURCES else "span"
    name = f"{token.text}{after.text}"
    hint = f"write `{scope}.{name}`, or `.{name}` for any of them"
    return TraceqlError(f"the attribute `{name}` needs a scope", token.start, after.end, hint)


def value(text: str, found: list[Token], at: int) -> TraceqlError:
    """Return the error of text without quotes."""
    last = at
    while last + 1 < len(found) and found[last + 1].sort == "WORD" and found[last + 1].text.lower() not in SIGNS_FOR:
        last += 1
    start, end = found[at].start, found[last].end
    plain = PREFIX.sub("", found[at].text).lower()
    if plain in (*STATUSES, *KINDS):
        return TraceqlError(f"`{found[at].text}` means nothing in TraceQL", start, end, f"write `{plain}`")
    if not compared(found, at):
        return TraceqlError(f"`{text[start:end]}` means nothing in TraceQL", start, end)
    meant = of_type(found[at - 2], plain) if at > 1 else ""
    if meant:
        return TraceqlError(f"`{text[start:end]}` is no value of `{found[at - 2].text}`", start, end, meant)
    return TraceqlError(f"`{text[start:end]}` is text, and text stands in quotes", start, end,
                        f'write `"{text[start:end]}"`')  # fmt: skip


def of_type(field: Token, written: str) -> str:
    """Return what can be written beside a field that is no text; nothing when it can be text."""
    kind = INTRINSICS.get("".join(field.text.split()), "") if field.sort == "INTRINSIC" else ""
    if kind in ("status", "kind"):
        known = STATUSES if kind == "status" else KINDS
        near = nearest(written, known)
        return f"did you mean `{near}`?" if near else f"write one of {listed(known)}"
    return {"duration": "write a duration like `800ms`", "int": "write a number"}.get(kind, "")
