"""`certs`: the certificates, keys and credentials of gateway and edges."""

from pathlib import Path

import click

from ongrid_gen.commands.common import read_spec, site_argument
from ongrid_gen.components import access
from ongrid_gen.errors import CommandError
from ongrid_gen.naming import edge_secrets


@click.command("certs")
@site_argument
def command(site: Path) -> None:
    """Make what SITE asks for below `secrets/` and is missing: authority, certificates, keys, passwords or tokens.

    A key, a password or a token that is there stays as it is; a certificate is made anew when it ends soon.
    """
    from ongrid_gen.credentials import provide

    spec = read_spec(site)
    if spec.site.gateway.tls is None and spec.site.gateway.auth is None:
        raise CommandError("the spec asks for no certificates: it has neither `gateway.tls` nor `gateway.auth`")
    said: list[str] = []
    provide(spec.site, spec.secrets, said.append)
    for line in said or ["nothing is missing, and no certificate ends soon"]:
        click.echo(line)
    if said and access.is_remote(spec.site):
        click.echo(
            f"each edge needs its own folder, {spec.secrets / edge_secrets('<edge>')}: copy it to "
            f"secrets/{edge_secrets('<edge>')} in the folder of the edge, on its machine"
        )
