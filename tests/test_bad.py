"""Every bad spec under tests/bad gives exactly the text in its expected.txt; `make golden` writes them anew."""

import contextlib
from pathlib import Path

import pytest

from ongrid_gen.load import Source, load
from ongrid_gen.pipeline import load_site
from ongrid_gen.problems import Rejected, Report
from ongrid_gen.show import as_text
from support import ROOT, compare_golden

CASES = sorted(path for path in (ROOT / "tests" / "bad").iterdir() if path.is_dir())


def shown_problems(source: Source) -> str:
    """Return what `check` says of a spec, as one text."""
    report = Report()
    with contextlib.suppress(Rejected):
        load_site(source, report)
    document = load(source)
    return "\n\n".join(as_text(problem, document) for problem in report.problems) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_bad_spec_is_shown_exactly_so(case: Path) -> None:
    (spec,) = case.glob("site.*")
    text = shown_problems(Source("site.yaml", spec.read_bytes()))
    assert text.strip(), "a bad spec must have a problem"
    compare_golden(case / "expected.txt", text)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_what_is_shown_moves_no_cursor_and_holds_no_secret(case: Path) -> None:
    text = (case / "expected.txt").read_text(encoding="utf-8")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "hunter2" not in text
    assert "xyzzy" not in text
