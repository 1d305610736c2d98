"""What the commands share: reading a spec and showing its problems, and where the bundle goes."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ongrid_gen.cli import Findings
from ongrid_gen.conventions import STAND_INS_SUFFIX
from ongrid_gen.errors import CommandError
from ongrid_gen.load import Document, load, read_source
from ongrid_gen.model import Alert, Site
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report, Severity
from ongrid_gen.show import Places, as_text, document_at, file_of, span_of


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec that was read and found good, and the folder it lies in."""

    path: Path
    document: Document
    site: Site
    report: Report

    @property
    def secrets(self) -> Path:
        """The folder of the secret files, beside the spec."""
        return self.path.resolve().parent / "secrets"

    def bundle(self, out: Path | None) -> Path:
        """Return where the bundle goes: `-o`, or `build/<site>` beside the spec."""
        if out is not None:
            return out
        suffix = STAND_INS_SUFFIX if self.site.images.stand_ins else ""
        return self.path.resolve().parent / "build" / f"{self.site.name}{suffix}"


def site_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take SITE, the path of a spec."""
    argument = click.argument("site", type=click.Path(path_type=Path))
    return argument(function)


def stand_ins_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take `--stand-ins`."""
    text = "use the images built here from published packages; Tempo is rendered in the dialect of the one built"
    option = click.option("--stand-ins", is_flag=True, help=text)
    return option(function)


def out_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take `-o`."""
    text = "the bundle's folder; default: build/<site> beside the spec"
    kind = click.Path(path_type=Path, file_okay=False)
    option = click.option("-o", "--out", type=kind, default=None, help=text)
    return option(function)


def show(problems: list[Problem], places: Places) -> None:
    """Print problems to stderr, each with its place in the spec or bundle."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    for problem in in_order(problems, places):
        click.echo(as_text(problem, places, colour=colour), err=True)
    if problems:
        click.echo(summary(problems), err=True)


def in_order(problems: list[Problem], places: Places) -> list[Problem]:
    """Return problems by their place, file by file, top to bottom."""
    return sorted(problems, key=lambda problem: place(problem, places))


def place(problem: Problem, places: Places) -> tuple[str, int, int]:
    """Return file, line and column of a problem."""
    span = span_of(problem, places)
    return file_of(document_at(places, problem.path)), span.line, span.column


def summary(problems: list[Problem]) -> str:
    """Return how many there are of each severity."""
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.severity.value] = counts.get(problem.severity.value, 0) + 1
    return ", ".join(f"{number} {name}{'s' if number > 1 else ''}" for name, number in counts.items())


def read_spec(path: Path, *, stand_ins: bool = False, strict: bool = False) -> Spec:
    """Read, validate and check a spec. Shows its problems (hints are `check`'s); Findings when one is an error."""
    document = load(read_source(path))
    report = Report(strict=strict)
    try:
        site = read_site(document, report, stand_ins=stand_ins)
    except Rejected as rejected:
        show(rejected.problems, document)
        raise Findings from None
    show([problem for problem in report.problems if problem.severity is not Severity.HINT], document)
    return Spec(path, document, site, report)


def progress(text: str) -> None:
    """Print a line of progress to stderr."""
    click.echo(text, err=True)


def find_alert(site: Site, name: str) -> Alert:
    """Return the alert of that name; a miss lists what exists."""
    alert = site.alert(name)
    if alert is None:
        names = ", ".join(alert.name for alert in site.alerts) or "none"
        raise CommandError(f"no alert `{name}` in the spec; there are: {names}")
    return alert
