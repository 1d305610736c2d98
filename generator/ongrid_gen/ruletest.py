"""Runs promtool over the rule tests of a bundle, several files at a time, and says case by case what came of it."""

import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from ongrid_gen.errors import CommandError

TESTS: Final = "prometheus/tests"
TIMEOUT: Final = 900
MOST_FILES: Final = 50  # to a process, so that none comes near the timeout
PROCESSES: Final = os.cpu_count() or 2
MOUNT: Final = "/prometheus-test"
REPORTS: Final = "/reports"


class PromtoolError(CommandError):
    """promtool itself could not be run, or did not answer in a form we know."""


class Promtool(Protocol):
    """A way to run promtool."""

    def command(self, prometheus: Path, reports: Path, arguments: Sequence[str]) -> list[str]:
        """Return the command that runs it in the folder `prometheus` and lets it write into `reports`.

        In `arguments`, `{reports}` stands for where it sees that folder.
        """


@dataclass(frozen=True, slots=True)
class OnPath:
    """The program on this machine."""

    program: str = "promtool"

    def command(self, prometheus: Path, reports: Path, arguments: Sequence[str]) -> list[str]:
        """Return its command; the caller runs it inside `prometheus`."""
        del prometheus
        return [self.program, *(argument.replace("{reports}", str(reports)) for argument in arguments)]


@dataclass(frozen=True, slots=True)
class InImage:
    """The program in Prometheus' image, without a network, as the user who asks: it writes a report."""

    image: str

    def command(self, prometheus: Path, reports: Path, arguments: Sequence[str]) -> list[str]:
        """Return the `docker run` that does it."""
        return [
            "docker", "run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL",
            "--security-opt=no-new-privileges", f"--user={os.getuid()}:{os.getgid()}", f"--workdir={MOUNT}",
            "--tmpfs=/tmp:mode=1777", f"--volume={prometheus.resolve()}:{MOUNT}:ro",
            f"--volume={reports.resolve()}:{REPORTS}", "--entrypoint=/bin/promtool", self.image,
            *(argument.replace("{reports}", REPORTS) for argument in arguments),
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: `message` is empty when it passed. `file` is its path in the bundle."""

    file: str
    name: str
    message: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether it passed."""
        return not self.message


@dataclass(frozen=True, slots=True)
class Results:
    """What came of every case, in the order of the files."""

    cases: tuple[Case, ...]

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(case.passed for case in self.cases)

    @property
    def failures(self) -> tuple[Case, ...]:
        """The cases that failed."""
        return tuple(case for case in self.cases if not case.passed)

    def junit(self) -> str:
        """Return the results as one JUnit report for a CI system."""
        every = ET.Element("testsuites", tests=str(len(self.cases)), failures=str(len(self.failures)))
        for file in dict.fromkeys(case.file for case in self.cases):
            own = [case for case in self.cases if case.file == file]
            failed = sum(not case.passed for case in own)
            suite = ET.SubElement(every, "testsuite", name=file, tests=str(len(own)), failures=str(failed))
            for case in own:
                element = ET.SubElement(suite, "testcase", name=case.name, classname=file)
                if not case.passed:
                    ET.SubElement(element, "failure", message=case.message.split("\n")[0]).text = case.message
        return ET.tostring(every, encoding="unicode", xml_declaration=True)

    def text(self, *, verbose: bool = False) -> str:
        """Return the results as a test runner prints them; `verbose` lists what passed too."""
        lines = [f"ok    {case.name}" for case in self.cases if case.passed] if verbose else []
        for case in self.failures:
            lines += [
                f"FAIL  {case.name}",
                f"      {case.file}",
                *(f"      {line}" for line in case.message.split("\n")),
            ]
        return "\n".join([*lines, f"{self.passed} passed, {len(self.failures)} failed"])


def find_promtool(image: str) -> Promtool:
    """Return promtool of this machine, or the one in Prometheus' image."""
    return OnPath() if shutil.which("promtool") else InImage(image)


def run(bundle: Path, promtool: Promtool, pattern: str | None = None) -> Results:
    """Run the rule tests of a bundle: all, or those whose name contains `pattern`, in whatever case.

    PromtoolError when promtool cannot be run.
    """
    prometheus = (bundle / "prometheus").resolve()
    files = [f"tests/{file.name}" for file in sorted((bundle / TESTS).glob("*.test.yaml"))]
    flags = [] if pattern is None else [f"--run=(?i){re.escape(pattern)}"]
    cases = run_files(prometheus, files, promtool, flags)
    return Results(tuple(replace(case, file=f"prometheus/{case.file}") for case in cases))


def run_files(folder: Path, files: Sequence[str], promtool: Promtool, flags: Sequence[str] = ()) -> list[Case]:
    """Run test files, given relative to `folder`, and return their cases in the order of the files."""
    with (
        tempfile.TemporaryDirectory(prefix="ongrid-gen-") as reports,
        ThreadPoolExecutor(max_workers=PROCESSES) as pool,
    ):
        asked = pool.map(lambda item: run_batch(folder, item[1], Path(reports) / str(item[0]), promtool, flags),
                         enumerate(batches(files, PROCESSES)))  # fmt: skip
        order = {file: place for place, file in enumerate(files)}
        return sorted((case for cases in asked for case in cases), key=lambda case: order.get(case.file, 0))


def batches(files: Sequence[str], processes: int) -> list[Sequence[str]]:
    """Return the files in as many shares as there are processes, or more where a share would be too long.

    Starting a container takes as long as testing a file, so a process takes many.
    """
    shares = max(min(processes, len(files)), -(-len(files) // MOST_FILES))
    return [files[start::shares] for start in range(shares)]


def run_batch(
    folder: Path, files: Sequence[str], reports: Path, promtool: Promtool, flags: Sequence[str] = ()
) -> list[Case]:
    """Run some files in one promtool. It reads paths relative to the file that holds them."""
    reports.mkdir()
    arguments = ["test", "rules", "--junit={reports}/junit.xml", *flags, *files]
    done = execute(promtool.command(folder, reports, arguments), folder)
    said = (done.stdout + done.stderr).strip()
    report = reports / "junit.xml"
    if not report.is_file():
        names = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
        raise PromtoolError(f"promtool gave no answer about {names}: {last_lines(said) or done.returncode}")
    cases = read_report(report.read_bytes())
    if done.returncode != 0 and all(case.passed for case in cases):
        return [*cases, Case(files[0], files[0], last_lines(said) or f"exit code {done.returncode}")]
    return cases


def execute(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT, check=False
        )
    except FileNotFoundError:
        raise PromtoolError(f"there is no program `{command[0]}`: install it or Docker") from None
    except subprocess.TimeoutExpired:
        raise PromtoolError(f"promtool did not end within {TIMEOUT} s") from None


def read_report(report: bytes) -> list[Case]:
    """Return the cases of a JUnit report of promtool: a suite a file; `failure` and `error` are elements of a case."""
    found = []
    for suite in ET.fromstring(report).iter("testsuite"):
        file = suite.get("name") or ""
        for one in suite.iter("testcase"):
            said = [f"{part.get('message') or ''}\n{part.text or ''}" for part in one if part.tag != "skipped"]
            found.append(Case(file, one.get("name") or file, "\n".join(map(tidy, said))))
    return found


def tidy(message: str) -> str:
    """Return a message without blank lines and outer space."""
    return "\n".join(line.rstrip() for line in message.splitlines() if line.strip()) or "failed"


def last_lines(text: str) -> str:
    """Return the end of what a program said."""
    return "\n".join(text.splitlines()[-12:])
