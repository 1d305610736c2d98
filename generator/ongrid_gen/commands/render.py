"""`render`: write the bundle of a spec."""

from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import Spec, out_option, read_spec, show, site_argument, stand_ins_option
from ongrid_gen.errors import CommandError
from ongrid_gen.pipeline import Rendered, no_engines, render_site
from ongrid_gen.problems import Rejected
from ongrid_gen.write import Difference, NotOurs, compare, write


@click.command("render")
@site_argument
@out_option
@click.option("--check", "only_check", is_flag=True, help="write nothing; exit 1 when the bundle differs")
@click.option("--engines", is_flag=True, help="let each component's own validator judge the files first")
@click.option("--force", is_flag=True, help="overwrite files in the bundle that were edited or put there by others")
@stand_ins_option
def command(site: Path, out: Path | None, only_check: bool, engines: bool, force: bool, stand_ins: bool) -> None:
    """Write the bundle of SITE: everything `docker compose up` needs."""
    spec = read_spec(site, stand_ins=stand_ins)
    rendered = rendered_bundle(spec, engines=engines)
    folder = spec.bundle(out)
    if only_check:
        difference = compare(rendered.tree, folder)
        say_difference(difference, folder)
        if difference:
            raise Findings
        return
    write_bundle(rendered, folder, force=force)
    click.echo(str(folder))


def rendered_bundle(spec: Spec, *, engines: bool = False) -> Rendered:
    """Render, and verify if asked; shows what the engines found."""
    verify = no_engines
    if engines:
        from ongrid_gen.verify import ask_engines

        verify = ask_engines
    before = len(spec.report.problems)
    try:
        return render_site(spec.site, spec.report, verify=verify)
    except Rejected as rejected:
        show(rejected.problems[before:], spec.document)
        raise Findings from None


def write_bundle(rendered: Rendered, folder: Path, *, force: bool = False) -> Difference:
    """Write the bundle; what we did not write and would lose is an error that names it."""
    try:
        difference = write(rendered.tree, folder, force=force)
    except NotOurs as error:
        hint = "put your change into the spec, or move the files away, or render with --force to lose them"
        raise CommandError(f"{error}\n  {hint}; nothing was written") from None
    for path in difference.foreign:
        if path not in rendered.tree:
            click.echo(f"{folder / path}: not written by ongrid-gen, left alone", err=True)
    return difference


def say_difference(difference: Difference, folder: Path) -> None:
    """Print what would change."""
    for word, paths in (
        ("new", difference.added),
        ("changed", difference.changed),
        ("gone", difference.removed),
        ("edited by hand", difference.edited),
    ):
        for path in paths:
            click.echo(f"{word}: {path}")
    if not difference:
        click.echo(f"{folder}: as rendered")
