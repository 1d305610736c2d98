"""OG021: what a collector takes out of spans for privacy, it takes out of resources, scopes and events too."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig, items, listed, unescaped
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.impersonal_dimension import PERSONAL
from ongrid_gen.components.privacy import PLACES
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.suggest import listed as in_words

CODE: Final = "OG021"
TRACES: Final = "traces"
# Attributes that hold what people typed or what opens a door; PERSONAL are those that say who it was.
TELLING: Final = re.compile(
    r"(?i)pass(word|wd)|secret|token|authorization|cookie|api[._-]?key|e-?mail|\.body$|card[._-]?number|ssn\b"
)
DELETES: Final = re.compile(
    r'delete_key\(\s*(resource|scope|span|spanevent)\.attributes\s*,\s*("(?:\\.|[^"\\])*")\s*\)'
)
ACTIONS: Final = ("delete", "hash")


def check(wiring: Wiring) -> Iterator[Problem]:
    """`attributes` and `resource` each see one place only; a key that a library writes elsewhere as well is stored."""
    for service in wiring.running(is_collector):
        for name, pipeline in items(dig(service.settings, "service", "pipelines")):
            if str(name).split("/")[0] == TRACES:
                yield from of_pipeline(service, [str(one) for one in listed(dig(pipeline, "processors"))])


def of_pipeline(service: Service, order: list[str]) -> Iterator[Problem]:
    """Yield the keys that a pipeline takes out of some places, and leaves in others."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for name in order:
        path = (service.config, "processors", name)
        for key, place, where in taken_out(name, dig(service.settings, "processors", name), path):
            found[key].setdefault(place, where)
    for key, places in found.items():
        left = [place for place in PLACES if place not in places]
        if left and is_telling(key):
            yield Problem(
                code=CODE,
                path=next(iter(places.values())),
                message=f"`{service.name}` takes `{key}` out of {in_words([f'{one}.attributes' for one in places])}, "
                f"and leaves it in {in_words([f'{one}.attributes' for one in left])}",
                hint=f"name it in `privacy.delete` of the spec, or add `delete_key({left[0]}.attributes, "
                f"{json.dumps(key, ensure_ascii=False)})` and the like to a `transform`",
                severity=Severity.WARNING,
            )


def is_telling(key: str) -> bool:
    """Tell whether an attribute is one that is taken out for the sake of a person, and not to save space."""
    return key.lower() in PERSONAL or TELLING.search(key) is not None


def taken_out(name: str, data: Any, path: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield what a processor takes out: the key, the place it is taken from, and where that is said."""
    sort = name.split("/")[0]
    if sort in ("attributes", "resource"):
        list_of = "actions" if sort == "attributes" else "attributes"
        for index, one in items(dig(data, list_of)):
            if dig(one, "action") in ACTIONS and isinstance(dig(one, "key"), str):
                yield unescaped(one["key"]), "span" if sort == "attributes" else sort, (*path, list_of, index)
    elif sort == "transform":
        for index, one in items(dig(data, "trace_statements")):
            yield from deleted(one, (*path, "trace_statements", index))


def deleted(statement: Any, path: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield what one statement, or a group of them, deletes."""
    if isinstance(statement, Mapping):
        for index, one in items(statement.get("statements")):
            yield from deleted(one, (*path, "statements", index))
    for place, key in DELETES.findall(unescaped(statement)) if isinstance(statement, str) else ():
        try:
            yield str(json.loads(key)), place, path
        except ValueError:
            continue  # the collector reads its escapes otherwise
