from pathlib import Path

import pytest
from standins_fakes import FakeEngine

from ongrid_gen import standins
from ongrid_gen.standins import StandIn, StandInError, build, engine, present
from ongrid_gen.standins.base import recipe_hash


def test_a_missing_image_is_built_and_then_present(thing: StandIn, fake_engine: FakeEngine) -> None:
    lines: list[str] = []
    assert not present("thing")
    assert build(["thing"], lines.append) == ["ongrid-gen/thing:1"]
    assert present("thing")
    assert lines == ["thing: built ongrid-gen/thing:1 (1.2.3) in 0 s, 1 MB"]


def test_the_labels_say_what_is_in_it_and_that_it_is_not_official(thing: StandIn, fake_engine: FakeEngine) -> None:
    build(["thing"], lambda _line: None)
    labels = fake_engine.images[thing.image]
    assert labels["org.opencontainers.image.version"] == "1.2.3"
    assert "Not an official image" in labels["org.opencontainers.image.description"]


def test_an_image_of_the_same_recipe_is_left_alone(thing: StandIn, fake_engine: FakeEngine) -> None:
    fake_engine.images[thing.image] = {standins.RECIPE_LABEL: recipe_hash(thing)}
    lines: list[str] = []
    assert build(["thing"], lines.append) == []
    assert fake_engine.built == {}
    assert lines == []


def test_an_image_of_another_recipe_is_built_again(thing: StandIn, stack: Path, fake_engine: FakeEngine) -> None:
    build(["thing"], lambda _line: None)
    (stack / "thing/image/Dockerfile").write_text("FROM scratch\n")
    assert not present("thing")
    assert build(["thing"], lambda _line: None) == ["ongrid-gen/thing:1"]


def test_an_image_that_does_not_start_gets_no_name(thing: StandIn, fake_engine: FakeEngine) -> None:
    fake_engine.smoke_fails = True
    with pytest.raises(StandInError, match="does not start"):
        build(["thing"], lambda _line: None)
    assert not present("thing")


def test_what_cannot_be_had_says_why(fake_engine: FakeEngine) -> None:
    with pytest.raises(StandInError, match=r"no stand-in for `grafana`: .*no package registry"):
        build(["grafana"], lambda _line: None)


def test_an_unknown_component_is_told_the_known_ones(fake_engine: FakeEngine) -> None:
    with pytest.raises(StandInError, match="tempo, otelcol, prometheus"):
        present("tempoo")


def test_without_an_engine_the_message_tells_the_fix(thing: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert engine.image_label(thing.image, "any") is None
    with pytest.raises(StandInError, match=r"no Docker engine answers: run `tools/docker-engine\.sh`"):
        build(["thing"], lambda _line: None)
