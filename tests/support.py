"""What tests share: a site from the text of a spec, the command line in this process, golden files."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from ongrid_gen.load import Source, load
from ongrid_gen.model import Site
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = bool(os.environ.get("ONGRID_GEN_GOLDEN"))


def site_of(text: str, *, stand_ins: bool = False) -> Site:
    """Return the checked site of a spec's text."""
    return read_site(load(Source("site.yaml", text.encode())), Report(), stand_ins=stand_ins)


def problems_of(text: str) -> list[Problem]:
    """Return every problem of a spec's text."""
    report = Report()
    try:
        read_site(load(Source("site.yaml", text.encode())), report)
    except Rejected as rejected:
        return rejected.problems
    return report.problems


def lacking(why: str) -> NoReturn:
    """Skip with a reason; in CI a run that skips what it could have run is not green."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must have this: {why}")
    pytest.skip(why)


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def compare_golden(path: Path, text: str) -> None:
    """Compare with a golden file; `make golden` writes it anew."""
    if GOLDEN:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text, f"{path} is out of date: run `make golden` and look at the diff"
