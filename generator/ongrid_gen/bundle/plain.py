"""Plain data of which nobody knows the shape: what a person edited may be anything."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ongrid_gen.units import parse_duration


def dig(data: Any, *keys: str | int) -> Any:
    """Return what stands at a path of plain data; None when nothing does."""
    for key in keys:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def items(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the entries of a mapping or a list with their keys; nothing of anything else."""
    if isinstance(data, dict):
        yield from data.items()
    elif isinstance(data, list):
        yield from enumerate(data)


def seconds(data: Any) -> Decimal | None:
    """Return the seconds of a duration as Prometheus and Go write it; None when it is none."""
    try:
        return parse_duration(data) if isinstance(data, str) else None
    except ValueError:
        return None


def fits(pattern: str, text: str) -> bool | None:
    """Tell whether a regular expression takes a whole text; None when it is none, of which its program speaks."""
    try:
        return re.fullmatch(pattern, text) is not None
    except (re.error, OverflowError, RecursionError):
        return None


def unescaped(data: Any) -> str:
    """Return a text as the program reads it that would put a variable for `$NAME`: `$$` is one `$`."""
    return str(data).replace("$$", "$")


def mapping(data: Any) -> Mapping[str, Any]:
    """Return a mapping as it is; an empty one for anything else."""
    return data if isinstance(data, dict) else {}


def listed(data: Any) -> Sequence[Any]:
    """Return a list as it is; an empty one for anything else."""
    return data if isinstance(data, list) else ()
