"""What a person is told who wrote a token where the grammar has no place for it."""

from collections.abc import Callable
from typing import Final

from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.tokens import Token
from ongrid_gen.traceql.words import INTRINSICS

FIELD: Final = ("INTRINSIC", "ATTRIBUTE", "NOT", "STRING", "BOOL", "STATUS", "KIND", "NIL")
NUMBER: Final = ("INTEGER", "FLOAT", "DURATION")
COMPARING: Final = ("EQUAL", "ORDER", "AT", "LIKE", "UNLIKE")
FIRST_STAGE: Final = ("RATE", "OVER_TIME", "QUANTILE", "COMPARE")


def explained(text: str, found: list[Token], at: int) -> TraceqlError:
    """Return the error of the token at a place; behind the last one it is the end."""
    if at == len(found):
        return ends(found)
    token = found[at]
    for rule in RULES:
        if said := rule(text, found, at):
            start = found[at - 1].start if rule is doubled else token.start
            return TraceqlError(said[0], start, token.end, said[1])
    return TraceqlError(f"`{token.text}` is not expected here", token.start, token.end)


def ends(found: list[Token]) -> TraceqlError:
    """Return the error of a query that is not complete."""
    last, hint = found[-1], ""
    called = next((one for one in reversed(found) if one.sort in ("COUNT", "AGGREGATE")), None)
    if last.sort == "RPAR" and called:
        hint = f"compare it: `| {called.text}(…) > …`"
    elif last.sort == "RPAR":
        hint = "begin with a spanset: `{ … }`"
    return TraceqlError(f"it ends too early: something must follow `{last.text}`", last.start, last.end, hint)


def outside(found: list[Token], at: int) -> bool:
    """Tell whether a place is in no braces."""
    return sum({"LBRACE": 1, "RBRACE": -1}.get(one.sort, 0) for one in found[:at]) == 0


def called(found: list[Token], at: int) -> Token | None:
    """Return the function whose parentheses a place is in."""
    depth = 0
    for index in range(at - 1, 0, -1):
        depth += {"RPAR": 1, "LPAR": -1}.get(found[index].sort, 0)
        if depth < 0:
            return found[index - 1]
    return None


Said = tuple[str, str] | None


def unbraced(text: str, found: list[Token], at: int) -> Said:
    """Tell of a condition that stands in no braces."""
    if not outside(found, at) or found[at].sort not in FIELD or called(found, at):
        return None
    stop = next((one.start for one in found[at:] if one.sort == "PIPE"), len(text))
    rest = text[found[at].start : stop].strip()
    within = at > 1 and found[at - 1].sort == "PIPE" and found[at - 2].sort == "RBRACE"
    hint = f"put it inside the braces: `{{ … && {rest} }}`" if within else f"write `{{ {rest} }}`"
    return "a condition on spans stands in braces", hint


def doubled(text: str, found: list[Token], at: int) -> Said:
    """Tell of an operator of another language."""
    before, here = found[at - 1] if at else None, found[at]
    if before is None or before.end != here.start:
        return None
    pairs = {"==": "=", "<>": "!=", "=>": ">=", "=<": "<="}
    both = before.text + here.text
    return (f"`{both}` is no operator", f"write `{pairs[both]}`") if both in pairs else None


def unjoined(text: str, found: list[Token], at: int) -> Said:
    """Tell of conditions side by side."""
    if outside(found, at):
        return None
    if found[at].sort == "COMMA":
        return "a comma joins no conditions", "write `&&`"
    after = at and found[at - 1].sort in (*FIELD, *NUMBER, "RPAR")
    if after and found[at].sort in (*FIELD, *NUMBER, "LPAR") and found[at].text != "!":
        return f"an operator must stand before `{found[at].text}`", "join conditions by `&&` or `||`"
    return None


def arguments(text: str, found: list[Token], at: int) -> Said:
    """Tell of arguments that a function does not take, or that are missing."""
    function = called(found, at)
    if function is None or found[at - 1].sort != "LPAR":
        return None
    if function.sort in ("RATE", "COUNT", "COALESCE"):
        return f"`{function.text}` takes nothing in its parentheses", f"write `{function.text}()`"
    if function.sort in ("OVER_TIME", "QUANTILE", "SELECT"):
        return f"`{function.text}` takes an attribute or an intrinsic", f"write `{function.text}(duration, …)`" if (
            function.sort == "QUANTILE") else f"write `{function.text}(duration)`"  # fmt: skip
    if function.sort == "AGGREGATE" and found[at].sort == "RPAR":
        return f"`{function.text}` needs a number of the span", f"write `{function.text}(duration)`"
    return None


def quantiles(text: str, found: list[Token], at: int) -> Said:
    """Tell of a quantile that is missing."""
    function = called(found, at)
    if function and function.sort == "QUANTILE" and found[at].sort == "RPAR":
        return f"`{function.text}` needs a quantile too", "write `quantile_over_time(duration, 0.99)`"
    return None


def by(text: str, found: list[Token], at: int) -> Said:
    """Tell of `by` behind what cannot be grouped so."""
    if found[at].sort != "BY":
        return None
    return "`by` groups metrics, or is a stage of its own", "write `| by(…) | count() > 1`, or `| rate() by (…)`"


def functions(text: str, found: list[Token], at: int) -> Said:
    """Tell of functions that stand where they cannot."""
    here = found[at]
    if here.sort in FIRST_STAGE and (at == 0 or found[at - 1].sort != "PIPE"):
        return f"`{here.text}` follows a spanset and a `|`", f"write `{{ … }} | {here.text}(…)`"
    if here.sort in FIRST_STAGE:
        return f"`{here.text}` cannot follow this stage", "compare the aggregate before it, or remove one of the two"
    if here.sort == "BEST":
        return f"`{here.text}` chooses among series, and there are none yet", f"write `| rate() | {here.text}(…)`"
    if here.sort in ("COUNT", "AGGREGATE") and not outside(found, at):
        return f"`{here.text}` is of whole spansets", f"write it behind the braces: `{{ … }} | {here.text}(…) > …`"
    return None


def uncompared(text: str, found: list[Token], at: int) -> Said:
    """Tell of an aggregate that is compared with nothing."""
    if found[at].sort not in ("PIPE", "WITH", "RPAR") or found[at - 1].sort != "RPAR":
        return None
    function = called(found, at - 1)
    if function is not None and function.sort in ("COUNT", "AGGREGATE"):
        return f"`{function.text}` must be compared with a number", f"write `{function.text}(…) > …`"
    return None


def scoped(text: str, found: list[Token], at: int) -> Said:
    """Tell of an intrinsic without its scope."""
    if found[at].sort != "TAKEN":
        return None
    whole = next(one for one in INTRINSICS if one.endswith(f":{found[at].text}"))
    return f"`{found[at].text}` needs its scope", f"write `{whole}`"


def bare(text: str, found: list[Token], at: int) -> Said:
    """Tell of a number in no braces."""
    if outside(found, at) and found[at].sort in NUMBER and at and found[at - 1].sort == "RELATED":
        return "spansets are related to spansets", "write `{ … }`"
    return None


RULES: Final[tuple[Callable[[str, list[Token], int], Said], ...]] = (
    scoped, doubled, arguments, quantiles, unbraced, by, functions, uncompared, unjoined, bare,
)  # fmt: skip
