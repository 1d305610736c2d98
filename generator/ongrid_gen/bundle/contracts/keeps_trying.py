"""OG074: what could not be sent is sent again, until it is heard."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.network import EXPORTERS, is_collector
from ongrid_gen.bundle.plain import dig, items, seconds
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG074"
RETRY: Final = "retry_on_failure"
LONGEST: Final = "max_elapsed_time"  # 0 is without end; what the collector takes without a word is five minutes


def check(wiring: Wiring) -> Iterator[Problem]:
    """While the next hop restarts, spans wait; without trying again, or for some minutes only, they are thrown away."""
    for service in wiring.running(is_collector):
        for name, exporter in items(service.settings.get("exporters")):
            path = (service.config, "exporters", name, RETRY)
            if str(name).split("/")[0] not in EXPORTERS or name not in carriers(service.settings):
                continue
            if dig(exporter, RETRY, "enabled") is False:
                yield Problem(CODE, (*path, "enabled"), f"`{name}` tries only once: what is not heard then is lost",
                              "write `enabled: true`")  # fmt: skip
            elif seconds(dig(exporter, RETRY, LONGEST)) != 0:
                yield Problem(CODE, (*path, LONGEST), f"`{name}` gives up after a while: what waits then is lost",
                              f"write `{LONGEST}: 0s`, which is without end")  # fmt: skip


def carriers(data: Mapping[str, Any]) -> set[Any]:
    """Return the exporters of pipelines of spans or logs. A metric that comes late tells nobody anything."""
    return {name for pipeline, settings in items(dig(data, "service", "pipelines"))
            if str(pipeline).split("/")[0] != "metrics" for _, name in items(dig(settings, "exporters"))}  # fmt: skip
