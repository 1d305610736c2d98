"""OG064: what Tempo writes and what Prometheus sends bear the same labels of the site."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.exposed import generators
from ongrid_gen.bundle.network import is_collector, is_prometheus
from ongrid_gen.bundle.plain import dig, items, mapping, unescaped
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG064"
ENVIRONMENT: Final = "environment"
ENVIRONMENT_ATTRIBUTE: Final = "deployment.environment"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Inhibition compares `site`; an alert whose series say another one is never muted by what causes it."""
    keys = ("metrics_generator", "registry", "external_labels")
    tempos = [external(one, *keys, read=str) for one in generators(wiring)]
    others = [external(one, "global", "external_labels", read=unescaped) for one in wiring.running(is_prometheus)]
    for path, labels in tempos:
        for other, wanted in others:
            for label in sorted(labels.keys() | wanted.keys()):
                if labels.get(label) != wanted.get(label):
                    yield differs(label, labels, wanted, path, other)
    for service in wiring.running(is_collector):
        yield from other_environment(service, others)


def other_environment(service: Service, others: list[tuple[Path, Mapping[str, str]]]) -> Iterator[Problem]:
    """Yield an environment that a collector gives its spans and that is not the site's."""
    for name, processor in items(service.settings.get("processors")):
        for index, one in items(dig(processor, "attributes")):
            for other, wanted in others if dig(one, "key") == ENVIRONMENT_ATTRIBUTE else ():
                said = unescaped(dig(one, "value"))
                if said != wanted.get(ENVIRONMENT):
                    path = (service.config, "processors", name, "attributes", index, "value")
                    message = (
                        f"`{service.name}` gives its spans the environment `{said}`, and alerts have "
                        f"`{wanted.get(ENVIRONMENT)}`"
                    )
                    yield Problem(CODE, path, message, "give both the same", related=((*other, ENVIRONMENT),))


def external(service: Service, *keys: str, read: Callable[[Any], str]) -> tuple[Path, Mapping[str, str]]:
    """Return where a program's external labels stand, and what they are as it reads them."""
    return (service.config, *keys), {
        label: read(value) for label, value in mapping(dig(service.settings, *keys)).items()
    }


def differs(label: str, labels: Mapping[str, str], wanted: Mapping[str, str], path: Path, other: Path) -> Problem:
    """Return the problem of a label that is not the same in both."""
    if label not in wanted:
        message = f"Tempo gives its series `{label}: {labels[label]}`, which Prometheus' own alerts lack"
        return Problem(CODE, (*path, label), message, "give both the same", related=(other,))
    said = f"is `{labels[label]}`" if label in labels else "is missing"
    message = f"the label `{label}` of what Tempo generates {said}, and Prometheus' own alerts have `{wanted[label]}`"
    hint, related = f"write `{label}: {wanted[label]}`", ((*other, label),)
    if label in labels:
        return Problem(CODE, (*path, label), message, hint, related=related)
    return Problem(CODE, path, message, hint, on_key=True, related=related)
