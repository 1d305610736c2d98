"""What was found out, as text and as JSON data."""

from typing import Any

from ongrid_gen.doctor.verdict import BAD, LOOK, OK, Verdict, is_well
from ongrid_gen.querying.tables import clipped
from ongrid_gen.show import visible

MARKS = {OK: "ok  ", BAD: "BAD ", LOOK: "look"}
NAMES = 26
SAID = 300


def as_text(hops: list[Verdict], others: list[Verdict], seconds: float) -> str:
    """Return a line for each, with what to do below those that need it."""
    lines = [line for one in [*hops, *others] for line in lines_of(one)]
    bad = sum(one.verdict == BAD for one in [*hops, *others])
    end = "all is well" if not bad else f"{bad} bad"
    return "\n".join([*lines, f"{end}, after {seconds:.1f} s"])


def lines_of(one: Verdict) -> list[str]:
    """Return one verdict."""
    after = f"{one.seconds:6.2f} s" if one.seconds is not None else " " * 8
    head = f"{MARKS.get(one.verdict, 'skip')} {one.name:<{NAMES}} {after}  {clipped(one.said, SAID)}"
    return [head, f"     → {visible(one.todo)}"] if one.todo and one.verdict in (BAD, LOOK) else [head]


def as_data(site: str, hops: list[Verdict], others: list[Verdict], trace_id: str, seconds: float) -> dict[str, Any]:
    """Return the same as data; the keys are a contract."""
    return {
        "site": site,
        "healthy": is_well([*hops, *others]),
        "trace_id": trace_id,
        "seconds": round(seconds, 2),
        "hops": [verdict_data(one) for one in hops],
        "findings": [verdict_data(one) for one in others],
    }


def verdict_data(one: Verdict) -> dict[str, Any]:
    """Return one verdict."""
    return {
        "name": one.name,
        "verdict": one.verdict,
        "said": one.said,
        "todo": one.todo,
        "seconds": None if one.seconds is None else round(one.seconds, 3),
    }
