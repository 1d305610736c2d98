"""`explain`: an alert or an SLO in words."""

from pathlib import Path

import click

from ongrid_gen.alerts.explain import explain_text
from ongrid_gen.commands.common import find_alert, read_spec, site_argument, stand_ins_option
from ongrid_gen.slos.explain import explain_text as explain_slo


@click.command("explain")
@site_argument
@click.argument("name")
@stand_ins_option
def command(site: Path, name: str, stand_ins: bool) -> None:
    """Say the alert or SLO NAME of SITE in words: when it fires, how soon, and what keeps it quiet."""
    spec = read_spec(site, stand_ins=stand_ins)
    slo = spec.site.slo(name) if spec.site.alert(name) is None else None
    if slo is not None:
        click.echo(explain_slo(slo, spec.site))
    else:
        click.echo(explain_text(find_alert(spec.site, name), spec.site))
