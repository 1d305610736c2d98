"""`check`: schema and contracts of a spec, or the contracts of a rendered bundle; every problem at once."""

import json
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import in_order, show, stand_ins_option
from ongrid_gen.load import Document, load, read_source
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report
from ongrid_gen.show import Places, as_github, as_json


@click.command("check")
@click.argument("site", type=click.Path(path_type=Path), required=False)
@click.option("--bundle", type=click.Path(path_type=Path), metavar="DIR", help="check the files of a rendered bundle")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="a warning is a finding too: exit code 1")
@stand_ins_option
def command(site: Path | None, bundle: Path | None, form: str, strict: bool, stand_ins: bool) -> None:
    """Check SITE: its schema, and that everything in it fits together. Or a bundle that may have been edited."""
    if site is not None and bundle is None:
        check_spec(load(read_source(site)), form, Report(strict=strict), stand_ins=stand_ins)
    elif bundle is not None and site is None:
        check_files(bundle, form, Report(strict=strict))
    else:
        raise click.UsageError("give either SITE or `--bundle DIR`")


def check_spec(document: Document, form: str, report: Report, *, stand_ins: bool) -> None:
    """Check a spec. Findings when it is rejected."""
    rejected = False
    try:
        read_site(document, report, stand_ins=stand_ins)
    except Rejected:
        rejected = True
    conclude(form, report, document, document.name, rejected=rejected)


def check_files(folder: Path, form: str, report: Report) -> None:
    """Check a bundle. Findings when something does not fit."""
    from ongrid_gen.bundle.contracts import check_bundle
    from ongrid_gen.bundle.files import read_bundle

    bundle = read_bundle(folder)
    rejected = False
    try:
        report.gate(check_bundle(bundle))
    except Rejected:
        rejected = True
    conclude(form, report, bundle, bundle.name, rejected=rejected)


def conclude(form: str, report: Report, places: Places, name: str, *, rejected: bool) -> None:
    """Show what was found, or that everything fits."""
    show_as(form, report.problems, places)
    if rejected:
        raise Findings
    if form == "text":
        click.echo(f"{name}: fits")


def show_as(form: str, problems: list[Problem], places: Places) -> None:
    """Show problems as asked: text to stderr, JSON and GitHub annotations to stdout."""
    problems = in_order(problems, places)
    if form == "json":
        click.echo(json.dumps(as_json(problems, places), ensure_ascii=False, indent=2))
    elif form == "github":
        for problem in problems:
            click.echo(as_github(problem, places))
    else:
        show(problems, places)
