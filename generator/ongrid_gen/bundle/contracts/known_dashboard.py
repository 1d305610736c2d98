"""OG098: a dashboard that a link leads to exists, once, and has the variables that the link sets."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from ongrid_gen.bundle.contracts.known_variable import variables
from ongrid_gen.bundle.files import DASHBOARDS
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG098"
LEADS: Final = re.compile(r"/d/([^/?#]+)")
SETS: Final = "var-"
# A link of an annotation is a Go template; what is in it is no part of an address's grammar.
TEMPLATE: Final = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}")


def check(wiring: Wiring) -> Iterator[Problem]:
    """Of two dashboards with a UID Grafana shows neither for sure; a link to one that is not there is a blank page."""
    known: dict[str, list[str]] = {}
    places: dict[str, Path] = {}
    for file in wiring.bundle.below(DASHBOARDS):
        data = wiring.bundle.data(file)
        uid = str(dig(data, "uid"))
        path: Path = (file, "uid")
        if uid in places:
            yield Problem(CODE, path, f"two dashboards have the UID `{uid}`", "change one of the two",
                          related=(places[uid],))  # fmt: skip
        places.setdefault(uid, path)
        known[uid] = variables(data)
    for file in wiring.bundle.below(DASHBOARDS) if known else ():
        yield from followed(wiring.bundle.data(file), (file,), known)
    for rule, path in wiring.bundle.rules if known else ():
        yield from followed(dig(rule, "annotations"), (*path, "annotations"), known)


def followed(data: Any, path: Path, known: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Yield the links below a place that lead nowhere."""
    for key, value in items(data):
        if isinstance(value, str) and (key == "url" or "://" in value):
            yield from leads(value, (*path, key), known)
        else:
            yield from followed(value, (*path, key), known)


def leads(address: str, path: Path, known: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Yield what is wrong with one address, if it is that of a dashboard."""
    way, _, query = TEMPLATE.sub("x", address).partition("?")
    found = LEADS.search(way)
    if found is None:
        return
    if found[1] not in known:
        yield Problem(CODE, path, f"no dashboard has the UID `{found[1]}`", did_you_mean(found[1], known))
        return
    for name in (key.removeprefix(SETS) for key in parse_qs(query) if key.startswith(SETS)):
        if name not in known[found[1]]:
            yield Problem(CODE, path, f"the dashboard `{found[1]}` has no variable `{name}`",
                          did_you_mean(name, known[found[1]]))  # fmt: skip
