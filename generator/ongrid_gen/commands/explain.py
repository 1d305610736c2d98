"""`explain`: an alert or an SLO in words."""

from pathlib import Path

import click

from ongrid_gen import selfmon
from ongrid_gen.alerts.explain import explain_text
from ongrid_gen.commands.common import find_alert, read_spec, site_argument, stand_ins_option
from ongrid_gen.model import Site
from ongrid_gen.slos.explain import explain_text as explain_slo


@click.command("explain")
@site_argument
@click.argument("name")
@stand_ins_option
def command(site: Path, name: str, stand_ins: bool) -> None:
    """Say the alert or SLO NAME of SITE, or an alert of the stack itself, in words: when it fires, and how soon."""
    spec = read_spec(site, stand_ins=stand_ins)
    click.echo(explained(spec.site, name))


def explained(site: Site, name: str) -> str:
    """Return an alert of the spec, an SLO or an alert of the stack in words."""
    slo = site.slo(name) if site.alert(name) is None else None
    if slo is not None:
        return explain_slo(slo, site)
    own = selfmon.explain_text(name, site)
    return own if own is not None else explain_text(find_alert(site, name), site)
