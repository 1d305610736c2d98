"""What every part of the benchmark needs: where things are, and programs run, timed from outside."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ongrid_gen.runtime import docker

ROOT: Final = Path(__file__).resolve().parent.parent
GEN: Final = str(Path(sys.executable).parent / "ongrid-gen")
WORK: Final = ROOT / "build" / "bench"
RUNS: Final = 5
# A process of its own starts the program: what Linux counts as a child's peak memory begins with that of its parent.
LAUNCHER: Final = """
import os, sys, time
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program finds its modules compiled
silent = [(os.POSIX_SPAWN_OPEN, at, os.devnull, os.O_WRONLY, 0) for at in (1, 2)]
started = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
print([os.waitstatus_to_exitcode(status), wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024])
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took: seconds on the clock and of CPU, in the program and in the kernel; peak memory in MiB."""

    wall: float
    user: float
    system: float
    memory: float

    @property
    def processor(self) -> float:
        """Seconds of CPU: what other processes on the machine hardly change."""
        return self.user + self.system


def say(text: str) -> None:
    """Say how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def run(*arguments: str) -> str:
    """Run `ongrid-gen` and return what it prints."""
    return output(GEN, *arguments)


def output(*command: str) -> str:
    """Run a program and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:6])} failed:\n{done.stderr}")
    return done.stdout


def measured(*command: str) -> Usage:
    """Run a program once, given by its path, and return what it took."""
    code, *took = json.loads(output(sys.executable, "-I", "-S", "-c", LAUNCHER, *command))
    if code != 0:
        raise SystemExit(f"{' '.join(command[:6])} failed with {code}")
    return Usage(*took)


def repeated(*command: str) -> list[Usage]:
    """Return what several runs took, after one that is not counted."""
    measured(*command)
    runs = [measured(*command) for _ in range(RUNS)]
    say(f"measured {Path(command[0]).name} {command[1]}")
    return runs


def median(runs: Sequence[Usage], what: Callable[[Usage], float]) -> float:
    """Return the median of something."""
    return statistics.median(map(what, runs))


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return seconds as the page quotes them: the median, minimum and maximum in brackets."""
    low, middle, high = (f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} s ({low} to {high})"


def promtool(image: str) -> str:
    """Return the path of promtool: of this machine, or copied out of Prometheus' image."""
    found = shutil.which("promtool")
    return found if found else str(copied("/bin/promtool", image))


def copied(path: str, image: str) -> Path:
    """Copy a program out of an image: a container that starts takes longer than what is measured."""
    target = WORK / Path(path).name
    container = docker.run("create", image).strip()
    try:
        docker.run("cp", f"{container}:{path}", str(target))
    finally:
        docker.run("rm", container)
    return target
