"""Every hint is tested by obeying it: the spec is then accepted, without an error, a warning or a hint.

Most hints say it in a form that can be obeyed without thinking (`tests/mending.py`). What a hint leaves to whoever
reads it stands in faults.yaml as `mend`: edits of the faulty text that do what the hint says.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fault_list import SPEC, Fault, spec_faults

from mending import alternatives
from ongrid_gen.yamlio import dump, parse
from support import problems_of

TEXT = SPEC.read_text(encoding="utf-8")
FAULTS = spec_faults()
# A fault may break several things, each told with its own hint.
ROUNDS = 20


def outcomes(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what was obeyed and what is still wrong, for each way that the first hint offers."""
    first = problems_of(text)[0]
    for number, data in enumerate(alternatives(parse(text), first), 1):
        yield f"{first.hint or first.message} ({number})", left(data)


def left(data: Any) -> list[str]:
    """Return what is wrong after the hints of what else was wrong were obeyed too, each in its first way."""
    for _ in range(ROUNDS):
        text = dump(data, banner=None)
        problems = problems_of(text)
        if not problems:
            return []
        data = alternatives(parse(text), problems[0])[0]
    return [f"{problem.code} {problem.message}: {problem.hint}" for problem in problems]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_hint_that_is_obeyed_mends_the_spec(fault: Fault) -> None:
    faulty = fault.apply(TEXT)
    if fault.mends:
        for mend in fault.mends:
            assert faulty.count(mend.old) == 1, mend
            assert [] == problems_of(faulty.replace(mend.old, mend.new)), mend
    else:
        assert {} == {way: wrong for way, wrong in outcomes(faulty) if wrong}
