"""What belongs together is all there: this test names what was forgotten."""

import json
import re
import subprocess
import sys

import pytest
from fault_list import bundle_faults, spec_faults

from ongrid_gen import checks, selfmon
from ongrid_gen.alerts import KINDS
from ongrid_gen.bundle import contracts
from ongrid_gen.checks import CHECKS
from ongrid_gen.cli import COMMANDS
from ongrid_gen.components.channels import CHANNELS, COMMON_TEXTS
from ongrid_gen.components.tempo import DIALECTS
from support import ROOT, problems_of, site_of

WORDS = {"OpenTelemetry"}  # no alerts, though written like one
SITE_SCHEMA = json.loads((ROOT / "schemas" / "site.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_alert_kind_has_its_files(kind: str) -> None:
    assert (ROOT / "generator" / "ongrid_gen" / "alerts" / f"{kind}.py").is_file()
    assert (ROOT / "schemas" / "alerts" / f"{kind}.schema.json").is_file()
    assert (ROOT / "stack" / "runbooks" / f"{kind}.md.j2").is_file()
    assert kind == KINDS[kind].KIND


def test_the_schema_knows_the_kinds_that_are_rendered() -> None:
    fragments = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas" / "alerts").glob("*.json")}
    assert set(KINDS) == fragments
    text = json.dumps(SITE_SCHEMA)
    assert all(f'"{kind}"' in text for kind in KINDS)


def test_a_type_of_channel_has_its_schema_and_its_texts() -> None:
    listed = set(SITE_SCHEMA["$defs"]["channel"]["properties"]["type"]["enum"])
    fragments = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas" / "channels").glob("*.json")}
    texts = {path.stem for path in (ROOT / "stack" / "alertmanager" / "templates").glob("*.tmpl")} - {COMMON_TEXTS}
    assert set(CHANNELS) == listed == fragments
    assert texts == {name for name, kind in CHANNELS.items() if kind.texts}


def test_the_schema_knows_the_dialects_that_are_rendered() -> None:
    assert sorted(DIALECTS) == sorted(SITE_SCHEMA["properties"]["versions"]["properties"]["tempo"]["enum"])


@pytest.mark.parametrize("name", [path.stem for path in (ROOT / "generator/ongrid_gen/checks").glob("*.py")])
def test_a_check_is_listed_and_has_a_failing_fixture(name: str) -> None:
    if name in ("__init__", "base"):
        return
    assert getattr(checks, name) in CHECKS
    assert (ROOT / "tests" / "bad" / name / "site.yaml").is_file()
    assert (ROOT / "tests" / "bad" / name / "expected.txt").is_file()


@pytest.mark.parametrize("name", [path.stem for path in (ROOT / "generator/ongrid_gen/bundle/contracts").glob("*.py")])
def test_a_contract_is_listed(name: str) -> None:
    assert name in ("__init__", "base") or getattr(contracts, name) in contracts.CONTRACTS


def test_no_code_is_used_twice() -> None:
    codes = [check.CODE for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"OG\d{3}", code) for code in codes)


def test_the_page_of_incidents_names_checks_and_alerts_that_exist() -> None:
    page = (ROOT / "docs" / "incidents.md").read_text(encoding="utf-8").partition("|---|")[2]
    known = {check.CODE for check in CHECKS} | {contract.CODE for contract in contracts.CONTRACTS}
    sites = (ROOT / "site.yaml", ROOT / "tests" / "golden" / "site.sampled.yaml")
    names = frozenset[str]().union(*(selfmon.names(site_of(one.read_text(encoding="utf-8"))) for one in sites))
    assert set(re.findall(r"OG\d{3}", page)) <= known
    assert set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", page)) - WORDS <= names


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_has_its_module(name: str) -> None:
    module, text = COMMANDS[name]
    assert (ROOT / "generator" / "ongrid_gen" / "commands" / f"{module}.py").is_file()
    assert text


def test_the_readme_shows_the_demo_site() -> None:
    """To mend: paste `site.yaml` between the two comments of README.md."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("<!-- site.yaml -->\n```yaml\n")[1].split("```\n<!-- /site.yaml -->")[0]
    assert shown == (ROOT / "site.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", ["reference", "checks_page"])
def test_a_generated_page_is_what_its_sources_say(tool: str) -> None:
    """To mend: `make gen`."""
    done = subprocess.run([sys.executable, ROOT / "tools" / f"{tool}.py", "--check"], check=False)
    assert done.returncode == 0, f"the page that tools/{tool}.py writes is out of date: run `make gen`"


def test_the_page_of_faults_is_of_the_faults_of_the_lists() -> None:
    """To mend: `make faults`."""
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    of_spec, of_bundle = page.split("## Of a spec\n")[1].split("## Of a bundle\n")
    for faults, text in ((spec_faults(), of_spec), (bundle_faults(), of_bundle)):
        rows = [line.strip("| ").split(" | ") for line in text.splitlines()[3:] if line]
        assert [(fault.id, fault.code or "**no**") for fault in faults] == [(row[0], row[-2]) for row in rows]


def test_enough_faults_are_seeded_and_found() -> None:
    assert 120 <= sum(fault.code is not None for fault in spec_faults())
    assert 120 <= sum(fault.code is not None for fault in bundle_faults())


def test_every_code_has_a_fault_of_its_sort() -> None:
    assert [] == sorted({check.CODE for check in CHECKS} - {fault.code for fault in spec_faults()})


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}" not in readme] == []


def test_the_readme_shows_a_mistake_as_it_is_shown() -> None:
    from ongrid_gen.load import Source, load
    from ongrid_gen.show import as_text

    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("## A mistake\n\n```\n")[1].split("\n```")[0]
    line = shown.splitlines()[1].removeprefix("5 | ")
    spec = f"version: 1\nsite: demo\nservices: [{{name: payments-api}}]\nalerts:\n{line}\n"
    document = load(Source("site.yaml", spec.encode()))
    errors = [problem for problem in problems_of(spec) if problem.code == "OG013"]
    assert shown == as_text(errors[0], document)
