"""`check`: schema and contracts of specs, or the contracts of a rendered bundle; every problem at once."""

import json
from dataclasses import dataclass
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import in_order, show, stand_ins_option
from ongrid_gen.load import Document, load, read_source
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report
from ongrid_gen.show import Places, as_github, as_json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in one spec or bundle, from top to bottom."""

    name: str
    places: Places
    problems: list[Problem]
    rejected: bool


@click.command("check")
@click.argument("sites", type=click.Path(path_type=Path), metavar="SITE...", nargs=-1)
@click.option("--bundle", type=click.Path(path_type=Path), metavar="DIR", help="check the files of a rendered bundle")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="a warning is a finding too: exit code 1")
@stand_ins_option
def command(sites: tuple[Path, ...], bundle: Path | None, form: str, strict: bool, stand_ins: bool) -> None:
    """Check SITE: its schema, and that everything in it fits together. Or a bundle that may have been edited."""
    if sites and bundle is None:
        documents = [load(read_source(site)) for site in sites]
        outcomes = [check_spec(document, Report(strict=strict), stand_ins=stand_ins) for document in documents]
    elif bundle is not None and not sites:
        outcomes = [check_files(bundle, Report(strict=strict))]
    else:
        raise click.UsageError("give either SITE or `--bundle DIR`")
    tell(form, outcomes)
    if any(outcome.rejected for outcome in outcomes):
        raise Findings


def check_spec(document: Document, report: Report, *, stand_ins: bool) -> Outcome:
    """Check a spec."""
    rejected = False
    try:
        read_site(document, report, stand_ins=stand_ins)
    except Rejected:
        rejected = True
    return Outcome(document.name, document, in_order(report.problems, document), rejected)


def check_files(folder: Path, report: Report) -> Outcome:
    """Check a bundle."""
    from ongrid_gen.bundle.contracts import check_bundle
    from ongrid_gen.bundle.files import read_bundle

    bundle = read_bundle(folder)
    rejected = False
    try:
        report.gate(check_bundle(bundle))
    except Rejected:
        rejected = True
    return Outcome(bundle.name, bundle, in_order(report.problems, bundle), rejected)


def tell(form: str, outcomes: list[Outcome]) -> None:
    """Show what was found as asked: text to stderr, with what fits on stdout; JSON and annotations to stdout."""
    if form == "json":
        found = [problem for one in outcomes for problem in as_json(one.problems, one.places)["problems"]]
        click.echo(json.dumps({"problems": found}, ensure_ascii=False, indent=2))
        return
    for outcome in outcomes:
        if form == "github":
            for problem in outcome.problems:
                click.echo(as_github(problem, outcome.places))
            continue
        show(outcome.problems, outcome.places)
        if not outcome.rejected:
            click.echo(f"{outcome.name}: fits")
