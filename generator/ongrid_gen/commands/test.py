"""`test`: the rendered rule unit tests, run by promtool."""

import tempfile
import time
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.render import rendered_bundle
from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.ruletest import InImage, Promtool, find_promtool, run
from ongrid_gen.runtime import docker
from ongrid_gen.write import write


@click.command("test")
@site_argument
@click.option("-v", "--verbose", is_flag=True, help="list what passed too")
@click.option(
    "-k", "pattern", metavar="TEXT", help="only tests whose name contains this; a name begins with the alert's"
)
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="write a JUnit report to this file too")
@stand_ins_option
def command(site: Path, verbose: bool, pattern: str | None, junit: Path | None, stand_ins: bool) -> None:
    """Run the unit tests that are rendered beside the rules of SITE; exit 1 when one fails."""
    started = time.monotonic()
    spec = read_spec(site, stand_ins=stand_ins)
    rendered = rendered_bundle(spec)
    promtool = usable_promtool(spec.site)
    with tempfile.TemporaryDirectory(prefix="ongrid-gen-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(rendered.tree, folder)
        results = run(folder, promtool, pattern)
    if junit is not None:
        junit.write_text(results.junit(), encoding="utf-8")
    if pattern is not None and not results.cases:
        raise CommandError(f"no test has `{pattern}` in its name; -v lists them")
    click.echo(f"{results.text(verbose=verbose)} in {time.monotonic() - started:.1f} s")
    if results.failures:
        raise Findings


def usable_promtool(site: Site) -> Promtool:
    """Return promtool of this machine or of the image; CommandError, with what to do, when there is neither."""
    promtool = find_promtool(PROMETHEUS.reference(site.images))
    if isinstance(promtool, InImage):
        docker.require()
        if not docker.has_image(promtool.image):
            raise CommandError(
                f"the image {promtool.image} is not on this machine, and there is no `promtool` on the PATH\n"
                "  run `ongrid-gen images SITE` first (with --stand-ins where no image registry answers)"
            )
    return promtool
