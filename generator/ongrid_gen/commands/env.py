"""`env`: the environment of one application."""

from pathlib import Path

import click

from ongrid_gen.commands.common import read_spec, site_argument, stand_ins_option
from ongrid_gen.components import apps
from ongrid_gen.errors import CommandError


@click.command("env")
@site_argument
@click.argument("service")
@click.option("--port", type=int, default=None, help="where the agent listens for OTLP over HTTP, if the spec says 0")
@stand_ins_option
def command(site: Path, service: str, port: int | None, stand_ins: bool) -> None:
    """Print the environment that makes SERVICE send its traces, and the variable that stops it again."""
    spec = read_spec(site, stand_ins=stand_ins)
    found = spec.site.service(service)
    if found is None:
        names = ", ".join(item.name for item in spec.site.services)
        raise CommandError(f"no service `{service}` in the spec; there are: {names}")
    for key, value in apps.variables(spec.site, found, http_port=port).items():
        click.echo(f"{key}={value}")
    click.echo(f"# without tracing: leave these out, or {apps.REMOVE}=true", err=True)
