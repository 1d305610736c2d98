"""The seeded faults: single changes of a good spec or of a rendered bundle, and where each must be found.

`tests/spec/faults.yaml` changes `tests/spec/site.yaml`, `tests/bundle/faults.yaml` the golden bundle of `site.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ongrid_gen.load import Document, Source, load
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report
from ongrid_gen.yamlio import parse

ROOT: Final = Path(__file__).resolve().parent.parent
SPEC: Final = ROOT / "tests" / "spec" / "site.yaml"
BUNDLE: Final = ROOT / "tests" / "golden" / "site-2.10"
SPEC_FAULTS: Final = ROOT / "tests" / "spec" / "faults.yaml"
BUNDLE_FAULTS: Final = ROOT / "tests" / "bundle" / "faults.yaml"
OPEN, CLOSE = "⟨", "⟩"


@dataclass(frozen=True, slots=True)
class Fault:
    """One change: `old` becomes `new` in `file`. What must be found is `code`, and nothing else but those of `also`.

    It must be found at `marks` in the file `at`: in a spec `marks` stands there once, and between its brackets is what
    the caret is below; in a bundle it is a part of the line. Without a `code` only an engine can see the fault.
    """

    id: str
    file: str
    old: str
    new: str
    code: str | None
    marks: str
    at: str
    also: frozenset[str]

    def apply(self, text: str) -> str:
        """Return a text with the fault in it. ValueError when the text does not hold what is to be replaced."""
        if self.old not in text:
            raise ValueError(f"{self.id}: the text does not hold {self.old!r}")
        return text.replace(self.old, self.new, 1)


def spec_faults() -> list[Fault]:
    """Return the faults of a spec."""
    return [fault_of(data, SPEC.name) for data in parse(SPEC_FAULTS.read_text(encoding="utf-8"))]


def bundle_faults() -> list[Fault]:
    """Return the faults of a bundle."""
    return [fault_of(data, data["file"]) for data in parse(BUNDLE_FAULTS.read_text(encoding="utf-8"))]


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
    )


def check_text(text: str) -> tuple[Document, list[Problem]]:
    """Return a spec's document, and what `check` finds in it."""
    document, report = load(Source(SPEC.name, text.encode())), Report()
    try:
        read_site(document, report)
    except Rejected as rejected:
        return document, rejected.problems
    return document, report.problems
