"""`estimate`: what a site will cost, against its budget."""

import json
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import read_spec, site_argument, stand_ins_option
from ongrid_gen.estimate import as_data, as_text, estimate


@click.command("estimate")
@site_argument
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@stand_ins_option
def command(site: Path, as_json: bool, stand_ins: bool) -> None:
    """Say which series, spans and bytes SITE will make; exit 1 when that is more than its budget or limits."""
    spec = read_spec(site, stand_ins=stand_ins)
    found = estimate(spec.site)
    click.echo(json.dumps(as_data(found), indent=2, ensure_ascii=False) if as_json else as_text(found))
    if found.over:
        raise Findings
