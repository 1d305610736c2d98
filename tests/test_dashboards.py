"""Dashboards: what Grafana's published schema takes, and what must not change when something else does."""

import enum
import importlib.util
import json
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from ongrid_gen import dashboards
from ongrid_gen.dashboards.base import Panel, Query, Row
from ongrid_gen.dashboards.draw import panels
from ongrid_gen.dashboards.layout import COLUMNS, Numbers
from ongrid_gen.model import Site
from support import ROOT, lacking, site_of

TEXT = (ROOT / "site.yaml").read_text(encoding="utf-8")
SAMPLED = (ROOT / "tests" / "golden" / "site.sampled.yaml").read_text(encoding="utf-8")
# What the schema of a dashboard leaves to the datasource: how Prometheus words the marks on the time axis.
OF_PROMETHEUS = ("titleFormat", "tagKeys")
HAS_SDK = importlib.util.find_spec("grafana_foundation_sdk") is not None


def rendered(site: Site) -> dict[str, Any]:
    return {path: json.loads(text) for path, text in dashboards.files(site).items()}


def all_of_them() -> dict[str, Any]:
    """Return every dashboard that there is, of sites that have them."""
    found: dict[str, Any] = {}
    for text in (TEXT, SAMPLED):
        for dialect in ("1.5", "2.10", "3.0"):
            site = site_of(text.replace('"2.10"', f'"{dialect}"'))
            found |= {f"{path} of {site.name} {dialect}": data for path, data in rendered(site).items()}
    return found


ALL = all_of_them()


def flat(data: Any) -> list[dict[str, Any]]:
    """Return the panels of a dashboard, those of folded rows too."""
    return [inner for one in data["panels"] for inner in (one, *one.get("panels", ()))]


def schema_of(data: Any) -> Any:
    """Return a dashboard as Grafana's own library reads it."""
    from grafana_foundation_sdk.cog import plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    plugins.register_default_plugins()
    return Dashboard.from_json(data)


def lost(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Yield what the library did not take over: keys that it does not know, values that it read as others."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key in theirs:
                yield from lost(value, theirs[key], f"{path}.{key}")
            elif key not in OF_PROMETHEUS:
                yield f"{path}.{key}"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from lost(mine, other, f"{path}[{number}]")
    elif ours != theirs:
        yield f"{path} is {theirs!r}, not {ours!r}"


def wrong(value: Any, kind: Any, path: str) -> Iterator[str]:
    """Yield where a value is not of the type that the library declares."""
    options = typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, typing.Literal) else (kind,)
    if typing.get_origin(kind) is typing.Literal:
        yield from () if value in options else (f"{path}: {value!r}",)
    elif typing.get_origin(kind) is typing.Union:
        tried = [list(wrong(value, option, path)) for option in options]
        yield from () if [] in tried else tried[0]
    elif typing.get_origin(kind) is list:
        yield from () if isinstance(value, list) else (f"{path}: {value!r}",)
        for number, one in enumerate(value if isinstance(value, list) else ()):
            yield from wrong(one, typing.get_args(kind)[0], f"{path}[{number}]")
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        yield from () if value in [one.value for one in kind] else (f"{path}: {value!r}",)
    elif kind in (int, float, str, bool, type(None)):
        accepted = (int, float) if kind is float else kind
        is_it = isinstance(value, accepted) and not (isinstance(value, bool) and kind is not bool)
        yield from () if is_it else (f"{path}: {value!r} is no {kind.__name__}",)
    if hasattr(value, "to_json"):
        for name, declared in typing.get_type_hints(type(value)).items():
            yield from wrong(getattr(value, name), declared, f"{path}.{name}")
    elif isinstance(value, dict):
        for name, one in value.items():
            if hasattr(one, "to_json"):
                yield from wrong(one, type(one), f"{path}.{name}")


def judged(data: Any) -> list[str]:
    """Return what Grafana's schema says against a dashboard."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder

    read = schema_of(data)
    return [*lost(data, json.loads(JSONEncoder().encode(read))), *wrong(read, type(read), "")]


@pytest.fixture
def sdk() -> None:
    if not HAS_SDK:
        lacking("grafana-foundation-sdk is not installed: `make setup`")


@pytest.mark.usefixtures("sdk")
@pytest.mark.parametrize("name", ALL)
def test_grafanas_schema_takes_it(name: str) -> None:
    assert judged(ALL[name]) == []


@pytest.mark.usefixtures("sdk")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda panel: panel["targets"][0].update(expression="up"), ".targets[0].expression"),
        (lambda panel: panel["options"].update(legends={}), ".options.legends"),
        (lambda panel: panel["options"]["legend"].update(displayMode="chart"), "'chart'"),
        (lambda panel: panel["fieldConfig"]["defaults"].update(unit=1), "1 is no str"),
        (lambda panel: panel["fieldConfig"]["defaults"]["custom"].update(fillOpacity="8"), "'8' is no float"),
        (lambda panel: panel["gridPos"].update(width=3), ".gridPos.width"),
    ],
)
def test_what_the_schema_does_not_know_is_told(change: Any, said: str) -> None:
    data = json.loads(json.dumps(rendered(site_of(TEXT))["grafana/dashboards/services.json"]))
    change(next(one for one in flat(data) if one["title"] == "Requests by operation"))
    assert [one for one in judged(data) if said in one]


def test_there_is_a_dashboard_for_what_the_site_has() -> None:
    usual = ["alerts", "edges", "service-graph", "services", "slos", "stack"]
    assert usual == sorted(names(TEXT))
    assert "sampling" in names(SAMPLED)
    assert not {"alerts", "slos", "sampling"} & names("version: 1\nsite: a\nservices: [{name: b}]\n")


def names(text: str) -> set[str]:
    return {path.rpartition("/")[2].removesuffix(".json") for path in rendered(site_of(text))}


@pytest.mark.parametrize("name", ALL)
def test_numbers_are_of_one_panel_each_and_places_do_not_overlap(name: str) -> None:
    found = flat(ALL[name])
    assert len(found) == len({one["id"] for one in found})
    taken: set[tuple[int, int]] = set()
    for one in ALL[name]["panels"]:
        at = one["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= COLUMNS
        taken |= cells


def test_a_panel_keeps_its_number_when_others_come() -> None:
    one, two = (Panel(title, [Query("up")]) for title in ("One", "Two"))
    before = {row["title"]: row["id"] for row in panels([Row("Row", [two])])}
    after = {row["title"]: row["id"] for row in panels([Row("Before", [one]), Row("Row", [one, two])])}
    assert before["Two"] == after["Two"]


def test_a_number_that_is_taken_is_not_given_twice() -> None:
    numbers = Numbers()
    assert 3 == len({numbers.of("same"), numbers.of("same"), numbers.of("same")})


def test_the_same_site_gives_the_same_bytes() -> None:
    assert dashboards.files(site_of(TEXT)) == dashboards.files(site_of(TEXT))


def test_exemplars_are_asked_for_where_they_are_sent() -> None:
    with_them, without = (
        sum(bool(target.get("exemplar")) for data in rendered(site_of(text)).values() for one in flat(data)
            for target in one.get("targets", ()))
        for text in (TEXT, TEXT.replace("  interval: 15s", "  interval: 15s\n  exemplars: false"))
    )  # fmt: skip
    assert with_them >= 2
    assert without == 0


def test_the_line_of_an_alert_is_its_threshold_in_the_unit_of_its_number() -> None:
    drawn = {one["title"]: one for one in flat(rendered(site_of(TEXT))["grafana/dashboards/alerts.json"])}
    for name, unit, limit, begins in (
        ("ChargeSlow", "s", 0.8, "histogram_quantile(0.95"),
        ("PaymentsErrors", "percent", 1.0, "100 * ("),
        ("ServiceDependencyErrorRate", "percent", 5.0, "100 * ("),
    ):
        defaults, expr = drawn[name]["fieldConfig"]["defaults"], drawn[name]["targets"][0]["expr"]
        assert (unit, limit) == (defaults["unit"], defaults["thresholds"]["steps"][1]["value"])
        assert {"mode": "dashed"} == defaults["custom"]["thresholdsStyle"]
        assert expr.startswith(begins)


def test_an_objective_is_drawn_with_the_limits_of_its_pairs() -> None:
    board = rendered(site_of(TEXT))["grafana/dashboards/slos.json"]
    bad = next(one for one in flat(board) if one["title"] == "Bad requests")
    steps = bad["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]
    assert [0.001, 0.003, 0.006, 0.0144] == pytest.approx([step["value"] for step in steps], rel=0.1)
    assert "red" == steps[-1]["color"]
