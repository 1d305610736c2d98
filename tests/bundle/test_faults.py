"""Every fault of faults.yaml is caught with its code at its place, and shown exactly as in faults.txt."""

from pathlib import Path

import pytest
from fault_list import PREPARED, Fault, bundle_faults, in_bundle, prepare

from ongrid_gen.bundle.contracts import CONTRACTS, check_bundle
from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.render import render
from ongrid_gen.write import write
from ongrid_gen.yamlio import parse
from support import ROOT, compare_golden, site_of

HERE = Path(__file__).parent
FAULTS = bundle_faults()
PREPARED_BUNDLES = parse(PREPARED.read_text(encoding="utf-8"))
CAUGHT = [fault for fault in FAULTS if fault.code is not None]
GOLDEN_BUNDLES = sorted((ROOT / "tests" / "golden").glob("*/compose.yaml"))
SPECS = sorted((ROOT / "tests" / "mutants").glob("*/*.yaml"))


@pytest.mark.parametrize("fault", CAUGHT, ids=lambda fault: fault.id)
def test_a_fault_is_caught_with_its_code_at_its_place(fault: Fault, tmp_path: Path) -> None:
    found = in_bundle(fault, tmp_path / "shop")
    assert {fault.code} == found.codes
    assert found.places, found.shown


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.code is None], ids=lambda fault: fault.id)
def test_a_fault_that_is_left_to_the_engines_is_not_called_caught(fault: Fault, tmp_path: Path) -> None:
    assert in_bundle(fault, tmp_path / "shop").problems == []


def test_faults_are_shown_exactly_so(tmp_path: Path) -> None:
    shown = []
    for fault in CAUGHT:
        found = in_bundle(fault, tmp_path / fault.id)
        shown.append(f"# {fault.id}: {len(found.problems)}\n{found.shown.replace(f'{tmp_path / fault.id}/', '')}\n")
    compare_golden(HERE / "faults.txt", "\n".join(shown))


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_any_spec_of_ours_renders_fits(spec: Path, tmp_path: Path) -> None:
    write(render(site_of(spec.read_text(encoding="utf-8"))), tmp_path / "bundle")
    assert check_bundle(read_bundle(tmp_path / "bundle")) == []


@pytest.mark.parametrize("bundle", GOLDEN_BUNDLES, ids=lambda path: path.parent.name)
def test_what_we_render_fits(bundle: Path) -> None:
    assert check_bundle(read_bundle(bundle.parent)) == []


@pytest.mark.parametrize("name", list(PREPARED_BUNDLES))
def test_what_faults_begin_with_fits(name: str, tmp_path: Path) -> None:
    prepare(PREPARED_BUNDLES[name], tmp_path / "bundle")
    assert check_bundle(read_bundle(tmp_path / "bundle")) == []


def test_every_contract_has_a_fault() -> None:
    assert {contract.CODE for contract in CONTRACTS} <= {fault.code for fault in FAULTS}
