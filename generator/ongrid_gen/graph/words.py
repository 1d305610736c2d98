"""The words of a picture: short enough for a box, and with nothing in them that breaks a line or a drawing."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from ongrid_gen.show import safe, width

ELLIPSIS: Final = "…"


def few(names: Sequence[str], most: int) -> str:
    """Return the first of some names, and how many others there are."""
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} {ELLIPSIS} {rest} more"


def listed(names: Sequence[str], most: int) -> list[str]:
    """Return the first of some names as lines; the last line says how many there are more."""
    rest = len(names) - most
    return list(names) if rest <= 0 else [*names[:most], f"{ELLIPSIS} {rest} more"]


def clean(text: str) -> str:
    """Return a text as one line that is safe to show: what no script writes is replaced."""
    return "".join(" " if unicodedata.category(char) == "Zs" or char.isspace() else safe(char) for char in text).strip()


def shortened(text: str, columns: int) -> str:
    """Return a text cut to so many columns; Korean and Chinese characters take two."""
    if width(text) <= columns:
        return text
    kept = text
    while kept and width(kept) > columns - 1:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
