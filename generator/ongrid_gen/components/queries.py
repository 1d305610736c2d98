"""TraceQL to begin with: `queries/traceql.yaml`, each query filled with the site's own names.

Tempo before 2.0 has no TraceQL and answers every query with traces that nothing filtered: it gets no file.
"""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen import library
from ongrid_gen.components.base import Tree, yaml_file
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import QUERIES
from ongrid_gen.model import Site

NAME: Final = "queries"
WHY: Final = "they give series, for which this Tempo would need the processor `local-blocks`; 3.0 does without"


def files(site: Site) -> Tree:
    """Return the queries that the site's Tempo answers; those that it cannot are named with the reason."""
    dialect = dialect_of(site)
    if not dialect.TRACEQL:
        return {}
    missing = [one.name for one in library.queries() if one.needs == library.METRICS and not dialect.TRACEQL_METRICS]
    values = library.values(site)
    usual = [one for one in library.queries() if one.name not in (*missing, *site.queries)]
    data: dict[str, Any] = {
        "tempo": dialect.VERSION,
        "queries": [*(entry(one, values) for one in usual), *own(site)],
    }
    if missing:
        data["left_out"] = {"why": WHY, "queries": missing}
    return {QUERIES: yaml_file(data, site)}


def own(site: Site) -> Iterator[dict[str, Any]]:
    """Yield the spec's own queries as they are written down; one with the name of another takes its place."""
    for name, query in site.queries.items():
        from ongrid_gen.traceql import read

        series = {"gives": "series"} if read(query, site.tempo.dialect).is_metrics else {}
        yield {"name": name, "query": query, **series}


def entry(query: library.Named, values: dict[str, str]) -> dict[str, Any]:
    """Return one query as it is written down."""
    found: dict[str, Any] = {"name": query.name, "answers": query.answers, "query": query.filled(values)}
    if query.note:
        found["note"] = query.note
    if query.needs == library.METRICS:
        found["gives"] = "series"
    if query.parameters:
        found["parameters"] = {name: values[name] for name in query.parameters}
    return found
