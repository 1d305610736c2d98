"""The TraceQL in a bundle: the queries with names, and those of Grafana's dashboards and links."""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from ongrid_gen.bundle.files import DASHBOARDS, Bundle
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.queries import Query
from ongrid_gen.conventions import QUERIES
from ongrid_gen.problems import Path

# What Grafana sends to Tempo as TraceQL; the text may also be the ID of a trace.
SENT: Final = ("traceql", "traceqlSearch")
TRACE_ID: Final = re.compile(r"\s*[0-9a-fA-F]{1,32}\s*")
# What stands for a variable of Grafana's: text in quotes, a number among the numbers of a function, else an attribute,
# which can be compared with anything.
IN_QUOTES: Final = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')
VARIABLE: Final = re.compile(r"\$\$?\{[\w.:]+\}|\$\$?\w+|\[\[\w+\]\]")
NUMBER: Final = re.compile(r"((?:,|k\()\s*)(?:\$\$?\{[\w.:]+\}|\$\$?\w+)(?=\s*[,)])")
TEMPLATE: Final = re.compile(r"\{\{.*?\}\}")


def traceql_queries(bundle: Bundle) -> Iterator[Query]:
    """Yield every query."""
    for number, one in items(bundle.data(QUERIES).get("queries")):
        text = dig(one, "query")
        if isinstance(text, str):
            yield Query(f"query `{dig(one, 'name')}`", (QUERIES, "queries", number, "query"), text, text)
    tempos = {str(dig(source, "uid")) for source, _ in bundle.datasources if dig(source, "type") == "tempo"}
    for source, path in bundle.datasources:
        yield from of_links(source, path, tempos)
    for file in bundle.below(DASHBOARDS):
        yield from of_panels(bundle.data(file), (file,), False, tempos)
    for rule, path in bundle.rules:
        yield from of_annotations(rule, (*path, "annotations"))


def of_links(source: Any, path: Path, tempos: set[str]) -> Iterator[Query]:
    """Yield what leads from a datasource to Tempo: derived fields and correlations."""
    who = f"of datasource `{dig(source, 'name')}`"
    for number, one in items(dig(source, "jsonData", "derivedFields")):
        if str(dig(one, "datasourceUid")) in tempos:
            place = (*path, "jsonData", "derivedFields", number, "url")
            yield from grafana(f"derived field `{dig(one, 'name')}` {who}", place, dig(one, "url"))
    for number, one in items(dig(source, "correlations")):
        if str(dig(one, "targetUID")) in tempos:
            place = (*path, "correlations", number, "config", "target", "query")
            yield from grafana(f"link `{dig(one, 'label')}` {who}", place, dig(one, "config", "target", "query"))


def of_panels(data: Any, path: Path, above: bool, tempos: set[str]) -> Iterator[Query]:
    """Yield the queries of a dashboard, however deep its panels are; `above` says that Tempo is asked around it."""
    asks = asks_tempo(dig(data, "datasource"), above, tempos) if isinstance(data, dict) else above
    sort = dig(data, "queryType") and str(dig(data, "queryType"))
    if isinstance(data, dict) and (sort in SENT or (asks and sort is None)):
        who = f"panel query {json.dumps(dig(data, 'refId') or '', ensure_ascii=False)}"
        yield from grafana(who, (*path, "query"), data.get("query"))
    for key, value in items(data):
        if key != "datasource":
            yield from of_panels(value, (*path, key), asks, tempos)


def asks_tempo(datasource: Any, above: bool, tempos: set[str]) -> bool:
    """Tell whether a panel, or what is in it, asks Tempo."""
    if datasource is None:
        return above
    return dig(datasource, "type") == "tempo" or str(dig(datasource, "uid")) in tempos


def of_annotations(rule: Any, path: Path) -> Iterator[Query]:
    """Yield the queries in the links of an alert's annotations."""
    for key, value in items(dig(rule, "annotations")):
        if isinstance(value, str) and "://" in value:
            for text in of_address(TEMPLATE.sub("x", value)):
                yield Query(f"link `{key}` of `{dig(rule, 'alert')}`", (*path, key), text, value)


def of_address(address: str) -> Iterator[str]:
    """Yield the queries in the address of Explore or of Tempo's search."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(address)
        if parts.path.endswith("/api/search"):
            yield from parse_qs(parts.query).get("q", ())
        for panes in parse_qs(parts.query).get("panes", ()):
            for _, pane in items(json.loads(panes)):
                for _, one in items(dig(pane, "queries")):
                    if dig(one, "queryType") == "traceql" and isinstance(dig(one, "query"), str):
                        yield one["query"]


def grafana(who: str, path: Path, text: Any) -> Iterator[Query]:
    """Yield a query with Grafana's variables replaced; nothing when it is none, or the ID of a trace."""
    if not isinstance(text, str) or not text.strip():
        return
    filled = without_variables(text)
    if not TRACE_ID.fullmatch(filled) and filled.strip() != ".x":
        yield Query(who, path, filled, text)


def without_variables(text: str) -> str:
    """Return a query that can be read in the place of one with variables."""
    quoted = IN_QUOTES.sub(lambda found: VARIABLE.sub("x", found[0]), text)
    return VARIABLE.sub(".x", NUMBER.sub(r"\g<1>1", quoted))
