"""OG076: who is awaited until healthy can say that it is."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG076"
HEALTHY: Final = "service_healthy"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Without a health check of its own, or one in its image, `up` stops there: nothing that waits is started."""
    for service in wiring.services:
        for name, wanted in items(service.data.get("depends_on")):
            other = dig(service.project, "services", name)
            if dig(wanted, "condition") == HEALTHY and isinstance(other, dict) and "healthcheck" not in other:
                path = (*service.path, "depends_on", name, "condition")
                message = f"`{service.name}` waits until `{name}` is healthy, which has no health check"
                hint = "write `condition: service_started`, or give it a `healthcheck`"
                related = ((service.file, "services", name),)
                yield Problem(CODE, path, message, hint, Severity.WARNING, related=related)
