from collections.abc import Callable
from pathlib import Path

import pytest

from ongrid_gen.standins import apt, debian
from ongrid_gen.standins.apt import Package
from ongrid_gen.standins.base import StandInError, Workshop
from ongrid_gen.standins.rootfs import RootFs


@pytest.mark.parametrize(
    ("expected", "version"),
    [("3.5.3", "3.5.3+ds1-6"), ("0.33.1", "0.33.1-5"), ("1.35.0", "1:1.35.0-4+deb12u1+b1"), ("2026f", "2026f-1")],
)
def test_the_upstream_version_is_what_debian_packed(expected: str, version: str) -> None:
    assert expected == apt.upstream_version(version)


@pytest.mark.parametrize("version", ["3.5.3+ds1-6", "3.15.0-1"])
def test_any_version_of_the_series_is_taken(version: str) -> None:
    assert apt.require_series(Package("prometheus", version, Path()), "3").startswith("3.")


@pytest.mark.parametrize(
    ("populate", "version", "series"),
    [
        (debian.populate_prometheus, "4.0.0+ds1-1", "3"),
        (debian.populate_prometheus, "30.1-1", "3"),
        (debian.populate_alertmanager, "1.0.0-1", "0"),
        (debian.populate_busybox, "1:1.36.1-1", r"1\.35"),
    ],
)
def test_another_series_is_refused(
    populate: Callable[[Workshop, RootFs], str],
    version: str,
    series: str,
    shop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apt, "unpack", lambda _shop, _suite, name: Package(name, version, shop.folder))
    with pytest.raises(StandInError, match=rf"the stand-in is made for {series}\.x: update ongrid-gen"):
        populate(shop, RootFs(shop.folder / "rootfs.tar"))


def test_without_apt_the_message_says_what_is_needed(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StandInError, match=r"no apt-get here: .* use official images"):
        apt.unpack(shop, "sid", "prometheus")


def test_without_a_debian_mirror_the_message_tells_the_fix(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "apt-get")
    monkeypatch.setattr(apt, "run", lambda *_command, **_options: "")
    with pytest.raises(StandInError, match="run `apt-get update`"):
        apt.unpack(shop, "sid", "prometheus")


def test_the_suite_is_the_only_thing_written_about_where_packages_come_from(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], cwd: Path | None = None) -> str:
        if cwd is not None and "download" in command:
            (cwd / "prometheus.deb").touch()
        return "http://mirror.invalid/debian/" if "indextargets" in command else ""

    monkeypatch.setattr("shutil.which", lambda _name: "apt-get")
    monkeypatch.setattr(apt, "run", run)
    apt.unpack(shop, "sid", "prometheus")
    sources = (shop.folder / "apt/sid/sources.list").read_text()
    assert sources.endswith("http://mirror.invalid/debian/ sid main\n")
