"""Every fault of faults.yaml is caught with its code at its place, and shown exactly as in faults.txt."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ongrid_gen.bundle.contracts import CONTRACTS, check_bundle
from ongrid_gen.bundle.files import Bundle, read_bundle
from ongrid_gen.problems import Problem
from ongrid_gen.render import render
from ongrid_gen.show import as_text, document_at, span_of
from ongrid_gen.write import write
from ongrid_gen.yamlio import parse
from support import ROOT, compare_golden, site_of

HERE = Path(__file__).parent
FAULTS: Any = parse((HERE / "faults.yaml").read_text(encoding="utf-8"))
GOLDEN_BUNDLES = sorted((ROOT / "tests" / "golden").glob("*/compose.yaml"))
SPECS = sorted((ROOT / "tests" / "mutants").glob("*/*.yaml"))
SITE = ROOT / "tests" / "golden" / "site-2.10"


def broken(fault: dict[str, str], folder: Path) -> tuple[Bundle, list[Problem]]:
    """Return the golden bundle with one fault, and what is found."""
    copy = folder / "shop"
    shutil.copytree(SITE, copy)
    file = copy / fault["file"]
    text = file.read_text(encoding="utf-8")
    assert fault["old"] in text
    file.write_text(text.replace(fault["old"], fault["new"], 1), encoding="utf-8")
    bundle = read_bundle(copy)
    return bundle, check_bundle(bundle)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["id"])
def test_a_fault_is_caught_with_its_code_at_its_place(fault: dict[str, str], tmp_path: Path) -> None:
    bundle, problems = broken(fault, tmp_path)
    assert {fault["code"]} == {problem.code for problem in problems} - {fault.get("also")}
    places = []
    for problem in problems:
        document = document_at(bundle, problem.path)
        assert document is not None
        places.append((str(problem.path[0]), document.lines[span_of(problem, bundle).line - 1]))
    wanted = fault.get("at", fault["file"])
    assert any(file == wanted and fault["marks"] in line for file, line in places), places


def test_faults_are_shown_exactly_so(tmp_path: Path) -> None:
    shown = []
    for fault in FAULTS:
        bundle, problems = broken(fault, tmp_path / fault["id"])
        texts = [as_text(problem, bundle).replace(f"{bundle.name}/", "") for problem in problems]
        shown.append(f"# {fault['id']}: {len(problems)}\n{texts[0]}\n")
    compare_golden(HERE / "faults.txt", "\n".join(shown))


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_any_spec_of_ours_renders_fits(spec: Path, tmp_path: Path) -> None:
    write(render(site_of(spec.read_text(encoding="utf-8"))), tmp_path / "bundle")
    assert check_bundle(read_bundle(tmp_path / "bundle")) == []


@pytest.mark.parametrize("bundle", GOLDEN_BUNDLES, ids=lambda path: path.parent.name)
def test_what_we_render_fits(bundle: Path) -> None:
    assert check_bundle(read_bundle(bundle.parent)) == []


def test_every_contract_has_a_fault() -> None:
    assert {contract.CODE for contract in CONTRACTS} <= {fault["code"] for fault in FAULTS}
