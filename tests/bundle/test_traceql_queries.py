"""TraceQL is found in dashboards, links and annotations, with Grafana's variables read as what they stand for."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.bundle.traceql import of_address, traceql_queries, without_variables
from ongrid_gen.problems import Problem
from ongrid_gen.traceql import read
from support import ROOT

SITE = ROOT / "tests" / "golden" / "site-2.10"
TEMPO = {"type": "tempo", "uid": "tempo"}


def found(folder: Path, *panels: Any) -> list[Problem]:
    """Return what is said of a bundle with a dashboard of these panels."""
    copy = folder / "shop"
    shutil.copytree(SITE, copy)
    dashboard = copy / "grafana" / "dashboards" / "traces.json"
    dashboard.parent.mkdir(parents=True, exist_ok=True)
    dashboard.write_text(json.dumps({"panels": panels}, indent=1), encoding="utf-8")
    return check_bundle(read_bundle(copy))


@pytest.mark.parametrize(
    "panel",
    [
        {"targets": [{"datasource": TEMPO, "queryType": "traceql", "query": "{ duration > }"}]},
        {"datasource": TEMPO, "targets": [{"query": "{ duration > }"}]},
        {"datasource": {"uid": "tempo"}, "targets": [{"refId": "A", "query": "{ duration > }"}]},
        {"type": "row", "panels": [{"datasource": TEMPO, "targets": [{"query": "{ duration > }"}]}]},
    ],
)
def test_a_panel_that_asks_tempo_is_read(tmp_path: Path, panel: Any) -> None:
    (problem,) = found(tmp_path, panel)
    assert "OG007" == problem.code
    assert "query" == problem.path[-1]
    assert (13, 14) == problem.within


@pytest.mark.parametrize(
    "panel",
    [
        {"datasource": TEMPO, "targets": [{"query": "0af7651916cd43dd8448eb211c80319c"}]},
        {"datasource": TEMPO, "targets": [{"query": "$trace"}]},
        {"datasource": TEMPO, "targets": [{"queryType": "serviceMap", "query": "anything"}]},
        {"datasource": {"type": "prometheus", "uid": "prometheus"}, "targets": [{"query": "not { traceql"}]},
        {"datasource": TEMPO, "targets": [{"queryType": "traceql", "query": '{ name = "$op" && duration > $slow }'}]},
    ],
)
def test_what_is_no_traceql_is_left_alone(tmp_path: Path, panel: Any) -> None:
    assert [] == found(tmp_path, panel)


@pytest.mark.parametrize(
    "text",
    [
        '{ resource.service.name = "$service" }',
        '{ resource.service.name =~ "${service:regex}" && duration > $min }',
        "{ $filter && status = error }",
        "{ ${filter:raw} } | rate() by ($group)",
        "{ } | quantile_over_time(duration, $q, .5) | topk($n)",
        "{ name = $$name } | count() > 5",
        "{ .a = [[value]] }",
    ],
)
def test_variables_are_read_as_what_they_stand_for(text: str) -> None:
    read(without_variables(text))


def test_links_to_tempo_are_read(tmp_path: Path) -> None:
    copy = tmp_path / "shop"
    shutil.copytree(SITE, copy)
    file = copy / "grafana" / "provisioning" / "datasources" / "datasources.yaml"
    file.write_text(
        file.read_text(encoding="utf-8")
        + """- name: Loki
  uid: loki
  type: loki
  jsonData:
    derivedFields:
    - {name: id, datasourceUid: tempo, url: '$${__value.raw}'}
    - {name: span, datasourceUid: tempo, url: '{ span:id = "$${__value.raw}" }'}
  correlations:
  - {targetUID: tempo, label: slow, config: {target: {query: '{ duration > $${min} }'}}}
""",
        encoding="utf-8",
    )
    links = [query for query in traceql_queries(read_bundle(copy)) if "Loki" in query.who]
    assert ['{ span:id = "x" }', "{ duration > .x }"] == [query.text for query in links]


def test_every_search_of_an_annotation_is_found() -> None:
    queries = [query for query in traceql_queries(read_bundle(SITE)) if query.who.startswith("link `traces`")]
    rules = [rule for rule, _ in read_bundle(SITE).rules if "traces" in rule.get("annotations", {})]
    assert len(rules) == len(queries) > 3
    assert ["{ .a }"] == list(of_address("http://localhost:3200/api/search?limit=20&q=%7B%20.a%20%7D"))
