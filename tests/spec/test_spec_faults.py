"""Every fault of faults.yaml is caught with its code, at its line and column, and shown exactly as in faults.txt."""

from pathlib import Path

import pytest
from fault_list import CLOSE, OPEN, SPEC, Fault, check_text, spec_faults

from ongrid_gen.load import Document
from ongrid_gen.problems import Problem
from ongrid_gen.show import as_text, span_of
from support import GOLDEN

SHOWN = Path(__file__).parent / "faults.txt"
TEXT = SPEC.read_text(encoding="utf-8")
FAULTS = spec_faults()


def place_of_marks(fault: Fault, text: str) -> tuple[int, int, int]:
    """Return line, column and end column of what is between the brackets of a fault's `marks`."""
    before, caret, after = fault.marks.replace(CLOSE, OPEN).split(OPEN)
    assert text.count(f"{before}{caret}{after}") == 1
    start = text.index(f"{before}{caret}{after}") + len(before)
    column = start - text.rfind("\n", 0, start)
    return text.count("\n", 0, start) + 1, column, column + len(caret)


def shown(fault: Fault, document: Document, problems: list[Problem]) -> str:
    """Return what faults.txt says of a fault."""
    first = next(problem for problem in problems if problem.code == fault.code)
    return f"# {fault.id}: {len(problems)}\n{as_text(first, document)}\n"


def test_the_site_itself_fits() -> None:
    assert check_text(TEXT)[1] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_caught_with_its_code_at_its_line_and_column(fault: Fault) -> None:
    assert TEXT.count(fault.old) == 1
    text = fault.apply(TEXT)
    document, problems = check_text(text)
    assert {fault.code} == {problem.code for problem in problems} - fault.also
    spans = [span_of(problem, document) for problem in problems if problem.code == fault.code]
    assert place_of_marks(fault, text) in [(span.line, span.column, span.end_column) for span in spans]
    assert GOLDEN or shown(fault, document, problems) in SHOWN.read_text(encoding="utf-8")


def test_faults_txt_is_of_the_faults_of_the_list() -> None:
    """To mend: `make golden`, and look at the difference."""
    if GOLDEN:
        found = [shown(fault, *check_text(fault.apply(TEXT))) for fault in FAULTS]
        SHOWN.write_text("\n".join(found), encoding="utf-8", newline="\n")
    heads = [line for line in SHOWN.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    assert [fault.id for fault in FAULTS] == [line[2:].partition(":")[0] for line in heads]
