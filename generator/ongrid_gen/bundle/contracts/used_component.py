"""OG020: what a pipeline of the collector names is defined, and what is defined is used."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig, items, mapping
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG020"
PARTS: Final = ("receivers", "processors", "exporters")
REFERS: Final = ("authenticator", "storage")  # keys whose value is the name of an extension


def check(wiring: Wiring) -> Iterator[Problem]:
    """The collector does not start with an unknown name; of a component that is not in a pipeline it says nothing."""
    for service in wiring.running(is_collector):
        yield from of_collector(service.settings, service.config)


def of_collector(data: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Yield what is named and not there, and what is there and not named."""
    named = list(names(data, file))
    started = {name for sort, name, _ in named if sort == "extensions"}
    for sort in PARTS:
        yield from unstarted(data.get(sort), (file, sort), started)
    for sort in (*PARTS, "extensions"):
        defined = mapping(data.get(sort))
        connectors = set(mapping(data.get("connectors"))) if sort != "processors" else set()
        used = {name for one, name, _ in named if one == sort}
        for one, name, path in named:
            if one == sort and name not in defined and name not in connectors:
                yield Problem(CODE, path, f"`{name}` is not among the `{sort}`", did_you_mean(name, defined))
        for name in defined:
            if name not in used:
                yield Problem(CODE, (file, sort, name), f"`{name}` of the `{sort}` is in no pipeline: it does nothing",
                              "name it where it belongs, or remove it", Severity.WARNING, on_key=True)  # fmt: skip


def names(data: Mapping[str, Any], file: str) -> Iterator[tuple[str, str, Path]]:
    """Yield every name of a component with the sort that it is of, and where it stands."""
    for pipeline, settings in items(dig(data, "service", "pipelines")):
        for sort in PARTS:
            for index, name in items(dig(settings, sort)):
                yield sort, str(name), (file, "service", "pipelines", pipeline, sort, index)
    for index, name in items(dig(data, "service", "extensions")):
        yield "extensions", str(name), (file, "service", "extensions", index)


def unstarted(data: Any, path: Path, started: Collection[str]) -> Iterator[Problem]:
    """Yield the extensions that a component refers to and that are not started."""
    for key, value in items(data):
        if key not in REFERS or not isinstance(value, str):
            yield from unstarted(value, (*path, key), started)
        elif value not in started:
            yield Problem(
                CODE, (*path, key), f"the extension `{value}` is not started", "name it in `service.extensions`"
            )
