"""Durations and sizes as the spec writes them, and as numbers.

A duration is Prometheus': `1h30m`, units y w d h m s ms in this order, each at most once. A size is `512Mi`.
"""

import re
from decimal import Decimal
from functools import lru_cache

DURATION = re.compile(
    r"^(?:(?P<y>\d+)y)?(?:(?P<w>\d+)w)?(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?(?:(?P<ms>\d+)ms)?$"
)
MILLISECONDS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
# What Go takes besides: fractions, any order, units of less than a millisecond, none above hours.
GO_DURATION = re.compile(r"(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+")
GO_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")
BELOW_MILLISECONDS = {"ns": Decimal("1e-9"), "us": Decimal("1e-6"), "µs": Decimal("1e-6")}
GO_LONGEST = Decimal(2**63 - 1) / 10**9
SIZE = re.compile(r"^(\d+)(Ki|Mi|Gi|Ti)$")
BYTES = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}


def parse_duration(text: str) -> Decimal:
    """Return the seconds of a Prometheus duration. ValueError if it is none."""
    match = DURATION.match(text)
    if match is None or not text:
        raise ValueError(f"{text!r} is no duration")
    total = sum(int(number) * MILLISECONDS[unit] for unit, number in match.groupdict().items() if number)
    return Decimal(total) / 1000


def go_seconds(text: str) -> Decimal | None:
    """Return the seconds of a duration as Tempo reads one in a query: Prometheus' or Go's. None when it is neither."""
    if GO_DURATION.fullmatch(text):
        parts = (Decimal(part[1]) * go_unit(part[2]) for part in GO_PART.finditer(text))
        total = sum(parts, Decimal(0))
    elif text and DURATION.match(text):
        total = parse_duration(text)
    else:
        return None
    return total if total <= GO_LONGEST else None


def go_unit(unit: str) -> Decimal:
    """Return the seconds of a unit."""
    return BELOW_MILLISECONDS.get(unit) or Decimal(MILLISECONDS[unit]) / 1000


@lru_cache(maxsize=4096)
def format_duration(seconds: Decimal | int) -> str:
    """Return seconds as the shortest Prometheus duration without years and weeks: 90 gives `1m30s`."""
    left = int(Decimal(seconds) * 1000)
    if left == 0:
        return "0s"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        number, left = divmod(left, MILLISECONDS[unit])
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts)


def go_duration(seconds: Decimal | int) -> str:
    """Return seconds as a duration that Go parses: no days, `72h0m0s` style shortened to `72h`."""
    left = int(Decimal(seconds) * 1000)
    if left == 0:
        return "0s"
    parts = []
    for unit in ("h", "m", "s", "ms"):
        number, left = divmod(left, MILLISECONDS[unit])
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts)


def parse_size(text: str) -> int:
    """Return the bytes of a size such as `512Mi`. ValueError if it is none."""
    match = SIZE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no size")
    return int(match[1]) * BYTES[match[2]]


def mebibytes(size: int) -> int:
    """Return bytes as whole MiB, rounded down."""
    return size >> 20


def plain(number: Decimal | float | int) -> str:
    """Return a number in plain decimals, without exponent or trailing zeros: as Tempo spells a bucket bound."""
    text = format(Decimal(str(number)), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
