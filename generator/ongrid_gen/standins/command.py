"""Running the programs that build: apt, dpkg-deb, go, docker."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ongrid_gen.standins.base import StandInError

LINES_SHOWN: Final = 5


class ToolError(StandInError):
    """A program failed; `output` is everything it printed."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        tail = "\n".join(output.strip().splitlines()[-LINES_SHOWN:])
        super().__init__(f"`{' '.join(command)}` failed:\n{tail}")
        self.output = output


def run(command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it printed on stdout, stripped.

    `env` comes on top of the environment. Raises ToolError when it fails, StandInError when it is not installed.
    """
    try:
        done = subprocess.run(
            list(command), cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise StandInError(f"`{command[0]}` is not installed: install it, or use official images") from None
    if done.returncode != 0:
        raise ToolError(command, done.stdout + done.stderr)
    return done.stdout.strip()
