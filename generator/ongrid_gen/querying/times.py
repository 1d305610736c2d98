"""The time that is asked for: so long until now, or from one moment to another."""

import time
from datetime import datetime
from decimal import Decimal
from typing import Final

from ongrid_gen.tracequery.base import AskedError, Window
from ongrid_gen.units import go_seconds, parse_duration

HOUR: Final = 3600
# Step of series by the longest time it is for, in seconds; a longer time has so many points.
STEPS: Final = ((300, 15), (HOUR, 60), (6 * HOUR, 300))
POINTS: Final = 120


def window_of(since: str | None, start: str | None, end: str | None) -> Window:
    """Return the time: an hour until `end`, or until now, where nothing else is said."""
    if since is not None and start is not None:
        raise AskedError("say either how long, or from when: not both")
    until = time.time() if end is None else moment_of(end)
    if start is not None:
        return Window(moment_of(start), until)
    return Window(until - float(HOUR if since is None else length_of(since)), until)


def moment_of(text: str) -> float:
    """Return a moment in seconds since 1970. AskedError when it is none, or does not say its time zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise AskedError(f"`{text}` is no moment: write it like 2026-05-31T14:05:00Z") from None
    if found.tzinfo is None:
        raise AskedError(f"`{text}` says no time zone: write `{text}Z`, or an offset such as +09:00")
    return found.timestamp()


def length_of(text: str) -> Decimal:
    """Return a length of time in seconds. AskedError when it is none."""
    try:
        return parse_duration(text)
    except ValueError:
        raise AskedError(f"`{text}` is no duration: write it like 30m or 1h30m") from None


def duration_of(text: str | None) -> Decimal | None:
    """Return how long a span takes, in seconds. AskedError when it is no duration."""
    found = None if text is None else go_seconds(text)
    if text is not None and found is None:
        raise AskedError(f"`{text}` is no duration: write it like 800ms or 1.5s")
    return found


def step_of(window: Window, step: str | None) -> int:
    """Return the seconds from point to point."""
    if step is not None:
        return max(1, int(length_of(step)))
    return next((step for longest, step in STEPS if window.seconds <= longest), int(window.seconds / POINTS))
