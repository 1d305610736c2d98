"""OG056: what is suppressed is a warning or hint that is still there, until a day that is still to come."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from ongrid_gen.model import Site, Suppression
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG056"


def sift(found: Sequence[Problem], site: Site, today: date) -> list[Problem]:
    """Return the problems that are not suppressed, and what is wrong with the suppressions."""
    active = [one for one in site.suppress if not is_over(one, today)]
    told = [problem for problem in found if not any(hides(one, problem, site) for one in active)]
    return [*told, *check(found, site, today)]


def check(found: Sequence[Problem], site: Site, today: date) -> Iterator[Problem]:
    """A suppression that outlives its reason hides the next fault of its kind."""
    for one in site.suppress:
        meant = [problem for problem in found if is_meant(one, problem, site)]
        if any(problem.severity is Severity.ERROR for problem in meant):
            yield problem_of(one, "code", f"`{one.code}` is an error here, which cannot be suppressed", "mend it")
        elif not meant:
            yield problem_of(one, "code", f"there is no `{one.code}` to suppress{placed(one)}", "remove the entry")
        elif is_over(one, today):
            yield problem_of(one, "until", f"`{one.code}` was accepted until {one.until}", "mend it, or decide anew")


def problem_of(one: Suppression, key: str, message: str, hint: str) -> Problem:
    """Return what is wrong with a suppression."""
    return Problem(CODE, (*one.path, key), message, hint, Severity.WARNING)


def hides(one: Suppression, problem: Problem, site: Site) -> bool:
    """Tell whether a problem is not to be told."""
    return problem.severity is not Severity.ERROR and is_meant(one, problem, site)


def is_meant(one: Suppression, problem: Problem, site: Site) -> bool:
    """Tell whether a suppression speaks of a problem."""
    return one.code == problem.code and f"{named(problem.path, site.source)}.".startswith(one.at and f"{one.at}.")


def is_over(one: Suppression, today: date) -> bool:
    """Tell whether its last day has passed. Both are written so that the later one sorts behind."""
    return one.until < today.isoformat()


def placed(one: Suppression) -> str:
    """Return where a suppression speaks of."""
    return f" at `{one.at}`" if one.at else ""


def named(path: Path, data: Mapping[str, Any]) -> str:
    """Return a path with the items of lists called by their names."""
    words, here = [], data
    for step in path:
        try:
            here = here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            here = {}  # a key that is missing is what the problem is about
        words.append(str(here.get("name", step)) if isinstance(step, int) and isinstance(here, Mapping) else str(step))
    return ".".join(words)
