"""OG048: a metric that a query reads is one that something exposes, generates or records."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen import catalogue
from ongrid_gen.bundle.exposed import anything_scraped, is_pushed, is_recorded, metrics, pushing, recorded
from ongrid_gen.bundle.queries import Query
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem
from ongrid_gen.promql import selectors
from ongrid_gen.suggest import nearest

CODE: Final = "OG048"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A query of a metric that nobody exposes is empty: an alert that is silent for ever, a panel without a line."""
    known = metrics(wiring)
    rules = recorded(wiring.bundle)
    anything, pushed = anything_scraped(wiring), pushing(wiring)
    for query, written in wiring.sound_queries:
        read = [one for one in selectors(written.tree) if not is_pushed(one, pushed)]
        for one in {selector.metric: selector for selector in read}.values():
            name = one.metric
            if name is None or name in known or (anything and not name.startswith(catalogue.OWNED)):
                continue
            if not is_recorded(one, rules.get(name, ())):
                yield missing(query, name, written.place(name), known | rules.keys())


def missing(query: Query, name: str, place: tuple[int, int], known: frozenset[str]) -> Problem:
    """Return the problem of a metric that is not there, or not with such labels."""
    if name in known:
        message, hint = f"{query.who} reads `{name}` with labels that no recording gives it", "record it so"
    else:
        near = nearest(name, known)
        message = f"{query.who} reads `{name}`, which nothing exposes"
        hint = f"did you mean `{near}`?" if near else "scrape what exposes it, or record it"
    return Problem(CODE, query.path, message, hint, within=query.within(place))
