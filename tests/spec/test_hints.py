"""Every hint is tested by obeying it: the spec is then accepted, without an error, a warning or a hint.

Most hints say it in a form that can be obeyed without thinking (`tests/mending.py`). What a hint leaves to whoever
reads it stands as `mend` beside the fault, or in tests/bad/mends.yaml: an edit that does what the hint says.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fault_list import ROOT, SPEC, Fault, spec_faults

from mending import alternatives
from ongrid_gen.problems import Problem
from ongrid_gen.yamlio import dump, parse
from support import problems_of

TEXT = SPEC.read_text(encoding="utf-8")
FAULTS = spec_faults()
# A fault may break several things, each told with its own hint.
ROUNDS = 60
BAD = sorted(path for path in (ROOT / "tests" / "bad").glob("*/site.yaml"))
MENDS = parse((ROOT / "tests" / "bad" / "mends.yaml").read_text(encoding="utf-8"))
# Read by nobody, so that nothing of it can be mended: `ongrid-gen init` writes one, and tests/test_cli.py checks that.
EMPTY = ("run `ongrid-gen init`", "begin with `version: 1`")


def outcomes(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what was obeyed and what is still wrong, for each way that the first hint offers."""
    first = problems_of(text)[0]
    for number, data in enumerate(alternatives(parse(text), first), 1):
        yield f"{said(first)} ({number})", left(data)


def left(data: Any) -> list[str]:
    """Return what is wrong after the hints of what else was wrong were obeyed too, each in its first way."""
    for _ in range(ROUNDS):
        text = dump(data, banner=None)
        problems = problems_of(text)
        if not problems:
            return []
        data = alternatives(parse(text), problems[0])[0]
    return [f"{problem.code} {problem.message}: {problem.hint}" for problem in problems]


def said(problem: Problem) -> str:
    """Return what is to be obeyed."""
    return problem.hint or problem.message


def same(one: Problem, other: Problem) -> bool:
    """Tell whether two problems say the same of the same place."""
    return (one.code, one.path, one.message) == (other.code, other.path, other.message)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_hint_that_is_obeyed_mends_the_spec(fault: Fault) -> None:
    faulty = fault.apply(TEXT)
    for mend in fault.mends:
        assert faulty.count(mend.old) == 1, mend
        assert [] == problems_of(faulty.replace(mend.old, mend.new)), mend
    if not fault.mends:
        assert {} == {way: wrong for way, wrong in outcomes(faulty) if wrong}


@pytest.mark.parametrize("spec", BAD, ids=lambda path: path.parent.name)
def test_a_hint_that_is_obeyed_mends_what_it_is_about(spec: Any) -> None:
    text = spec.read_text(encoding="utf-8")
    found = problems_of(text)
    by_hand = [mend for mend in MENDS if mend["of"] == spec.parent.name]
    for mend in by_hand:
        assert mend["old"] in text, mend
        meant = [one for one in found if said(one).startswith(mend["hint"])]
        after = problems_of(text.replace(mend["old"], mend["new"], 1))
        gone = [one for one in meant if not any(same(one, other) for other in after)]
        assert gone, mend
    told = tuple(mend["hint"] for mend in by_hand) + EMPTY
    for problem in found:
        if not said(problem).startswith(told):
            for data in alternatives(parse(text), problem):
                assert not any(same(problem, other) for other in problems_of(dump(data, banner=None))), said(problem)
