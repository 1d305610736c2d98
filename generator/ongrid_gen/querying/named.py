"""Queries that are asked by name: `@slow-in-service`, with values for what is left open in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ongrid_gen import library
from ongrid_gen.model import Site
from ongrid_gen.suggest import listed, nearest
from ongrid_gen.tracequery.base import AskedError

MARK: Final = "@"


@dataclass(frozen=True, slots=True)
class Entry:
    """A query that has a name: what it answers, what is left open in it, whether it gives series."""

    name: str
    answers: str
    parameters: tuple[str, ...]
    gives_series: bool


def expression_of(text: str, given: Mapping[str, str], site: Site | None) -> str:
    """Return the query that a text is, or that it names. AskedError when there is none, or a value does not fit."""
    if not text.startswith(MARK):
        if given:
            raise AskedError("-p fills a query that has a name: write @name instead of the query")
        return text
    name = text.removeprefix(MARK)
    if site is not None and name in site.queries:
        refuse_values(name, (), given)
        return site.queries[name]
    known = {query.name: query for query in library.queries()}
    if name not in known:
        raise AskedError(no_query(name, [*known, *(site.queries if site else ())]))
    query = known[name]
    refuse_values(name, query.parameters, given)
    values = {**(library.values(site) if site is not None else {}), **given}
    if missing := [one for one in query.parameters if one not in values]:
        raise AskedError(f"`{MARK}{name}` leaves {listed(missing)} open: give -p {missing[0]}=…")
    try:
        return query.filled(values)
    except ValueError as error:
        raise AskedError(str(error)) from None


def refuse_values(name: str, known: tuple[str, ...], given: Mapping[str, str]) -> None:
    """Refuse a value that has no place in a query."""
    odd = next((one for one in given if one not in known), None)
    if odd is not None:
        has = f"it has {listed(known)}" if known else "it has none"
        raise AskedError(f"`{MARK}{name}` has no parameter `{odd}`; {has}")


def no_query(name: str, known: list[str]) -> str:
    """Return the sentence that says which queries there are."""
    near = nearest(name, known)
    meant = f"did you mean `{MARK}{near}`?" if near else "`ongrid-gen query list` says which there are"
    return f"no query has the name `{name}`; {meant}"


def entries(site: Site | None) -> list[Entry]:
    """Return every query that can be asked by name."""
    own = site.queries if site is not None else {}
    found = [
        Entry(query.name, query.answers, query.parameters, query.needs == library.METRICS)
        for query in library.queries()
        if query.name not in own
    ]
    return [*found, *(Entry(name, query, (), False) for name, query in own.items())]
