"""What is found out about one hop, or about the stack: whether it is well, after how long, and what to do."""

from dataclasses import dataclass
from typing import Final

OK: Final = "ok"
BAD: Final = "bad"
# Worth a look: it may be meant so.
LOOK: Final = "look"
SKIPPED: Final = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One hop or one finding. `seconds` counts from the moment at which the marked trace was sent, None without one."""

    name: str
    verdict: str
    said: str
    todo: str = ""
    seconds: float | None = None


def is_well(found: list[Verdict]) -> bool:
    """Tell whether nothing is bad."""
    return all(one.verdict != BAD for one in found)
