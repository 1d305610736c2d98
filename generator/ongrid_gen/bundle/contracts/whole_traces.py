"""OG009: who decides on whole traces sees them whole, however many there are of it."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG009"
WHOLE: Final = ("tail_sampling", "span_metrics", "spanmetrics", "service_graph", "servicegraph")
BALANCERS: Final = ("load_balancing", "loadbalancing")
NUMBERS: Final = (("deploy", "replicas"), ("scale",))


def check(wiring: Wiring) -> Iterator[Problem]:
    """Two collectors that share the spans of a trace each decide, or count, on a half of it."""
    collectors = wiring.running(is_collector)
    balanced = any(one.split("/")[0] in BALANCERS for service in collectors for one in used(service, "exporters"))
    for service in () if balanced else collectors:
        needs = next((one for one in used(service, "processors", "connectors") if one.split("/")[0] in WHOLE), None)
        number, path = replicas(service)
        if needs is not None and number > 1:
            yield Problem(CODE, path, f"`{needs}` of `{service.name}` needs whole traces, and {number} share them",
                          "run one, or put a collector before them that balances by trace ID")  # fmt: skip


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
