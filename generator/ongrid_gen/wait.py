"""Waiting with a deadline: polls, never sleeps blindly, and says what did not come."""

import time
from collections.abc import Callable
from typing import TypeVar

from ongrid_gen.errors import CommandError

T = TypeVar("T")
POLL = 0.25


class DeadlineError(CommandError):
    """What was waited for did not come in time; the message names it and the last error on the way."""


def until(look: Callable[[], T], *, seconds: float, what: str, poll: float = POLL) -> T:
    """Return the first true answer of `look`. Errors on the way are kept for the message; DeadlineError at the end."""
    deadline = time.monotonic() + seconds
    last = ""
    while True:
        try:
            found = look()
            if found:
                return found
        except (CommandError, OSError) as error:
            last = f" (last: {error})"
        if time.monotonic() >= deadline:
            raise DeadlineError(f"waited {seconds:.0f} s for {what}{last}")
        time.sleep(poll)
