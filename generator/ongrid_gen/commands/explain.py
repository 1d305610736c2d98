"""`explain`: an alert in words."""

from pathlib import Path

import click

from ongrid_gen import selfmon
from ongrid_gen.alerts.explain import explain_text
from ongrid_gen.commands.common import find_alert, read_spec, site_argument, stand_ins_option


@click.command("explain")
@site_argument
@click.argument("alert")
@stand_ins_option
def command(site: Path, alert: str, stand_ins: bool) -> None:
    """Say ALERT of SITE, or one of the stack's own, in words: when it fires, how soon, and what keeps it quiet."""
    spec = read_spec(site, stand_ins=stand_ins)
    own = selfmon.explain_text(alert, spec.site)
    click.echo(own if own is not None else explain_text(find_alert(spec.site, alert), spec.site))
