"""`init`: a commented site.yaml to start from."""

import re
from pathlib import Path

import click

from ongrid_gen.errors import CommandError
from ongrid_gen.text import Code, fill_source

PROFILES = ("greenfield", "polyglot")


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--profile", type=click.Choice(PROFILES), default="greenfield", show_default=True)
def command(folder: Path, profile: str) -> None:
    """Write a commented site.yaml into FOLDER (default: here). An existing one is never overwritten."""
    path = folder / "site.yaml"
    if path.exists():
        raise CommandError(f"{path} is there already: edit it, or give another folder")
    text = fill_source(f"init/{profile}.yaml.j2", site=Code(site_name(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    click.echo(str(path))
    click.echo(f"next: ongrid-gen check {path}", err=True)


def site_name(folder: Path) -> str:
    """Return a valid site name made from a folder's name."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return name[:40].rstrip("-") if re.match(r"[a-z]", name) else "my-site"
