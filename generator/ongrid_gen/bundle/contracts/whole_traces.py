"""OG009: who decides on whole traces sees them whole, however many there are of it."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.network import BALANCERS, is_collector
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG009"
WHOLE: Final = ("tail_sampling", "span_metrics", "spanmetrics", "service_graph", "servicegraph")
BY_TRACE: Final = "traceID"  # also what a load balancer does when it is told nothing
NUMBERS: Final = (("deploy", "replicas"), ("scale",))


def check(wiring: Wiring) -> Iterator[Problem]:
    """Two collectors that share the spans of a trace each decide, or count, on a half of it."""
    collectors = list(wiring.running(is_collector))
    balancers = [(service, name) for service in collectors for name in used(service, "exporters")
                 if name.split("/")[0] in BALANCERS]  # fmt: skip
    needing = {service.name: needs for service in collectors if (needs := needs_whole(service))}
    for service in collectors if not balancers else ():
        number, path = replicas(service)
        if service.name in needing and number > 1:
            needs = needing[service.name]
            yield Problem(CODE, path, f"`{needs}` of `{service.name}` needs whole traces, and {number} share them",
                          "run one, or put a collector before them that balances by trace ID")  # fmt: skip
    for service, name in balancers if needing else ():
        path = (service.config, "exporters", name, "routing_key")
        key = dig(service.settings, *path[1:])
        if key not in (None, BY_TRACE):
            who, needs = next(iter(needing.items()))
            yield Problem(CODE, path, f"`{name}` of `{service.name}` spreads spans by `{key}`: `{needs}` of `{who}` "
                          "needs whole traces", f"write `{BY_TRACE}`")  # fmt: skip


def needs_whole(service: Service) -> str | None:
    """Return what a collector has that decides on whole traces, or counts them; None when it has nothing like that."""
    return next((one for one in used(service, "processors", "connectors") if one.split("/")[0] in WHOLE), None)


def used(service: Service, *sections: str) -> Iterator[str]:
    """Yield the components of some sections."""
    return (str(name) for section in sections for name, _ in items(service.settings.get(section)))


def replicas(service: Service) -> tuple[int, Path]:
    """Return how many there are of a container, and where that is written."""
    for keys in NUMBERS:
        number: Any = dig(service.data, *keys)
        if isinstance(number, int):
            return number, (*service.path, *keys)
    return 1, service.path
