"""A recipe, a workshop and an engine that builds nothing."""

from pathlib import Path

import pytest
from standins_fakes import FakeEngine

from ongrid_gen import standins
from ongrid_gen.standins import base, debian, engine
from ongrid_gen.standins.base import StandIn, Workshop
from ongrid_gen.standins.rootfs import RootFs


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Workshop(folder, lambda _line: None)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack folder with the recipe of one component, `thing`."""
    recipe = tmp_path / "stack" / "thing" / "image"
    recipe.mkdir(parents=True)
    (recipe / "Dockerfile").write_text("FROM scratch\nADD rootfs.tar /\n")
    monkeypatch.setattr(base, "stack_dir", lambda: tmp_path / "stack")
    return tmp_path / "stack"


@pytest.fixture
def thing(stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A registered stand-in that needs no network."""
    assert stack.is_dir()
    program = tmp_path / "busybox"
    program.write_text("a program")

    def populate(_shop: Workshop, root: RootFs) -> str:
        root.add_program("/thing", program)
        return "1.2.3"

    standin = StandIn(
        component="thing",
        version="1",
        title="Thing",
        how="a package",
        uid=10001,
        folders=("/var/thing",),
        applets=("sh",),
        smoke=("--version",),
        populate=populate,
    )
    monkeypatch.setattr(debian, "busybox_program", lambda _shop: program)
    monkeypatch.setattr(standins, "CERTIFICATES", program)
    monkeypatch.setitem(standins.STAND_INS, "thing", standin)
    return standin


@pytest.fixture
def fake_engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(engine, "require_engine", lambda: None)
    monkeypatch.setattr(engine, "image_megabytes", lambda _image: 1)
    for name in ("image_label", "build_image", "smoke_test", "name_image"):
        monkeypatch.setattr(engine, name, getattr(fake, name))
    return fake
