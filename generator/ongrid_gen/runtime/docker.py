"""Docker through its own command line: every call bounded in time, every failure one sentence that tells the fix."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ongrid_gen.errors import CommandError

NO_DOCKER = (
    "Docker is not to be had: {why}\n"
    "  install Docker Engine with Compose v2 and start it; in a checkout, `make docker` does that on Debian and Ubuntu"
)


class DockerError(CommandError):
    """Docker answered with an error; the message is its own last lines."""


def run(
    *arguments: str,
    timeout: float = 120,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
) -> str:
    """Run `docker` and return what it prints. Raise DockerError when it fails or takes longer than `timeout` s."""
    done = attempt(*arguments, timeout=timeout, env=env, cwd=cwd, stdin=stdin)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise DockerError(f"docker {' '.join(arguments[:3])} …: " + "\n  ".join(words[-15:]))
    return done.stdout.decode(errors="replace")


def attempt(
    *arguments: str,
    timeout: float = 120,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run `docker` and return the finished process, whatever its exit code."""
    try:
        return subprocess.run(
            ["docker", *arguments],
            capture_output=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            input=stdin,
        )
    except FileNotFoundError:
        raise CommandError(NO_DOCKER.format(why="there is no `docker` program")) from None
    except subprocess.TimeoutExpired:
        raise DockerError(f"docker {' '.join(arguments[:3])} …: no end after {timeout:.0f} s") from None


def require() -> None:
    """Raise CommandError, with what to do, unless an engine and Compose v2 answer."""
    if shutil.which("docker") is None:
        raise CommandError(NO_DOCKER.format(why="there is no `docker` program"))
    if attempt("info", "--format", "{{.ServerVersion}}", timeout=20).returncode != 0:
        raise CommandError(NO_DOCKER.format(why="no engine answers (`docker info` fails)"))
    if attempt("compose", "version", "--short", timeout=20).returncode != 0:
        raise CommandError(NO_DOCKER.format(why="`docker compose` is missing (Compose v2, a plugin)"))


def has_image(reference: str) -> bool:
    """Tell whether an image is on this machine."""
    return attempt("image", "inspect", "--format", "{{.Id}}", reference, timeout=30).returncode == 0


def inspect(identifiers: Sequence[str]) -> list[dict[str, Any]]:
    """Return what Docker knows of containers."""
    if not identifiers:
        return []
    found: list[dict[str, Any]] = json.loads(run("inspect", *identifiers))
    return found
