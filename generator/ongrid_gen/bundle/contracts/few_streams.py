"""OG092: what Loki makes labels of has few values."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.network import is_loki
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG092"
ATTRIBUTES: Final = ("limits_config", "otlp_config", "resource_attributes")
# The last word of an attribute that is another with each process, request or person.
MANY: Final = frozenset({"id", "uid", "uuid", "pid", "ip", "address", "url", "path", "query", "port", "time"})
MOST: Final = 15  # labels of a stream; one more, and Loki refuses the record


def check(wiring: Wiring) -> Iterator[Problem]:
    """Each set of values is a stream with chunks and an index of its own: with ids among them, Loki dies of them."""
    for service in wiring.running(is_loki):
        found, path = dig(service.settings, *ATTRIBUTES), (service.config, *ATTRIBUTES)
        if dig(found, "ignore_defaults") is not True:
            where = path if found is not None else (service.config,)
            yield Problem(CODE, where, "Loki makes labels of `service.instance.id` and of what else it takes by itself",
                          f"write `ignore_defaults: true` in `{'.'.join(ATTRIBUTES)}`, and list those that you want",
                          Severity.WARNING)  # fmt: skip
        named = list(labels(found, path))
        for name, place in named:
            if name.replace(".", "_").split("_")[-1] in MANY:
                hint = "remove it: an attribute that is no label is kept with each record"
                message = f"`{name}` is a label of logs, and has too many values for one"
                yield Problem(CODE, place, message, hint, Severity.WARNING)
        if len(named) > MOST:
            message = f"Loki refuses a record with more than {MOST} labels, and these are {len(named)}"
            yield Problem(CODE, named[MOST][1], message, f"leave {MOST} or fewer")


def labels(found: Any, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the attributes that become labels, and where they stand."""
    for index, one in items(dig(found, "attributes_config")):
        if dig(one, "action") == "index_label":
            for number, name in items(dig(one, "attributes")):
                yield str(name), (*path, "attributes_config", index, "attributes", number)
