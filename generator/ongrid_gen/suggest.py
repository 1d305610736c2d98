"""What to write instead: from what somebody wrote to what the schema wants, by the schema's `format`."""

import difflib
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from ongrid_gen.units import MILLISECONDS, format_duration, plain

DURATION_WORDS: Final = {
    "ms": "ms", "msec": "ms", "millis": "ms", "millisecond": "ms",
    "s": "s", "sec": "s", "second": "s",
    "m": "m", "min": "m", "minute": "m",
    "h": "h", "hr": "h", "hour": "h",
    "d": "d", "day": "d", "w": "w", "week": "w", "y": "y", "year": "y",
}  # fmt: skip
DURATION_PART: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*,?")
SIZE_PART: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)i?(?:B|b|bytes?)?\s*", re.IGNORECASE)
POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
LEADING_NUMBER: Final = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*(%|[A-Za-z]*)\s*")
SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
YES_NO: Final = {"yes": "true", "on": "true", "y": "true", "true": "true", "1": "true",
                 "no": "false", "off": "false", "n": "false", "false": "false", "0": "false"}  # fmt: skip
DIGITS: Final = 15
LISTED: Final = 20


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one, None when none is."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower()[:100], by_lower, n=1, cutoff=0.65)
    return by_lower[found[0]] if found else None


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence: not too many, in backticks."""
    quoted = [f"`{name}`" for name in names]
    return ", ".join(quoted[:LISTED]) + (", …" if len(quoted) > LISTED else "")


def duration(text: str) -> str | None:
    """Return a duration out of `5 minutes`, `1.5h` or `30m1h`."""
    total, end = Decimal(0), 0
    while end < len(text):
        part = DURATION_PART.match(text, end)
        unit = part and (DURATION_WORDS.get(part[2]) or DURATION_WORDS.get(part[2].lower().removesuffix("s")))
        if part is None or unit is None or len(part[1]) > DIGITS:
            return None
        total, end = total + Decimal(part[1]) * MILLISECONDS[unit], part.end()
    return format_duration(total / 1000) if total >= 1 else None


def size(text: str) -> str | None:
    """Return a size out of `512MB`, `0.5G` or a number of bytes."""
    part = SIZE_PART.fullmatch(text)
    if part is None or len(part[1]) > DIGITS:
        return None
    left = int(Decimal(part[1]) * 1024 ** POWERS[part[2].upper()])
    for unit in ("Gi", "Mi", "Ki"):
        number, rest = divmod(left, 1024 ** POWERS[unit[0]])
        if number and not rest:
            return f"{number}{unit}"
    return f"{left >> 20}Mi" if left >> 20 else None


def slug(text: str) -> str | None:
    """Return a name of small letters, digits and `-`."""
    kept = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower())
    return kept.strip("-").lstrip("0123456789-") or None


def quantile(text: str) -> str | None:
    """Return the nearest quantile: `0.95` and `95` are `p95`, `p97` is near it."""
    match = re.fullmatch(r"[pPqQ]?(\d{1,3}(?:\.\d{1,6})?)%?", text.strip())
    if match is None:
        return None
    asked = Decimal(match[1]) * (100 if Decimal(match[1]) < 1 and text[0] not in "pP" else 1)
    return min(("p50", "p90", "p95", "p99", "p99.9"), key=lambda known: abs(Decimal(known[1:]) - asked))


def without_scheme(text: str) -> str | None:
    """Return a registry or an image without `https://` and without a slash at the end."""
    return SCHEME.sub("", text).strip().rstrip("/") or None


def origin(text: str) -> str | None:
    """Return the origin of an address: scheme, host and port."""
    match = re.match(r"(https?://)?([^/\s@]+)", text.strip())
    return (match[1] or "https://") + match[2] if match else None


def secret_file(text: str) -> str | None:
    """Return a file of that name below `secrets/`."""
    return f"secrets/{text.rstrip('/').rsplit('/', 1)[-1]}"


def ip_address(text: str) -> str | None:
    """Return the address of `localhost`, or an address without the port after it."""
    return "127.0.0.1" if text.lower() == "localhost" else text.rsplit(":", 1)[0]


def label_name(text: str) -> str | None:
    """Return a label name."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", text).lstrip("_0123456789") or None


def number(text: str, key: str) -> str | None:
    """Return the number in `800ms` or `5%`, in the unit that the key names."""
    match = LEADING_NUMBER.fullmatch(text)
    if match is None or len(match[1]) > DIGITS:
        return None
    found, unit = Decimal(match[1].replace(",", ".")), match[2].lower()
    if key.endswith("_ms") and unit in DURATION_WORDS:
        found *= MILLISECONDS[DURATION_WORDS[unit]]
    elif unit == "%":
        found /= 100 if key.endswith("_ratio") else 1
    elif unit:
        return None
    return plain(found)


def yes_or_no(text: str) -> str | None:
    """Return `true` or `false` for what YAML 1.1 also took for one."""
    return YES_NO.get(text.lower())


BY_FORMAT: Final[dict[str, Callable[[str], str | None]]] = {
    "prometheus-duration": duration,
    "binary-size": size,
    "slug": slug,
    "quantile": quantile,
    "registry": without_scheme,
    "image": without_scheme,
    "origin": origin,
    "secret-file": secret_file,
    "ip-address": ip_address,
    "label-name": label_name,
}
