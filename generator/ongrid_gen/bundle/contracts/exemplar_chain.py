"""OG012: an exemplar goes all the way: Tempo sends it, Prometheus stores it, Grafana opens its trace."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import is_prometheus, is_tempo
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import EXEMPLAR_LABEL
from ongrid_gen.problems import Problem

CODE: Final = "OG012"
FEATURE: Final = "exemplar-storage"
TARGETS: Final = ("metrics_generator", "storage", "remote_write")


def check(wiring: Wiring) -> Iterator[Problem]:
    """One link missing, and no dot on a histogram leads to a trace; nothing reports it."""
    if not sends(wiring):
        yield from unsent(wiring)
        return
    for service in wiring.running(is_prometheus):
        if FEATURE not in features(service):
            yield Problem(CODE, (*service.path, "command"),
                          f"Tempo sends exemplars, and `{service.name}` does not store them",
                          f"add `--enable-feature={FEATURE}`")  # fmt: skip
    for source, path in wiring.bundle.datasources:
        names = {str(dig(one, "name")) for _, one in items(dig(source, "jsonData", "exemplarTraceIdDestinations"))}
        if dig(source, "type") == "prometheus" and EXEMPLAR_LABEL not in names:
            yield Problem(CODE, (*path, "jsonData", "exemplarTraceIdDestinations"),
                          f"no exemplar of Tempo's opens its trace: it bears the label `{EXEMPLAR_LABEL}`",
                          f"add a destination with `name: {EXEMPLAR_LABEL}`")  # fmt: skip


def unsent(wiring: Wiring) -> Iterator[Problem]:
    """Yield the Tempos that send no exemplars, where Prometheus stores what comes."""
    for store in wiring.running(is_prometheus):
        for service in wiring.running(is_tempo) if FEATURE in features(store) else ():
            for index, _ in items(dig(service.settings, *TARGETS)):
                yield Problem(CODE, (service.config, *TARGETS, index, "send_exemplars"),
                              f"`{store.name}` stores exemplars, and `{service.name}` sends none",
                              "write `send_exemplars: true`", related=((*store.path, "command"),))  # fmt: skip


def sends(wiring: Wiring) -> bool:
    """Tell whether a Tempo of the bundle sends exemplars."""
    return any(
        dig(target, "send_exemplars") is True
        for service in wiring.running(is_tempo)
        for _, target in items(dig(service.settings, *TARGETS))
    )


def features(service: Service) -> set[str]:
    """Return the features that a program is started with."""
    return {name for flag, value, _ in service.flags if flag == "--enable-feature" for name in value.split(",")}
