"""The seeded faults: single changes of a good spec or of a rendered bundle, where each must be found, and what is.

`tests/spec/faults.yaml` changes `tests/spec/site.yaml`, `tests/bundle/faults.yaml` the golden bundle of `site.yaml`.
"""

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.load import Source, load
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report
from ongrid_gen.show import Places, as_text, document_at, span_of
from ongrid_gen.yamlio import parse

ROOT: Final = Path(__file__).resolve().parent.parent
SPEC: Final = ROOT / "tests" / "spec" / "site.yaml"
BUNDLE: Final = ROOT / "tests" / "golden" / "site-2.10"
SPEC_FAULTS: Final = ROOT / "tests" / "spec" / "faults.yaml"
BUNDLE_FAULTS: Final = ROOT / "tests" / "bundle" / "faults.yaml"
PREPARED: Final = ROOT / "tests" / "bundle" / "prepared.yaml"
OPEN, CLOSE = "⟨", "⟩"


@dataclass(frozen=True, slots=True)
class Mend:
    """What somebody does who obeys a hint that leaves something to him: in the faulty text `old` becomes `new`."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One change: `old` becomes `new` in `file`. What must be found is `code`, and nothing else but those of `also`.

    `first` are the edits of a bundle that come before, and fit. It must be found at `marks` in the file `at`: in a spec
    `marks` stands there once, and between its brackets is what the caret is below; in a bundle it is part of the line.
    Without a `code` only an engine can see the fault. `mends` are the ways in which its hint can be obeyed, as far as
    that needs a thought.
    """

    id: str
    file: str
    old: str
    new: str
    code: str | None
    marks: str
    at: str
    also: frozenset[str]
    first: tuple[Mapping[str, str], ...] = ()
    mends: tuple[Mend, ...] = ()

    def apply(self, text: str) -> str:
        """Return a text with the fault in it. ValueError when the text does not hold what is to be replaced."""
        if self.old not in text:
            raise ValueError(f"{self.id}: the text does not hold {self.old!r}")
        return text.replace(self.old, self.new, 1)


@dataclass(frozen=True, slots=True)
class Found:
    """What is found of a fault. `places` are the lines of the problems of its code that stand where `marks` says."""

    fault: Fault
    problems: list[Problem]
    documents: Places
    places: list[str]

    @property
    def codes(self) -> set[str]:
        """The codes that are found, without those that follow."""
        return {problem.code for problem in self.problems} - self.fault.also

    @property
    def is_right(self) -> bool:
        """Tell whether the right code is found at the right place, and nothing else."""
        return self.codes == {self.fault.code} and bool(self.places)

    @property
    def shown(self) -> str:
        """The first problem of its code, as a person sees it."""
        return next(as_text(one, self.documents) for one in self.problems if one.code == self.fault.code)


def spec_faults() -> list[Fault]:
    """Return the faults of a spec."""
    return [fault_of(data, SPEC.name) for data in parse(SPEC_FAULTS.read_text(encoding="utf-8"))]


def bundle_faults() -> list[Fault]:
    """Return the faults of a bundle."""
    prepared = parse(PREPARED.read_text(encoding="utf-8"))
    return [
        replace(fault_of(data, data["file"]), first=tuple(prepared[data["on"]]) if "on" in data else ())
        for data in parse(BUNDLE_FAULTS.read_text(encoding="utf-8"))
    ]


def fault_of(data: Mapping[str, Any], file: str) -> Fault:
    """Return the fault that an entry of a list says."""
    return Fault(
        id=data["id"],
        file=file,
        old=data["old"],
        new=data.get("new", ""),
        code=data.get("code"),
        marks=data.get("marks", ""),
        at=data.get("at", file),
        also=frozenset(str(data.get("also", "")).split()),
        mends=tuple(Mend(one["old"], one["new"]) for one in data.get("mend", ())),
    )


def in_spec(fault: Fault) -> Found:
    """Return what `check` finds of a fault in the spec."""
    text = fault.apply(SPEC.read_text(encoding="utf-8"))
    document, report = load(Source(SPEC.name, text.encode())), Report()
    with contextlib.suppress(Rejected):
        read_site(document, report)
    wanted = place_of_marks(fault, text)
    spans = [span_of(problem, document) for problem in report.problems if problem.code == fault.code]
    places = [document.lines[one.line - 1] for one in spans if (one.line, one.column, one.end_column) == wanted]
    return Found(fault, report.problems, document, places)


def place_of_marks(fault: Fault, text: str) -> tuple[int, int, int]:
    """Return line, column and end column of what is between the brackets of `marks`, which stands in the text once."""
    before, caret, after = fault.marks.replace(CLOSE, OPEN).split(OPEN)
    if text.count(f"{before}{caret}{after}") != 1:
        raise ValueError(f"{fault.id}: {fault.marks!r} does not stand in the text once")
    start = text.index(f"{before}{caret}{after}") + len(before)
    column = start - text.rfind("\n", 0, start)
    return text.count("\n", 0, start) + 1, column, column + len(caret)


def prepare(edits: Sequence[Mapping[str, str]], folder: Path) -> None:
    """Write the golden bundle with some edits to a folder."""
    shutil.copytree(BUNDLE, folder)
    for edit in edits:
        file = folder / edit["file"]
        text = file.read_text(encoding="utf-8")
        if edit["old"] not in text:
            raise ValueError(f"{edit['file']} does not hold {edit['old']!r}")
        file.write_text(text.replace(edit["old"], edit["new"], 1), encoding="utf-8")


def in_bundle(fault: Fault, folder: Path) -> Found:
    """Return what `check --bundle` finds of a fault. The bundle with the fault is written to `folder`."""
    prepare(fault.first, folder)
    file = folder / fault.file
    file.write_text(fault.apply(file.read_text(encoding="utf-8")), encoding="utf-8")
    bundle = read_bundle(folder)
    problems = check_bundle(bundle)
    places = []
    for problem in problems:
        document = document_at(bundle, problem.path)
        if document is not None and problem.code == fault.code and problem.path[0] == fault.at:
            places.append(document.lines[span_of(problem, bundle).line - 1])
    return Found(fault, problems, bundle, [line for line in places if fault.marks in line])
