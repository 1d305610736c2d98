"""OG093: logs that are older than their retention are deleted."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import is_loki
from ongrid_gen.bundle.plain import dig, seconds
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG093"
PERIOD: Final = ("limits_config", "retention_period")
SWITCH: Final = ("compactor", "retention_enabled")


def check(wiring: Wiring) -> Iterator[Problem]:
    """Loki takes either key without the other, and deletes nothing: the disk fills, and a promise is not kept."""
    for service in wiring.running(is_loki):
        data, file = service.settings, service.config
        kept = dig(data, *PERIOD)
        if dig(data, *SWITCH) is not True:
            path = (file, *SWITCH) if dig(data, *SWITCH) is not None else (file,)
            yield Problem(CODE, path, f"`{service.name}` deletes nothing, however old it is",
                          f"write `{'.'.join(SWITCH)}: true`")  # fmt: skip
        if kept is None or seconds(kept) == 0:
            path = (file, *PERIOD) if kept is not None else (file,)
            yield Problem(CODE, path, f"`{service.name}` keeps logs for ever", f"write `{'.'.join(PERIOD)}`")
