"""What other repositories' checks use: the pre-commit hook and the action of GitHub Actions."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import ROOT

BAD = "version: 1\nsite: demo\nservices: [{name: api}]\nedges: [{name: x}, {name: x}]\n"
WARNED = "version: 1\nsite: demo\nservices: [{name: api}]\ningest: {listen: 0.0.0.0}\n"


def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def action() -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def installed(folder: Path) -> str:
    """Return a PATH on which `ongrid-gen` is this one."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "ongrid-gen"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ongrid_gen "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return f"{program.parent}:/usr/bin:/bin"


@pytest.mark.parametrize("name", ["site.yaml", "a/b/site.yml"])
def test_the_hook_takes_specs(name: str) -> None:
    assert re.search(hook()["files"], name)


@pytest.mark.parametrize("name", ["mysite.yaml", "site.yaml.bak", "site.json", "build/site/compose.yaml"])
def test_the_hook_leaves_other_files(name: str) -> None:
    assert not re.search(hook()["files"], name)


def test_the_hook_checks_every_file_it_is_given(tmp_path: Path) -> None:
    good, bad = ROOT / "site.min.yaml", tmp_path / "site.yaml"
    bad.write_text(BAD, encoding="utf-8")
    command = [*shlex.split(hook()["entry"]), str(good), str(bad)]
    done = subprocess.run(command, env={"PATH": installed(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert (1, f"{good}: fits\n") == (done.returncode, done.stdout)
    assert f"{bad}:4:" in done.stderr


def acted(folder: Path, **inputs: str) -> tuple[int, str]:
    """Run the action's own script as the runner does, and return its exit code and what it printed."""
    step = action()["runs"]["steps"][-1]
    given = {key: str(value.get("default", "")) for key, value in action()["inputs"].items()} | inputs
    env = {name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: given[match[1]], text)
           for name, text in step["env"].items()}  # fmt: skip
    shell = [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(shell, cwd=folder, env={"PATH": installed(folder), **env}, capture_output=True, text=True,
                          timeout=60)  # fmt: skip
    return done.returncode, done.stdout


def test_the_action_annotates_the_line(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(BAD, encoding="utf-8")
    code, out = acted(tmp_path)
    assert code == 1
    assert out.startswith("::error file=site.yaml,line=4,")


@pytest.mark.parametrize(("strict", "code"), [("false", 0), ("true", 1)])
def test_the_action_can_be_strict(tmp_path: Path, strict: str, code: int) -> None:
    (tmp_path / "site.yaml").write_text(WARNED, encoding="utf-8")
    assert code == acted(tmp_path, strict=strict)[0]


def test_the_action_checks_several_specs_and_a_bundle(tmp_path: Path) -> None:
    for name, text in (("a.yaml", BAD), ("b.yaml", WARNED)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "golden" / "site-2.10", tmp_path / "bundle")
    rules = tmp_path / "bundle" / "prometheus" / "rules" / "service-graph.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("> 0.05", "> 0.05)"), encoding="utf-8")
    code, out = acted(tmp_path, site="a.yaml b.yaml", bundle="bundle")
    assert code == 1
    assert ["a.yaml", "b.yaml", "bundle/prometheus/rules/service-graph.yaml"] == re.findall(r"file=([^,]+),", out)
