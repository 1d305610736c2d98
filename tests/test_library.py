"""The named queries: each is TraceQL for the Tempo it is rendered for, and a value cannot get out of its place."""

import pytest

from ongrid_gen import library
from ongrid_gen.components import queries
from ongrid_gen.components.tempo import DIALECTS
from ongrid_gen.conventions import QUERIES
from ongrid_gen.traceql import filters, read
from ongrid_gen.traceql.tree import Literal, walk
from ongrid_gen.yamlio import parse
from support import site_of
from test_golden import SPECS, spec_text

HOSTILE = 'x" } || { true || "\\'
FROM_THE_SOURCES = """
{ resource.service.name = "api" } -> service
{ duration > 1s } -> slow
{ resource.service.name = "api" && duration > 1s } -> slow-in-service
{ resource.service.name = "api" } >> { name = "db_query" } -> call-below
{ duration > 1s } | count() > 0 -> many-slow
{ name =~ ".*db.*" } -> name-like
{ span.user.id = "12345" } -> user
{ resource.service.name = "frontend" } > { resource.service.name = "backend" } -> calls
{ resource.service.name = "frontend" } >> { resource.service.name = "backend" } -> reaches
{ resource.service.name = "backend" } < { resource.service.name = "frontend" } -> callers
{ resource.service.name = "frontend" } ~ { resource.service.name = "backend" } -> side-by-side
{ } | count() > 100 -> large
{ resource.service.name = "api" } | avg(duration) > 500ms -> slow-on-average
{ resource.service.name = "api" } | rate() by (resource.service.name) -> rate
{ resource.service.name = "api" } | quantile_over_time(duration, 0.99) > 1s -> slow-quantile
"""
BY_NAME = {query.name: query for query in library.queries()}


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize("spec", SPECS)
def test_what_is_rendered_is_what_that_tempo_answers(spec: str, dialect: str) -> None:
    tree = queries.files(site_of(spec_text(spec, dialect)))
    if not DIALECTS[dialect].TRACEQL:
        assert {} == tree
        return
    data = parse(tree[QUERIES])
    assert isinstance(data, dict)
    written = [read(one["query"], dialect) for one in data["queries"]]
    assert DIALECTS[dialect].TRACEQL_METRICS == any(one.is_metrics for one in written)
    assert [one.is_metrics for one in written] == [one.get("gives") == "series" for one in data["queries"]]
    left_out = data.get("left_out", {"queries": []})["queries"]
    assert set(BY_NAME) == {one["name"] for one in data["queries"]} | set(left_out)


@pytest.mark.parametrize("line", FROM_THE_SOURCES.strip().splitlines())
def test_the_queries_of_the_sources_have_names(line: str) -> None:
    text, _, name = line.partition(" -> ")
    values = {key: str(data["value"]) for key, data in library.source()["parameters"].items()} | {"service": "api"}
    assert text == BY_NAME[name].filled(values)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_value_cannot_get_out_of_its_place(name: str) -> None:
    parameters = library.source()["parameters"]
    usual = {key: str(data["value"]) for key, data in parameters.items()}
    texts = [key for key in BY_NAME[name].parameters if parameters[key]["type"] == "text" and key != "pattern"]
    tree = read(BY_NAME[name].filled(usual | dict.fromkeys(texts, HOSTILE)), "3.0").tree
    assert len(filters(read(BY_NAME[name].filled(usual), "3.0").tree)) == len(filters(tree))
    if texts:
        assert {HOSTILE} == {one.value for one in walk(tree) if isinstance(one, Literal) and one.type == "string"}


@pytest.mark.parametrize(
    ("name", "value"), [("min_duration", "1 s"), ("min_duration", "1s }"), ("status_code", "x"), ("quantile", "NaN")]
)
def test_a_value_of_the_wrong_sort_is_refused(name: str, value: str) -> None:
    usual = {key: str(data["value"]) for key, data in library.source()["parameters"].items()}
    query = next(one for one in library.queries() if name in one.parameters)
    with pytest.raises(ValueError, match="is no"):
        query.filled(usual | {name: value})


def test_every_parameter_is_used_and_every_query_is_said_in_words() -> None:
    assert set(library.source()["parameters"]) == {name for query in library.queries() for name in query.parameters}
    assert len(BY_NAME) == len(library.queries())
    assert all(query.answers for query in library.queries())


def test_a_site_fills_the_queries_with_its_own_names() -> None:
    values = library.values(site_of(spec_text("site.yaml", "2.10")))
    assert ("payments-api", "POST /v1/charge", "800ms", "shop-web", "payments-api") == tuple(
        values[key] for key in ("service", "operation", "min_duration", "caller", "callee")
    )
