from pathlib import Path

import pytest

from ongrid_gen.standins import golang
from ongrid_gen.standins.base import StandInError, Workshop
from ongrid_gen.standins.rootfs import RootFs


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "recipe"
    folder.mkdir()
    (folder / "go.mod").write_text("module ongrid-gen/otelcol\n\ngo 1.25.0\n")
    monkeypatch.setattr(golang, "recipe_dir", lambda _component: folder)
    return folder


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are found; the shell that runs them is named in full."""
    folder = tmp_path / "go root" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install_go(path: Path, version: str, build: str = "exit 0") -> None:
    program = path / "go"
    answer = f"printf '%s\\n' {version} '{path.parent}'"
    program.write_text(f'#!/bin/sh\nif [ "$1" = env ]; then {answer}; else {build}; fi\n')
    program.chmod(0o755)


def compile_collector(shop: Workshop) -> str:
    return golang.populate_otelcol(shop, RootFs(shop.folder / "rootfs.tar"))


@pytest.mark.usefixtures("recipe", "path")
def test_a_missing_go_is_told_with_the_version_to_install(shop: Workshop) -> None:
    with pytest.raises(StandInError, match=r"there is no Go here: install Go 1\.25\.0 or later"):
        compile_collector(shop)


@pytest.mark.usefixtures("recipe")
@pytest.mark.parametrize("version", ["go1.24.9", "go1.9"])
def test_an_old_go_is_told_with_the_version_to_install(shop: Workshop, path: Path, version: str) -> None:
    install_go(path, version)
    with pytest.raises(StandInError, match=rf"{version} is too old: install Go 1\.25\.0 or later"):
        compile_collector(shop)


@pytest.mark.usefixtures("recipe")
def test_an_unreachable_module_proxy_is_told_apart_from_a_compile_error(shop: Workshop, path: Path) -> None:
    install_go(path, "go1.26.1", "echo 'dial tcp: lookup proxy: no such host' >&2; exit 1")
    with pytest.raises(StandInError, match=r"module proxy cannot be reached: .* `go env GOPROXY`"):
        compile_collector(shop)


@pytest.mark.usefixtures("recipe")
def test_a_compile_error_is_shown(shop: Workshop, path: Path) -> None:
    install_go(path, "go1.26.1", "echo 'main.go:1: syntax error' >&2; exit 1")
    with pytest.raises(StandInError, match=r"(?s)does not compile.*syntax error"):
        compile_collector(shop)


@pytest.mark.usefixtures("recipe")
def test_what_is_compiled_goes_into_the_image(shop: Workshop, path: Path) -> None:
    install_go(path, "go1.26.1", "echo program >program")
    assert compile_collector(shop) == golang.OTELCOL_VERSION
