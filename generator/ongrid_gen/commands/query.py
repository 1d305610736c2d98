"""`query`: traces, series and lines, asked where they are kept."""

import json
from typing import Any, Final

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.asked import Source, carets, source_options
from ongrid_gen.commands.common import progress
from ongrid_gen.errors import CommandError
from ongrid_gen.querying import data, tables
from ongrid_gen.querying.named import MARK, entries, expression_of
from ongrid_gen.querying.times import duration_of, step_of, window_of
from ongrid_gen.show import visible
from ongrid_gen.suggest import nearest
from ongrid_gen.tracequery import (
    KINDS,
    MOST,
    STATUSES,
    USUAL,
    AskedError,
    Backend,
    Filters,
    Search,
    Series,
    Window,
    connect,
)

JSON: Final = click.option("--json", "as_json", is_flag=True, help="print JSON")
LIMIT: Final = click.option("--limit", type=click.IntRange(1, MOST), default=USUAL, show_default=True,
                            help="how many at most")  # fmt: skip
STEP: Final = click.option("--step", default=None, help="from point to point; default: by the length of the time")
VALUES: Final = click.option("-p", "values", multiple=True, metavar="NAME=VALUE", help="a value for @name (repeatable)")


@click.group("query")
def command() -> None:
    """Ask for traces, series and lines. A query may be the name of one: `@slow` (`query list`)."""


def time_options(function: Any) -> Any:
    """Take the time that is asked for."""
    for option in (
        click.option("--end", default=None, help="until when; default: now"),
        click.option("--start", default=None, help="from when, like 2026-05-31T14:05:00Z"),
        click.option("--since", default=None, help="so long before the end, like 30m; default: 1h"),
    ):
        function = option(function)
    return function


def filter_options(function: Any) -> Any:
    """Take the filters that one span must hold."""
    for option in (
        click.option("--resource", multiple=True, metavar="NAME=VALUE", help="an attribute of the sender (repeatable)"),
        click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="of this kind (repeatable: or)"),
        click.option("--max-duration", default=None, help="took at most this, like 1.5s"),
        click.option("--min-duration", default=None, help="took at least this, like 800ms"),
        click.option("--status", type=click.Choice(STATUSES), default=None, help="ended with this status"),
        click.option("--operation", default=None, help="of this operation"),
        click.option("--service", default=None, help="of this service"),
    ):
        function = option(function)
    return function


@command.command("traceql")
@click.argument("query", required=False)
@VALUES
@filter_options
@time_options
@LIMIT
@JSON
@source_options
def traceql(
    query: str | None, values: tuple[str, ...], service: str | None, operation: str | None, status: str | None,
    min_duration: str | None, max_duration: str | None, kinds: tuple[str, ...], resource: tuple[str, ...],
    since: str | None, start: str | None, end: str | None, limit: int, as_json: bool, source: Source,
) -> None:  # fmt: skip
    """Search traces by a QUERY in TraceQL, or by what one span of them must hold, or both.

    Filters bind every spanset of the query.
    """
    filters = Filters(
        service=service, operation=operation, status=status, min_duration=duration_of(min_duration),
        max_duration=duration_of(max_duration), kinds=kinds, resource=pairs(resource),
    )  # fmt: skip
    window = window_of(since, start, end)
    spec = source.spec()
    expression = None if query is None else expression_of(query, pairs(values), spec.site if spec else None)
    search = Search(window=window, filters=filters, expression=expression, limit=limit)
    say_named(query, expression)
    deadline = source.deadline()
    backend = connect(source.endpoint(spec, "tempo"), deadline)
    with carets(expression or ""):
        hits = backend.search(search, deadline)
    if as_json:
        print_json({"backend": backend.name, "window": data.window_data(window), **data.hits_data(hits)})
        return
    click.echo(tables.hits_table(hits))
    if not hits.complete:
        progress(f"there may be more than these {len(hits.traces)}: narrow the search, or raise --limit")
    if not hits.traces:
        for line in meant(backend, filters, window, source):
            progress(line)


@command.command("trace")
@click.argument("trace_id")
@click.option("--rows", type=click.IntRange(1, 100_000), default=200, show_default=True, help="how many spans at most")
@JSON
@source_options
def trace(trace_id: str, rows: int, as_json: bool, source: Source) -> None:
    """Show one trace as a waterfall, with what the rest waited for. Exit 1 when it is not there."""
    from ongrid_gen.querying.waterfall import waterfall

    deadline = source.deadline()
    backend = connect(source.endpoint(source.spec(), "tempo"), deadline)
    found = backend.trace(trace_id, deadline)
    if found is None:
        progress(f"{backend.name} has no trace {trace_id}")
        raise Findings
    if as_json:
        print_json({"backend": backend.name, **data.trace_data(found)})
    else:
        click.echo(waterfall(found, rows))


@command.command("metrics")
@click.argument("query")
@VALUES
@time_options
@STEP
@JSON
@source_options
def metrics(
    query: str, values: tuple[str, ...], since: str | None, start: str | None, end: str | None, step: str | None,
    as_json: bool, source: Source,
) -> None:  # fmt: skip
    """Make series of spans by a QUERY in TraceQL."""
    window = window_of(since, start, end)
    spec = source.spec()
    expression = expression_of(query, pairs(values), spec.site if spec else None)
    say_named(query, expression)
    deadline = source.deadline()
    backend = connect(source.endpoint(spec, "tempo"), deadline)
    with carets(expression):
        found = backend.series(expression, window, step_of(window, step), deadline)
    show_series(found, as_json, backend=backend.name, query=expression, window=data.window_data(window))


@command.command("promql")
@click.argument("expression")
@time_options
@STEP
@JSON
@source_options
def promql(
    expression: str, since: str | None, start: str | None, end: str | None, step: str | None, as_json: bool,
    source: Source,
) -> None:  # fmt: skip
    """Ask Prometheus for an EXPRESSION: now, or at --end; over a time with --since or --start."""
    from ongrid_gen.promql import read
    from ongrid_gen.querying.prometheus import Prometheus

    over = since is not None or start is not None
    window = window_of(since, start, end)
    with carets(expression):
        read(expression)
        prometheus, deadline = Prometheus(source.endpoint(source.spec(), "prometheus")), source.deadline()
        if over:
            found = prometheus.over(expression, window, step_of(window, step), deadline)
        else:
            found = prometheus.at(expression, window.end, deadline)
    said = data.window_data(window) if over else {"end": tables.moment(window.end)}
    show_series(found, as_json, backend="Prometheus", query=expression, window=said)


@command.command("logql")
@click.argument("expression")
@time_options
@STEP
@LIMIT
@JSON
@source_options
def logql(
    expression: str, since: str | None, start: str | None, end: str | None, step: str | None, limit: int,
    as_json: bool, source: Source,
) -> None:  # fmt: skip
    """Ask Loki for an EXPRESSION: lines, the latest first, or series."""
    from ongrid_gen.querying.loki import Line, Loki

    window = window_of(since, start, end)
    loki, deadline = Loki(source.endpoint(source.spec(), "loki")), source.deadline()
    with carets(expression):
        found = loki.ask(expression, window, step_of(window, step), limit, deadline)
    lines = [one for one in found if isinstance(one, Line)]
    if not lines:
        series = [one for one in found if isinstance(one, Series)]
        show_series(series, as_json, backend="Loki", query=expression, window=data.window_data(window))
    elif as_json:
        print_json({"backend": "Loki", "query": expression, "window": data.window_data(window),
                    "lines": [data.line_data(line) for line in lines]})  # fmt: skip
    else:
        for line in lines:
            click.echo(f"{tables.moment(line.at / tables.NANO)}  {visible(line.text)}")


@command.command("list")
@JSON
@source_options
def list_(as_json: bool, source: Source) -> None:
    """List the queries that have names: those of the program and those of the spec."""
    spec = source.spec() if source.site.exists() else None
    found = entries(spec.site if spec else None)
    if as_json:
        print_json([{"name": one.name, "answers": one.answers, "parameters": list(one.parameters),
                     "gives": "series" if one.gives_series else "traces"} for one in found])  # fmt: skip
        return
    rows = [
        (MARK + one.name, "metrics" if one.gives_series else "traceql", " ".join(one.parameters), one.answers)
        for one in found
    ]
    click.echo(tables.table(("NAME", "BY", "PARAMETERS", "ANSWERS"), rows))


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Return `name=value` as a mapping. AskedError for what is none."""
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise AskedError(f"`{one}` is no NAME=VALUE")
        if name in found:
            raise AskedError(f"`{name}` is given twice")
        found[name] = value
    return found


def say_named(query: str | None, expression: str | None) -> None:
    """Say what a name stands for."""
    if query is not None and expression is not None and query != expression:
        progress(f"{query}: {expression}")


def show_series(found: list[Series], as_json: bool, **said: Any) -> None:
    """Print series, as a table or as JSON."""
    if as_json:
        print_json({**said, "series": data.series_data(found)})
    elif all(len(one.points) <= 1 for one in found):
        click.echo(tables.vector_table(found))
    else:
        click.echo(tables.series_table(found))


def print_json(found: Any) -> None:
    """Print JSON."""
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


def meant(backend: Backend, filters: Filters, window: Window, source: Source) -> list[str]:
    """Return what may have been meant by names that nothing bears; nothing when that cannot be had."""
    lines: list[str] = []
    for tag, name in (("service", filters.service), ("operation", filters.operation)):
        if name is None:
            continue
        try:
            known = backend.values(tag, window, source.deadline())
        except CommandError:
            return lines
        if name not in known:
            near = nearest(name, known)
            lines.append(f"no span has the {tag} `{name}` in this time" + (f"; did you mean `{near}`?" if near else ""))
    return lines
