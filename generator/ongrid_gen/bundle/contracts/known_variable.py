"""OG097: a variable that a dashboard asks with is one that it has."""

import re
from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.files import DASHBOARDS
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG097"
# Where variables are replaced so that something else is asked; `$1` and `$__range` are none of the dashboard's.
ASKED: Final = ("expr", "query", "url", "uid", "definition")
VARIABLE: Final = re.compile(r"\$\{([A-Za-z]\w*)(?:[.:][^}]*)?\}|\$([A-Za-z]\w*)|\[\[([A-Za-z]\w*)\]\]")


def check(wiring: Wiring) -> Iterator[Problem]:
    """Grafana leaves what it does not know as it is written: `service="$servce"` selects nothing."""
    for file in wiring.bundle.below(DASHBOARDS):
        data = wiring.bundle.data(file)
        # where there is no variable a dollar is only that: names of operations have some, too
        if known := variables(data):
            yield from unknown(data, (file,), known)


def variables(data: Any) -> list[str]:
    """Return the names of the variables that a dashboard has."""
    return [str(dig(one, "name")) for _, one in items(dig(data, "templating", "list"))]


def unknown(data: Any, path: Path, known: list[str]) -> Iterator[Problem]:
    """Yield what is asked with and not known, below a place."""
    for key, value in items(data):
        if isinstance(value, str) and key in ASKED:
            for found in VARIABLE.finditer(value):
                name = found[1] or found[2] or found[3]
                if name not in known:
                    yield missing(name, (*path, key), known, found.span())
        elif isinstance(value, str) and key == "repeat" and value and value not in known:
            yield missing(value, (*path, key), known)
        else:
            yield from unknown(value, (*path, key), known)


def missing(name: str, path: Path, known: list[str], within: tuple[int, int] | None = None) -> Problem:
    """Return the problem of a variable that a dashboard does not have."""
    return Problem(CODE, path, f"the dashboard has no variable `{name}`", did_you_mean(name, known), within=within)
