"""The times of a maintenance window, as Alertmanager's time intervals."""

from typing import Any, Final

from ongrid_gen.model import Maintenance

WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT: Final = "00:00"
DAY_END: Final = "24:00"


def time_interval(window: Maintenance) -> dict[str, Any]:
    """Return one window. Alertmanager refuses one across midnight: it becomes two, the second on the days after."""
    if window.begin < window.end:
        spans = [span(window, window.begin, window.end, window.weekdays)]
    else:
        spans = [
            span(window, window.begin, DAY_END, window.weekdays),
            span(window, MIDNIGHT, window.end, tuple(map(day_after, window.weekdays))),
        ]
    return {"name": window.name, "time_intervals": [one for one in spans if one is not None]}


def span(window: Maintenance, begin: str, end: str, weekdays: tuple[str, ...]) -> dict[str, Any] | None:
    """Return a part of a window within a day, None when it is empty. `HH:MM` sorts as time does."""
    if begin == end:
        return None
    return {
        "times": [{"start_time": begin, "end_time": end}],
        **({"weekdays": list(weekdays)} if weekdays else {}),
        "location": window.timezone,
    }


def day_after(weekday: str) -> str:
    """Return the next weekday."""
    return WEEK[(WEEK.index(weekday) + 1) % len(WEEK)]
