"""OG066: a `$` means what its reader takes it for: Compose, the collector, Prometheus and Grafana replace variables."""

import re
from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.files import COMPOSE, PROVISIONING
from ongrid_gen.bundle.network import is_collector, is_prometheus
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG066"
DOLLAR: Final = re.compile(r"\$(?:\$|\{[^}]*\}?|\w*)")
# A dollar, or a variable that has a default or comes from the environment on purpose.
MEANT: Final = re.compile(r"\$\$|\$\{(?:env:|file:|yaml:|\w+:?[-?]).*", re.DOTALL)


def check(wiring: Wiring) -> Iterator[Problem]:
    """A variable that is not set is replaced by nothing: a password loses its middle, a query its range."""
    for file in wiring.bundle.documents:
        if file.endswith(COMPOSE) or file.startswith(PROVISIONING) or is_collector(wiring.bundle.data(file)):
            yield from unescaped(wiring.bundle.data(file), (file,))
    for service in wiring.running(is_prometheus):
        keys = ("global", "external_labels")  # the only part that it expands
        yield from unescaped(dig(service.settings, *keys), (service.config, *keys))


def unescaped(data: Any, path: Path) -> Iterator[Problem]:
    """Yield every lonely dollar below a place."""
    for found in DOLLAR.finditer(data) if isinstance(data, str) else ():
        if not MEANT.fullmatch(found[0]):
            yield replaced(found[0], path, found.span())
    for key, value in items(data):
        yield from unescaped(value, (*path, key))


def replaced(text: str, path: Path, within: tuple[int, int]) -> Problem:
    """Return the problem of a variable that nobody meant."""
    file = str(path[0])
    if path[1:2] == ("global",) or file.startswith(PROVISIONING):
        hint = f"write `${text}` for a dollar"
    else:
        named = "${NAME:-default}" if file.endswith(COMPOSE) else "${env:NAME}"
        hint = f"write `${text}` if it is a dollar, or `{named}`"
    message = f"`{text}` is replaced by a variable of the environment, or by nothing"
    return Problem(CODE, path, message, hint, within=within)
