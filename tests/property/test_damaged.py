"""Whatever stands in a spec or in the files of a bundle: never a traceback, never a file touched, always a place.

What was found so stays in `SHAPES`.
"""

import hashlib
import json
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose_forms import other_forms
from ongrid_gen import cli
from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import Bundle, read_bundle
from ongrid_gen.importer import RulesError, import_rules
from ongrid_gen.load import Document, Source, load, read_document
from ongrid_gen.pipeline import read_site
from ongrid_gen.plan.base import Plan
from ongrid_gen.plan.show import as_json as plan_json
from ongrid_gen.plan.show import as_text as plan_text
from ongrid_gen.problems import Problem, Rejected, Report
from ongrid_gen.render import render
from ongrid_gen.show import Places, as_github, as_json, as_text, document_at, span_of
from ongrid_gen.yamlio import dump, parse
from plan.conftest import plan_of, rendered
from property.damage import damaged, garbled
from property.profiles import some, tried
from support import ROOT
from test_engines import CHANNELS

GOLDEN = ROOT / "tests" / "golden" / "site-2.10"
DASHBOARD = """{"panels": [{"datasource": {"uid": "prometheus", "type": "prometheus"}, "targets": [
  {"refId": "A", "expr": "sum by (service) (rate(traces_spanmetrics_calls_total[$__rate_interval]))"}]}]}"""
SPECS = {
    "demo": (ROOT / "site.yaml").read_text(encoding="utf-8"),
    "channels": CHANNELS,
    **{
        path.parent.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/mutants").glob("*/*.yaml"))
    },
}


def bundle_in(folder: Path) -> Bundle:
    """Return the golden bundle with a dashboard, and with an agent whose compose file is in the other forms."""
    bundle = read_bundle(folder)
    edge = "edge/local/compose.yaml"
    more = {"grafana/dashboards/a.json": DASHBOARD, edge: dump(other_forms(bundle.data(edge)), banner=None)}
    return replace(
        bundle, documents={**bundle.documents, **{name: document(name, text) for name, text in more.items()}}
    )


def document(name: str, text: str | bytes) -> Document:
    """Return a file of a bundle."""
    return read_document(Source(name, text if isinstance(text, bytes) else text.encode()), "file")


BUNDLE = bundle_in(GOLDEN)
FILES = sorted(BUNDLE.documents)
DEMO = rendered(SPECS["demo"])
CENTRE = other_forms(BUNDLE.data("compose.yaml"))


def has_places(problems: list[Problem], places: Places) -> None:
    """See that each problem is somewhere in a text, and can be shown in every way."""
    json.dumps(as_json(problems, places))
    for problem in problems:
        found, span = document_at(places, problem.path), span_of(problem, places)
        assert found is not None, problem
        assert 1 <= span.line <= len(found.lines), problem
        assert 1 <= span.column <= len(found.lines[span.line - 1]) + 1, problem
        assert span.column < span.end_column, problem
        assert as_github(problem, places)
        assert all(char.isprintable() or char == "\n" for char in as_text(problem, places))


def judged(files: dict[str, str | bytes]) -> list[Problem]:
    """Check the bundle with other files in it, and see that what is found is somewhere."""
    bundle = replace(
        BUNDLE, documents={**BUNDLE.documents, **{name: document(name, text) for name, text in files.items()}}
    )
    problems = check_bundle(bundle)
    has_places(problems, bundle)
    return problems


def test_the_bundle_that_is_damaged_is_sound() -> None:
    assert judged({}) == []


def planned(name: str, text: str | bytes) -> Plan:
    """Return the plan from the bundle with another file in it to the one that is rendered."""
    was = text if isinstance(text, str) else text.decode(errors="replace")
    plan = plan_of({**DEMO.tree, name: was}, DEMO)
    assert plan_text(plan)
    json.dumps(plan_json(plan))
    return plan


# What no program of the stack would read, and a person may write: a file, a place in it, and what stands there.
SHAPES: dict[str, tuple[str, tuple[str | int, ...], Any]] = {
    "a port that is a mapping": ("tempo/tempo.yaml", ("server", "http_listen_port"), {"a": 1}),
    "extensions in a list": ("otelcol/gateway.yaml", ("extensions",), [{}]),
    "labels in a list": ("compose.yaml", ("services", "tempo", "labels"), ["a=b"]),
    "secrets that are a text": ("compose.yaml", ("secrets",), "x"),
    "a pattern that is none": (
        "tempo/tempo.yaml",
        ("metrics_generator", "storage", "remote_write", 0, "write_relabel_configs"),
        [{"source_labels": ["__name__"], "regex": "(", "action": "drop"}],
    ),
    "an address with a bracket": (
        "tempo/tempo.yaml",
        ("metrics_generator", "storage", "remote_write", 0, "url"),
        "http://[",
    ),
    "labels of series that are a number": (
        "tempo/tempo.yaml",
        ("metrics_generator", "registry", "external_labels"),
        7,
    ),
    "labels of series in a list": ("tempo/tempo.yaml", ("metrics_generator", "registry", "external_labels"), ["a"]),
    "dimensions that are a number": (
        "tempo/tempo.yaml",
        ("metrics_generator", "processor", "span_metrics", "dimensions"),
        7,
    ),
    "a bound that is true": (
        "tempo/tempo.yaml",
        ("metrics_generator", "processor", "span_metrics", "histogram_buckets"),
        [True, 2],
    ),
    "matchers that are a number": ("alertmanager/alertmanager.yaml", ("inhibit_rules", 0, "target_matchers"), 7),
}


@pytest.mark.parametrize("what", list(SHAPES))
def test_an_odd_shape_is_judged(what: str) -> None:
    name, (*above, last), value = SHAPES[what]
    data = deepcopy(BUNDLE.documents[name].data)
    parent = data
    for step in above:
        parent = parent[step]
    parent[last] = value
    judged({name: dump(data, banner=None)})
    planned(name, dump(data, banner=None))


@tried(50)
@given(st.data())
def test_a_bundle_with_other_nodes_is_judged(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    forms = [BUNDLE.documents[name].data, *([CENTRE] if name == "compose.yaml" else [])]
    text = dump(data.draw(damaged(data.draw(st.sampled_from(forms)))), banner=None)
    judged({name: text})
    planned(name, text)


@tried(50)
@given(st.data())
def test_a_bundle_with_other_bytes_is_judged(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    text = data.draw(garbled("\n".join(BUNDLE.documents[name].lines).encode()))
    judged({name: text})
    planned(name, text)


def judge(text: bytes) -> None:
    """Check a spec and see that what is found is somewhere; render it if it is fine."""
    spec, report = load(Source("site.yaml", text)), Report()
    try:
        site = read_site(spec, report)
    except Rejected:
        assert report.problems
    else:
        render(site)
    has_places(report.problems, spec)


@some
@given(st.data())
def test_a_spec_with_other_nodes_is_judged(data: st.DataObject) -> None:
    spec: Any = parse(SPECS[data.draw(st.sampled_from(sorted(SPECS)))])
    judge(dump(data.draw(damaged(spec)), banner=None).encode())


@some
@given(st.data())
def test_a_spec_with_other_bytes_is_judged(data: st.DataObject) -> None:
    judge(data.draw(garbled(SPECS[data.draw(st.sampled_from(sorted(SPECS)))].encode())))


def state(folder: Path) -> dict[str, str]:
    """Return what lies in a folder, and when it was last written."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() + str(path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


COMMANDS = (
    ["check", "site.yaml"],
    ["check", "site.yaml", "--format", "json"],
    ["check", "--bundle", "bundle"],
    ["check", "--bundle", "bundle", "--format", "github"],
    ["render", "site.yaml", "--check", "-o", "bundle"],
    ["explain", "site.yaml", "ChargeSlow"],
    ["explain", "site.yaml", "payments-latency"],
    ["estimate", "site.yaml"],
    ["estimate", "site.yaml", "--json"],
    ["import", "rules.json"],
)
RULES = [
    {
        "name": "A",
        "kind": "trace_latency",
        "severity": "warning",
        "labels": {"a": "b"},
        "enabled": True,
        "conditions_json": {"service": "x", "quantile": "p95", "window": "5m", "threshold_ms": 800},
    },
    {
        "rule_key": "b",
        "kind": "metric_threshold",
        "conditions_json": [{"metric": "cpu_pct", "operator": ">", "threshold": 9}],
    },
    {"name": "C", "kind": "metric_anomaly", "conditions_json": {"metric": "load1", "method": "mad", "for_seconds": 60}},
    {"name": "D", "kind": "metric_raw", "conditions_json": {"expr": "up == 0"}},
    {"name": "E", "kind": "slo_burn_rate", "conditions_json": {"service": "x", "objective": 99.9}},
]


@some
@given(st.data())
def test_an_export_that_is_damaged_is_read_or_refused(data: st.DataObject) -> None:
    """And what comes of it is judged as any spec is."""
    text = data.draw(damaged(RULES).map(as_bytes) | garbled(as_bytes(RULES))).decode(errors="replace")
    try:
        found = import_rules(text)
    except RulesError:
        return
    spec = {"version": 1, "site": "x", "services": [{"name": "x"}], "alerts": found.alerts, "slos": found.slos}
    judge(plain(spec))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a spec, a bundle and an export."""
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(GOLDEN, folder / "bundle")
    return folder


@tried(12, one_in=20)
@given(st.data())
def test_no_command_that_reads_ends_in_a_traceback_or_touches_a_file(home: Path, data: st.DataObject) -> None:
    """Also over files that are no YAML, and an export that is none."""
    spec: Any = parse(SPECS["demo"])
    (home / "site.yaml").write_bytes(data.draw(damaged(spec).map(plain) | garbled(SPECS["demo"].encode())))
    (home / "rules.json").write_bytes(data.draw(damaged(RULES).map(as_bytes) | garbled(as_bytes(RULES))))
    name = data.draw(st.sampled_from([name for name in FILES if (GOLDEN / name).is_file()]))
    shutil.copytree(GOLDEN, home / "bundle", dirs_exist_ok=True)
    (home / "bundle" / name).write_bytes(data.draw(garbled((GOLDEN / name).read_bytes())))
    before = state(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for command in COMMANDS:
            assert cli.run(command) in (cli.OK, cli.FINDINGS, cli.USAGE), command
    assert before == state(home)


def plain(data: Any) -> bytes:
    """Return data as YAML."""
    return dump(data, banner=None).encode()


def as_bytes(data: Any) -> bytes:
    """Return data as JSON."""
    return json.dumps(data, default=str).encode()
