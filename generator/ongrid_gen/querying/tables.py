"""Answers as tables for a terminal. What comes out of spans is anybody's text: nothing of it moves the cursor."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from ongrid_gen.show import visible, width
from ongrid_gen.tracequery.base import Hits, Series
from ongrid_gen.units import plain

GAP: Final = "  "
WIDEST: Final = 60
LEVELS: Final = "▁▂▃▄▅▆▇█"
SPARKS: Final = 30
NANO: Final = 1_000_000_000
# The number from which a duration (nanoseconds) is told in a unit.
UNITS: Final = ((NANO, "s"), (1_000_000, "ms"), (1000, "µs"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return a table; the columns numbered in `right` end at one line."""
    cells = [list(head), *([clipped(cell) for cell in row] for row in rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(GAP.join(padded(row, widths, right)).rstrip() for row in cells)


def padded(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    """Return the cells of a row with the space beside them."""
    spaces = [" " * (widths[column] - width(cell)) for column, cell in enumerate(row)]
    return [space + cell if column in right else cell + space
            for column, (cell, space) in enumerate(zip(row, spaces, strict=True))]  # fmt: skip


def clipped(text: str, most: int = WIDEST) -> str:
    """Return text as it can go into a cell."""
    shown = visible(text)
    if width(shown) <= most:
        return shown
    while width(shown) >= most:
        shown = shown[:-1]
    return f"{shown}…"


def moment(seconds: float) -> str:
    """Return a moment in UTC, to the millisecond."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}Z"


def took(nanoseconds: int) -> str:
    """Return a duration in the unit that fits it, with three digits that count."""
    unit, name = next(((unit, name) for unit, name in UNITS if nanoseconds >= unit), (1, "ns"))
    return f"{short(Decimal(nanoseconds) / unit)}{name}"


def short(number: Decimal | float) -> str:
    """Return a number with at least three digits that count; whole ones are kept."""
    value = Decimal(str(number))
    if not value.is_finite():
        return str(number)
    places = max(0, 2 - value.adjusted()) if value else 0
    return plain(round(value, places))


def hits_table(hits: Hits) -> str:
    """Return the traces that were found."""
    head = ("TRACE", "BEGAN", "TOOK", "SPANS", "SERVICE", "OPERATION")
    rows = [
        (hit.trace_id, moment(hit.start / NANO), took(hit.duration), str(hit.matched), hit.service, hit.operation)
        for hit in hits.traces
    ]
    return table(head, rows, right=(2, 3)) if rows else "no trace"


def series_table(series: Sequence[Series]) -> str:
    """Return series: the last value, the smallest and the largest, and how it went."""
    head = ("LAST", "MIN", "MAX", "", "SERIES")
    rows = [
        (short(values[-1]), short(min(values)), short(max(values)), sparks(values), labels_of(one))
        for one in series
        if (values := [value for _, value in one.points])
    ]
    return table(head, rows, right=(0, 1, 2)) if rows else "no series"


def vector_table(series: Sequence[Series]) -> str:
    """Return series of which each has one value."""
    rows = [(short(one.points[-1][1]), labels_of(one)) for one in series if one.points]
    return table(("VALUE", "SERIES"), rows, right=(0,)) if rows else "no series"


def labels_of(series: Series) -> str:
    """Return the labels of a series, its name before them."""
    rest = ", ".join(f"{name}={value}" for name, value in series.labels.items() if name != "__name__")
    name = series.labels.get("__name__", "")
    return f"{name}{{{rest}}}" if rest or not name else name


def sparks(values: Sequence[float]) -> str:
    """Return values as a line of bars, the largest of each stretch."""
    size = max(1, -(-len(values) // SPARKS))
    heights = [max(values[at : at + size]) for at in range(0, len(values), size)]
    finite = [height for height in heights if abs(height) < float("inf")]
    if not finite:
        return ""
    low, high = min(0.0, *finite), max(finite)
    span = (high - low) or 1
    return "".join(bar((height - low) / span) for height in heights)


def bar(share: float) -> str:
    """Return the bar of a share; a space for what is no number."""
    if not 0 <= share <= 1:
        return " "
    return LEVELS[round(share * (len(LEVELS) - 1))]
