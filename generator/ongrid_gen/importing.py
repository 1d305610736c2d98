"""What importing one rule needs, whatever its kind: the rule while it is read, and numbers and times in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

DURATION: Final = re.compile(r"(?:\d+(?:ms|[ywdhms]))+")


class UnusableError(Exception):
    """One rule cannot be imported; the message says why."""


@dataclass(slots=True)
class Reading:
    """One rule while it is read. What is taken out of `conditions` was read."""

    rule: Mapping[str, Any]
    name: str
    kind: str
    conditions: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember what was changed."""
        self.notes.append(f"{self.name}: {text}")


def exact(value: Any) -> Decimal | None:
    """Return a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def number_in(reading: Reading, conditions: dict[str, Any], key: str) -> int | float | None:
    """Take out a number; None when there is none."""
    value = conditions.pop(key, None)
    if value in (None, ""):
        return None
    found = exact(value)
    if found is None:
        raise UnusableError(f"its {key} is {value!r}: a number is needed")
    if isinstance(value, str):
        reading.note(f"{key} was the text {value!r} and is a number now")
        return int(found) if found == found.to_integral_value() else float(found)
    return value  # type: ignore[no-any-return]  # exact() let only numbers and texts pass


def duration_in(conditions: dict[str, Any], key: str) -> str | None:
    """Take out a duration; None when there is none."""
    value = conditions.pop(key, None)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        raise UnusableError(f"its {key} is {value!r}: a Prometheus duration such as 5m is needed")
    return value


def one_of(conditions: dict[str, Any], key: str, known: tuple[str, ...], default: str | None = None) -> str:
    """Take out one of some words."""
    value = conditions.pop(key, None)
    if value in (None, "") and default is not None:
        return default
    if value not in known:
        raise UnusableError(f"its {key} is {value!r}: one of {', '.join(known)} is needed")
    return str(value)
