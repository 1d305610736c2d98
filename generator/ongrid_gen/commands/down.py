"""`down`: stop the stack."""

from pathlib import Path

import click

from ongrid_gen.commands.common import out_option, progress, read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.up import edge_option, running_stack
from ongrid_gen.runtime import docker


@click.command("down")
@site_argument
@out_option
@edge_option
@click.option("--volumes", is_flag=True, help="remove the data too: traces, series, silences")
@stand_ins_option
def command(site: Path, out: Path | None, edges: tuple[str, ...], volumes: bool, stand_ins: bool) -> None:
    """Stop the stack of SITE; its data stays unless --volumes is given."""
    spec = read_spec(site, stand_ins=stand_ins)
    docker.require()
    stack = running_stack(spec, out, edges)
    stack.down(progress, volumes=volumes)
