"""`images`: pull, or build, what the stack needs."""

from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import progress, read_spec, site_argument, stand_ins_option
from ongrid_gen.model import Site
from ongrid_gen.runtime import docker, images


@click.command("images")
@site_argument
@click.option("--build", is_flag=True, help="build the stand-in images from published packages")
@click.option("--list", "only_list", is_flag=True, help="list what is needed and what is here; exit 1 if some is not")
@click.option("--probe", is_flag=True, help="print `--stand-ins` when no image registry answers, nothing otherwise")
@stand_ins_option
def command(site: Path, build: bool, only_list: bool, probe: bool, stand_ins: bool) -> None:
    """Make the images of SITE present on this machine."""
    spec = read_spec(site, stand_ins=stand_ins or build)
    docker.require()
    if probe:
        say_probe(images.registry_answers(spec.site))
    elif only_list:
        list_images(spec.site)
    else:
        images.provide(spec.site, progress)
        click.echo("\n".join(images.wanted(spec.site)))


def say_probe(answers: bool) -> None:
    """Print the option that the other commands need, and say why."""
    if answers:
        click.echo("an image registry answers: official images", err=True)
    else:
        click.echo("no image registry answers: stand-in images, built from published packages", err=True)
        click.echo("--stand-ins")


def list_images(site: Site) -> None:
    """Print each image and whether it is here."""
    lacking = images.missing(site)
    for reference in images.wanted(site):
        click.echo(f"{'missing' if reference in lacking else 'here   '}  {reference}")
    if lacking:
        raise Findings
