"""The fast validator never takes for fit what the thorough one refuses."""

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ongrid_gen.load import Source, load
from ongrid_gen.schema import fits, validator
from support import ROOT

GOOD = [ROOT / "site.yaml", *sorted((ROOT / "tests" / "mutants").glob("*/*.yaml"))]
BAD = sorted((ROOT / "tests" / "bad").glob("*/site.yaml"))
ODD = (
    None, True, False, 0, 1, -1, 10**30, Decimal("0.1"), Decimal("1e400"), Decimal("NaN"), Decimal("1.0"), 99.5,
    "", "a", "A b", "5m", "0s", "1h30m", "5m\n", "٣m", "99999y", "512Mi", "2.10", "a\n", "ä", "x" * 300, "${env:X}",
    "10.0.0.1", "Europe/Berlin", "secrets/a", [], ["a"], ["a", "a"], [1, 1], {}, {"a": "b"},
)  # fmt: skip


def data_of(path: Path) -> Any:
    return load(Source(path.name, path.read_bytes())).data


def refused(data: Any) -> bool:
    return any(True for _ in validator().iter_errors(data))


def places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inside for place in places(value, (*path, key)))]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_good_specs_need_no_second_look(path: Path) -> None:
    assert fits(data_of(path))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.parent.name)
def test_no_bad_spec_is_fit(path: Path) -> None:
    data = data_of(path)
    if isinstance(data, dict) and refused(data):
        assert not fits(data)


SPECS = [data_of(path) for path in GOOD]


@given(st.data())
def test_what_is_fit_is_never_refused(draw: st.DataObject) -> None:
    data = copy.deepcopy(draw.draw(st.sampled_from(SPECS)))
    *above, last = draw.draw(st.sampled_from(places(data)[1:]))
    holder = data
    for key in above:
        holder = holder[key]
    change = draw.draw(st.sampled_from(["replace", "remove", "add"]))
    if change == "remove":
        del holder[last]
    elif change == "add" and isinstance(holder, dict):
        holder[draw.draw(st.sampled_from(["unknown", "labels", "for", "window", "operation", "match"]))] = "5m"
    else:
        holder[last] = draw.draw(st.sampled_from(ODD))
    assert not (fits(data) and refused(data))
