"""OG071: an alert is told again as often as it is said."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.bundle.network import is_alertmanager
from ongrid_gen.bundle.plain import dig, items, seconds
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.told_again import REMEMBERED, forgotten, never_so_soon
from ongrid_gen.conventions import WATCHDOG
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG071"
# What Alertmanager takes when nothing is said.
USUAL: Final = {"group_interval": Decimal(300), "repeat_interval": Decimal(4 * 3600)}


def check(wiring: Wiring) -> Iterator[Problem]:
    """Alertmanager looks once a `group_interval` whether it is time, and forgets what it told."""
    for service in wiring.running(is_alertmanager):
        found = service.flag("--data.retention")
        remembered = (seconds(found[0]) if found else None) or REMEMBERED
        yield from told(service.settings["route"], (service.config, "route"), USUAL, remembered, service)


def told(route: Any, path: Path, above: dict[str, Decimal], remembered: Decimal, service: Service) -> Iterator[Problem]:
    """Yield what is wrong with the times of a route, and of those below it."""
    if any(WATCHDOG in str(one) and "!=" not in str(one) for _, one in items(dig(route, "matchers"))):
        return  # the heartbeat is told at every look, on purpose
    times = {key: seconds(dig(route, key)) or usual for key, usual in above.items()}
    said = [key for key in times if dig(route, key) is not None]
    place = (*path, "repeat_interval" if "repeat_interval" in said else "group_interval")
    repeat, look = times["repeat_interval"], times["group_interval"]
    if said and repeat < look:
        yield never_so_soon(place, "a route", repeat, look)
    elif "repeat_interval" in said and repeat > remembered:
        yield forgotten(place, "a route", repeat, remembered)
    for index, child in items(dig(route, "routes")):
        yield from told(child, (*path, "routes", index), times, remembered, service)
