"""OG007: a query of the spec is TraceQL, and of the chosen Tempo's version."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG007"


def check(site: Site) -> Iterator[Problem]:
    """A query that does not parse is found out when somebody needs it, amid an incident."""
    dialect = dialect_of(site)
    if not site.queries or not dialect.TRACEQL:
        return  # OG025 tells that they are left out
    from ongrid_gen.traceql import TraceqlError, read  # most specs have no query, and start without the reader

    for name, query in site.queries.items():
        path: Path = ("queries", name)
        try:
            written = read(query, dialect.VERSION)
        except TraceqlError as error:
            message, within = f"query `{name}`: {error.message}", (error.start, error.end)
            yield Problem(CODE, path, message, error.hint, within=within)
            continue
        if written.is_metrics and not dialect.TRACEQL_METRICS:
            yield Problem(
                code=CODE,
                path=path,
                message=f"query `{name}` gives series, for which Tempo {dialect.VERSION} would need `local-blocks`",
                hint='leave it out, or choose `versions: {tempo: "3.0"}`',
            )
