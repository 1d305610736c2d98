"""Every fault of faults.yaml is caught with its code at its place, and shown exactly as in faults.txt."""

import shutil
from pathlib import Path

import pytest
from fault_list import BUNDLE, Fault, bundle_faults

from ongrid_gen.bundle.contracts import CONTRACTS, check_bundle
from ongrid_gen.bundle.files import Bundle, read_bundle
from ongrid_gen.problems import Problem
from ongrid_gen.render import render
from ongrid_gen.show import as_text, document_at, span_of
from ongrid_gen.write import write
from support import ROOT, compare_golden, site_of

HERE = Path(__file__).parent
FAULTS = bundle_faults()
CAUGHT = [fault for fault in FAULTS if fault.code is not None]
GOLDEN_BUNDLES = sorted((ROOT / "tests" / "golden").glob("*/compose.yaml"))
SPECS = sorted((ROOT / "tests" / "mutants").glob("*/*.yaml"))


def broken(fault: Fault, folder: Path) -> tuple[Bundle, list[Problem]]:
    """Return the golden bundle with one fault, and what is found."""
    copy = folder / "shop"
    shutil.copytree(BUNDLE, copy)
    file = copy / fault.file
    file.write_text(fault.apply(file.read_text(encoding="utf-8")), encoding="utf-8")
    bundle = read_bundle(copy)
    return bundle, check_bundle(bundle)


@pytest.mark.parametrize("fault", CAUGHT, ids=lambda fault: fault.id)
def test_a_fault_is_caught_with_its_code_at_its_place(fault: Fault, tmp_path: Path) -> None:
    bundle, problems = broken(fault, tmp_path)
    assert {fault.code} == {problem.code for problem in problems} - fault.also
    places = []
    for problem in problems:
        document = document_at(bundle, problem.path)
        assert document is not None
        places.append((problem.code, str(problem.path[0]), document.lines[span_of(problem, bundle).line - 1]))
    found = [line for code, file, line in places if code == fault.code and file == fault.at]
    assert any(fault.marks in line for line in found), places


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.code is None], ids=lambda fault: fault.id)
def test_a_fault_that_is_left_to_the_engines_is_not_called_caught(fault: Fault, tmp_path: Path) -> None:
    assert broken(fault, tmp_path)[1] == []


def test_faults_are_shown_exactly_so(tmp_path: Path) -> None:
    shown = []
    for fault in CAUGHT:
        bundle, problems = broken(fault, tmp_path / fault.id)
        first = next(problem for problem in problems if problem.code == fault.code)
        shown.append(f"# {fault.id}: {len(problems)}\n{as_text(first, bundle).replace(f'{bundle.name}/', '')}\n")
    compare_golden(HERE / "faults.txt", "\n".join(shown))


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_any_spec_of_ours_renders_fits(spec: Path, tmp_path: Path) -> None:
    write(render(site_of(spec.read_text(encoding="utf-8"))), tmp_path / "bundle")
    assert check_bundle(read_bundle(tmp_path / "bundle")) == []


@pytest.mark.parametrize("bundle", GOLDEN_BUNDLES, ids=lambda path: path.parent.name)
def test_what_we_render_fits(bundle: Path) -> None:
    assert check_bundle(read_bundle(bundle.parent)) == []


def test_every_contract_has_a_fault() -> None:
    assert {contract.CODE for contract in CONTRACTS} <= {fault.code for fault in FAULTS}
