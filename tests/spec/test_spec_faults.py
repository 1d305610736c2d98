"""Every fault of faults.yaml is caught with its code, at its line and column, and shown exactly as in faults.txt."""

from pathlib import Path

import pytest
from fault_list import SPEC, Fault, in_spec, spec_faults

from support import GOLDEN, problems_of

SHOWN = Path(__file__).parent / "faults.txt"
TEXT = SPEC.read_text(encoding="utf-8")
FAULTS = spec_faults()


def shown(fault: Fault) -> str:
    """Return what faults.txt says of a fault."""
    found = in_spec(fault)
    return f"# {fault.id}: {len(found.problems)}\n{found.shown}\n"


def test_the_site_itself_fits() -> None:
    assert problems_of(TEXT) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_caught_with_its_code_at_its_line_and_column(fault: Fault) -> None:
    assert TEXT.count(fault.old) == 1
    found = in_spec(fault)
    assert {fault.code} == found.codes
    assert found.places, found.shown
    assert GOLDEN or f"# {fault.id}: {len(found.problems)}\n{found.shown}\n" in SHOWN.read_text(encoding="utf-8")


def test_faults_txt_is_of_the_faults_of_the_list() -> None:
    """To mend: `make golden`, and look at the difference."""
    if GOLDEN:
        SHOWN.write_text("\n".join(map(shown, FAULTS)), encoding="utf-8", newline="\n")
    heads = [line for line in SHOWN.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    assert [fault.id for fault in FAULTS] == [line[2:].partition(":")[0] for line in heads]
