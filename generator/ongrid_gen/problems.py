"""What a problem is: something wrong with a spec, found by any stage, shown by `show`.

Checks speak in paths (`("alerts", 2, "service")`) and never see a line number; positions are resolved when shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Path = tuple[str | int, ...]


class Severity(StrEnum):
    """How bad a problem is: an error stops the pipeline, a warning does so with `--strict`, a hint never does."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `message` names the object and says what is required; `hint` is an imperative that mends it.

    `on_key` puts the caret under the key instead of the value (an unknown key, say). `related` are the paths of
    other places that matter, a duplicate's first occurrence for instance. `at` overrides the path with a
    (line, column, end column) counted from 1, for text that never became a document. `within` marks only a part of the
    value: its first character and the one after its last, counted from 0 in the value as it was read.
    """

    code: str
    path: Path
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    on_key: bool = False
    related: tuple[Path, ...] = ()
    at: tuple[int, int, int] | None = None
    within: tuple[int, int] | None = None


class Rejected(Exception):
    """A stage found errors. Carries every problem found so far; the command line shows them and exits with 1."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Report:
    """Collects the problems of all stages; `gate` stops after a stage that found an error."""

    def __init__(self, *, strict: bool = False) -> None:
        self.problems: list[Problem] = []
        self.strict = strict

    def gate(self, found: Iterable[Problem]) -> None:
        """Add what a stage found. Raise Rejected when one of it is an error (or, if strict, a warning)."""
        fresh = list(found)
        self.problems.extend(fresh)
        stops = {Severity.ERROR, Severity.WARNING} if self.strict else {Severity.ERROR}
        if any(problem.severity in stops for problem in fresh):
            raise Rejected(self.problems)
