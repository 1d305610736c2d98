"""Fixtures that every test may use, and the rule that a missing tool skips locally and fails in CI."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import lacking

ROOT = Path(__file__).resolve().parent.parent


def docker_answers() -> bool:
    """Tell whether a Docker engine answers."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, timeout=30, check=False).returncode == 0


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine."""
    if not docker_answers():
        lacking("no Docker engine answers: run `make docker`")


@pytest.fixture(scope="session")
def stand_ins(engine: None) -> bool:
    """Whether this machine has stand-in images instead of official ones; `make` asked once and wrote it down."""
    del engine
    if "ONGRID_GEN_STAND_INS" in os.environ:
        return os.environ["ONGRID_GEN_STAND_INS"] == "1"
    mode = ROOT / "build" / ".mode"
    if mode.is_file():
        return "--stand-ins" in mode.read_text()
    from ongrid_gen.runtime.images import registry_answers
    from support import site_of

    return not registry_answers(site_of((ROOT / "site.yaml").read_text()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (`record_property`), which would otherwise be seen only when they fail."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                terminalreporter.write_line(f"measured: {name}: {value}")
