"""The wheel carries templates and schemas, and renders where it is installed, far from this checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_holds_sources_and_schemas(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("stack", "schemas"):
        tracked = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert tracked
        for path in tracked:
            assert f"ongrid_gen/_data/{path.relative_to(ROOT).as_posix()}" in names


def test_the_wheel_renders_from_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site-packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*pip, str(wheel)], check=True, timeout=120)
    spec = tmp_path / "here" / "site.yaml"
    spec.parent.mkdir()
    spec.write_text((ROOT / "site.min.yaml").read_text())
    code = "import sys, ongrid_gen; assert sys.argv[1] in ongrid_gen.__file__; from ongrid_gen.cli import run; "
    code += "sys.exit(run(['render', sys.argv[2]]))"
    environment = {**os.environ, "PYTHONPATH": str(target), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(target), str(spec)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (spec.parent / "build" / "demo" / "compose.yaml").is_file()
