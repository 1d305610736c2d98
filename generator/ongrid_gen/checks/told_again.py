"""OG071: an alert is told again as often as it is said."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.units import format_duration

CODE: Final = "OG071"
REMEMBERED: Final = Decimal(120 * 3600)  # Alertmanager's own `--data.retention`, which no component changes


def check(site: Site) -> Iterator[Problem]:
    """Alertmanager looks once a `group_interval` whether it is time, and forgets what it told after five days."""
    said: list[tuple[Path, str, Decimal]] = [(("notify", "repeat"), "`notify.repeat`", site.notify.repeat)]
    for route in site.notify.routes:
        if route.repeat is not None:
            said.append(((*route.path, "repeat"), f"the route to `{route.channel}`", route.repeat))
    for path, who, repeat in said if site.notify.channels else ():
        if repeat < site.notify.group_interval:
            yield never_so_soon(path, who, repeat, site.notify.group_interval)
        elif repeat > REMEMBERED:
            yield forgotten(path, who, repeat, REMEMBERED)


def never_so_soon(path: Path, who: str, repeat: Decimal, look: Decimal) -> Problem:
    """Return the problem of a time that is over before Alertmanager looks."""
    message = (
        f"{who} repeats after {format_duration(repeat)}, but Alertmanager only looks every {format_duration(look)} "
        "(the group interval)"
    )
    return Problem(CODE, path, message, f"write `{format_duration(look)}` or more", Severity.WARNING)


def forgotten(path: Path, who: str, repeat: Decimal, remembered: Decimal) -> Problem:
    """Return the problem of a time that Alertmanager does not remember."""
    message = (
        f"{who} repeats after {format_duration(repeat)}, but Alertmanager forgets after {format_duration(remembered)} "
        "what it told, and tells it again then"
    )
    return Problem(CODE, path, message, f"write `{format_duration(remembered)}` or less", Severity.WARNING)
