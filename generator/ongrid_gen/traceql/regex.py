"""What Go's regular expressions (RE2) refuse. Python's own parser finds the rest."""

import re
import warnings
from typing import Final

# What Python takes and Go does not, each with what is said of it.
FOREIGN: Final = (
    (re.compile(r"\(\?<?[=!]"), "Go knows no look-around"),
    (re.compile(r"\(\?P=|\\[1-9]"), "Go knows no references to groups"),
    (re.compile(r"\(\?(?:\(|>|#)"), "Go knows no such group"),
    (re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})[+*]"), "Go knows no repetition of a repetition"),
)
# What Go takes and Python does not, and what stands for it.
OWN: Final = (
    (re.compile(r"\\[pP](?:\{\^?\w+\}|\w)"), "x"),
    (re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL), "x"),
    (re.compile(r"\\z"), r"\\Z"),
    (re.compile(r"\\x\{[0-9a-fA-F]+\}"), "x"),
    (re.compile(r"\(\?<(\w+)>"), r"(?P<\1>"),
    (re.compile(r"\(\?[imsU]*(?:-[imsU]+)?(:|\))"), lambda found: "(?:" if found[1] == ":" else ""),
    (re.compile(r"\[\[:\^?\w+:\]"), "[x"),
    (re.compile(r"\[:\^?\w+:\]"), "x"),
)  # fmt: skip
COUNTED: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
MOST: Final = 1000


def wrong_with(text: str) -> str:
    """Return what is wrong with a regular expression, or nothing."""
    escaped = re.sub(r"\\\\", "", text)
    outside = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", escaped)
    for found, why in FOREIGN:
        if found.search(outside if why.startswith("Go knows no re") else escaped):
            return why
    if any(int(number or 0) > MOST for pair in COUNTED.findall(outside) for number in pair):
        return f"Go repeats at most {MOST} times"
    for found, instead in OWN:
        text = found.sub(instead, text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error).partition(" at position")[0]
    return ""
