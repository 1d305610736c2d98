import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from ongrid_gen.standins import base
from ongrid_gen.standins.base import StandIn, recipe_hash


def test_the_hash_stays_when_nothing_changes(thing: StandIn) -> None:
    assert recipe_hash(thing) == recipe_hash(thing)


def test_the_hash_changes_with_the_text_of_a_recipe_file(thing: StandIn, stack: Path) -> None:
    before = recipe_hash(thing)
    (stack / "thing/image/Dockerfile").write_text("FROM scratch\n")
    assert recipe_hash(thing) != before


def test_the_hash_changes_with_a_further_recipe_file(thing: StandIn, stack: Path) -> None:
    before = recipe_hash(thing)
    (stack / "thing/image/go.mod").write_text("")
    assert recipe_hash(thing) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda standin: dataclasses.replace(standin, uid=1),
        lambda standin: dataclasses.replace(standin, folders=()),
        lambda standin: dataclasses.replace(standin, version="2"),
        lambda standin: dataclasses.replace(standin, applets=("sh", "ls")),
    ],
)
def test_the_hash_changes_with_a_field(thing: StandIn, change: Callable[[StandIn], StandIn]) -> None:
    assert recipe_hash(change(thing)) != recipe_hash(thing)


def test_the_hash_changes_with_the_revision_of_the_code(thing: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe_hash(thing)
    monkeypatch.setattr(base, "LAYOUT_REVISION", base.LAYOUT_REVISION + 1)
    assert recipe_hash(thing) != before
