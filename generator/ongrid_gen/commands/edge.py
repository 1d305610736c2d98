"""`edge`: the edges of a site, and one more."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import click

from ongrid_gen.commands.common import Spec, read_spec, site_argument
from ongrid_gen.components import access
from ongrid_gen.errors import CommandError
from ongrid_gen.load import Source, load, read_source
from ongrid_gen.model import Edge, Site
from ongrid_gen.naming import edge_secrets
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Rejected, Report
from ongrid_gen.spec_edit import with_edge

ATTRIBUTE = re.compile(r"(?P<key>[^=\s]+)=(?P<value>.*)")


@click.group("edge")
def command() -> None:
    """The edges of a site: one agent each."""


@command.command("list")
@site_argument
def list_edges(site: Path) -> None:
    """Print the edges of SITE, with their attributes, and what they lack to reach the gateway."""
    spec = read_spec(site)
    width = max(len(edge.name) for edge in spec.site.edges)
    for edge in spec.site.edges:
        attributes = " ".join(f"{key}={value}" for key, value in edge.attributes.items())
        click.echo(f"{edge.name:{width}}  {lacks(spec, edge) or 'ready'}  {attributes}".rstrip())


def lacks(spec: Spec, edge: Edge) -> str:
    """Return which secrets of an edge are not here; nothing when it needs none, or all are."""
    wanted = access.agent_secrets(spec.site, edge).items()
    missing = [name for name, file in wanted if not (spec.secrets / file).is_file()]
    return f"without {', '.join(missing)}" if missing else ""


@command.command("add")
@site_argument
@click.argument("name")
@click.option("--attribute", "attributes", multiple=True, help="KEY=VALUE on every span of it (repeatable)")
def add(site: Path, name: str, attributes: tuple[str, ...]) -> None:
    """Add an edge to SITE, in the text of the file, which otherwise stays as it is; say what is to be done next."""
    spec = read_spec(site)
    if any(edge.name == name for edge in spec.site.edges):
        raise CommandError(f"{site} has an edge `{name}` already")
    edge: dict[str, Any] = {"name": name}
    if attributes:
        edge["attributes"] = dict(map(pair, attributes))
    text = with_edge(read_source(site).text.decode("utf-8"), edge)
    after = checked(text, site)
    if [(one.name, one.attributes) for one in after.edges] != [
        *((one.name, one.attributes) for one in spec.site.edges),
        (name, edge.get("attributes", {})),
    ]:
        raise CommandError(f"{site}: there is no sure place for one more edge; add it to `edges` yourself")
    replace(site, text)
    say_next(after, site, name)


def pair(text: str) -> tuple[str, str]:
    """Return key and value of an attribute."""
    found = ATTRIBUTE.fullmatch(text)
    if found is None:
        raise CommandError(f"`{text}` is no attribute: write KEY=VALUE")
    return found["key"], found["value"]


def checked(text: str, site: Path) -> Site:
    """Return the site of a changed spec. CommandError when it is not sound; nothing was written then."""
    try:
        return read_site(load(Source(str(site), text.encode())), Report())
    except Rejected as rejected:
        first = rejected.problems[0]
        raise CommandError(f"{first.message}; nothing was changed") from None


def replace(path: Path, text: str) -> None:
    """Write a file that is there so that a reader sees the old one or the new one; its mode stays."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            os.fchmod(handle, path.stat().st_mode & 0o777)
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def say_next(site: Site, path: Path, name: str) -> None:
    """Say how the new edge comes to its machine."""
    edge = next(one for one in site.edges if one.name == name)
    click.echo(f"added `{name}` to {path}")
    if access.agent_secrets(site, edge):
        click.echo(f"next: ongrid-gen certs {path}")
        click.echo(f"then copy secrets/{edge_secrets(name)} to the same place in the folder of the edge")
    click.echo(f"its folder: edge/{name} of the bundle that `ongrid-gen render {path}` writes")
