"""Plain data of which nobody knows the shape: what a person edited may be anything."""

from collections.abc import Iterator
from typing import Any


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
