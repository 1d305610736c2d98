"""OG012: an exemplar goes all the way: Tempo sends it, Prometheus stores it, Grafana opens its trace."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.network import PROVISIONING, dig, is_prometheus, is_tempo, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import EXEMPLAR_LABEL
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG012"
FEATURE: Final = "exemplar-storage"


def check(wiring: Wiring) -> Iterator[Problem]:
    """One link missing, and no dot on a histogram leads to a trace; nothing reports it."""
    if not sends(wiring):
        return
    for service in wiring.services:
        if is_prometheus(wiring.bundle.data(service.config or "")) and FEATURE not in features(service):
            yield Problem(CODE, (*service.path, "command"),
                          f"Tempo sends exemplars, and `{service.name}` does not store them",
                          f"add `--enable-feature={FEATURE}`")  # fmt: skip
    for path, source in prometheus_sources(wiring):
        names = {dig(one, "name") for _, one in items(dig(source, "jsonData", "exemplarTraceIdDestinations"))}
        if EXEMPLAR_LABEL not in names:
            yield Problem(CODE, (*path, "jsonData", "exemplarTraceIdDestinations"),
                          f"no exemplar of Tempo's opens its trace: it bears the label `{EXEMPLAR_LABEL}`",
                          f"add a destination with `name: {EXEMPLAR_LABEL}`")  # fmt: skip


def sends(wiring: Wiring) -> bool:
    """Tell whether a Tempo of the bundle sends exemplars."""
    configs = [wiring.bundle.data(service.config or "") for service in wiring.services]
    return any(
        dig(target, "send_exemplars") is True
        for data in configs
        if is_tempo(data)
        for _, target in items(dig(data, "metrics_generator", "storage", "remote_write"))
    )


def features(service: Service) -> set[str]:
    """Return the features that a program is started with."""
    return {name for flag, value, _ in service.flags if flag == "--enable-feature" for name in value.split(",")}


def prometheus_sources(wiring: Wiring) -> Iterator[tuple[Path, Any]]:
    """Yield Grafana's datasources of the type Prometheus."""
    for file in wiring.bundle.below(PROVISIONING):
        for index, source in items(wiring.bundle.data(file).get("datasources")):
            if dig(source, "type") == "prometheus":
                yield (file, "datasources", index), source
