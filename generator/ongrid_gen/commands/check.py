"""`check`: schema and contracts; every problem at once."""

import json
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import in_order, show, site_argument, stand_ins_option
from ongrid_gen.load import Document, load, read_source
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Problem, Rejected, Report
from ongrid_gen.show import as_github, as_json


@click.command("check")
@site_argument
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="a warning is a finding too: exit code 1")
@stand_ins_option
def command(site: Path, form: str, strict: bool, stand_ins: bool) -> None:
    """Check SITE: its schema, and that everything in it fits together."""
    document = load(read_source(site))
    report = Report(strict=strict)
    rejected = False
    try:
        read_site(document, report, stand_ins=stand_ins)
    except Rejected:
        rejected = True
    show_as(form, report.problems, document)
    if rejected:
        raise Findings
    if form == "text":
        click.echo(f"{document.name}: fits")


def show_as(form: str, problems: list[Problem], document: Document) -> None:
    """Show problems as asked: text to stderr, JSON and GitHub annotations to stdout."""
    problems = in_order(problems, document)
    if form == "json":
        click.echo(json.dumps(as_json(problems, document), ensure_ascii=False, indent=2))
    elif form == "github":
        for problem in problems:
            click.echo(as_github(problem, document))
    else:
        show(problems, document)
