"""`graph`: the wiring of a spec's bundle, or of a folder, as a picture."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from ongrid_gen.bundle.files import COMPOSE, Bundle, bundle_of, read_bundle
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import read_spec, show, stand_ins_option
from ongrid_gen.errors import CommandError
from ongrid_gen.graph.build import chain_of, graph_of, named, names_of
from ongrid_gen.graph.data import as_json
from ongrid_gen.graph.mermaid import as_mermaid
from ongrid_gen.graph.model import Graph
from ongrid_gen.graph.svg import as_svg
from ongrid_gen.render import render
from ongrid_gen.suggest import listed, nearest

FORMATS: Final[dict[str, Callable[[Graph], str]]] = {"mermaid": as_mermaid, "svg": as_svg, "json": as_json}


@click.command("graph")
@click.argument("site", type=click.Path(path_type=Path), required=False)
@click.option("--bundle", type=click.Path(path_type=Path), metavar="DIR", help="draw the files of a rendered bundle")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="default: by the name of -o, else mermaid")
@click.option("--alert", metavar="NAME", help="only what this alert hangs on, every rule and label of it")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="write there, not to stdout")
@stand_ins_option
def command(
    site: Path | None, bundle: Path | None, form: str | None, alert: str | None, out: Path | None, stand_ins: bool
) -> None:
    """Draw the wiring of SITE, or of a bundle that may have been edited: who calls whom, what alerts hang on."""
    if (site is None) == (bundle is None):
        raise click.UsageError("give either SITE or `--bundle DIR`")
    files = rendered(site, stand_ins=stand_ins) if site is not None else readable(read_bundle(bundle or Path()))
    text = FORMATS[form or form_of(out)](drawn(files, alert))
    if out is None:
        click.echo(text, nl=False)
    else:
        write_text(out, text)


def rendered(site: Path, *, stand_ins: bool) -> Bundle:
    """Return the bundle of a spec; nothing is written."""
    spec = read_spec(site, stand_ins=stand_ins)
    return bundle_of({path: text.encode() for path, text in render(spec.site).items()}, spec.bundle(None))


def readable(bundle: Bundle) -> Bundle:
    """Return a bundle whose files can all be read. Findings, shown, when one cannot."""
    if bundle.unreadable:
        show(bundle.unreadable, bundle)
        raise Findings
    return bundle


def drawn(bundle: Bundle, alert: str | None) -> Graph:
    """Return the picture of a bundle, or of one alert. CommandError when there is none of that name."""
    wiring = Wiring(bundle)
    name = str(bundle.data(COMPOSE).get("name") or bundle.name)
    if alert is None:
        return graph_of(wiring, name)
    found = named(wiring.alerts, alert)
    if not found:
        known = list(dict.fromkeys(name for one in wiring.alerts for name in names_of(one)))
        near = nearest(alert, known)
        hint = f"did you mean `{near}`?" if near else f"there are: {listed(known) or 'none'}"
        raise CommandError(f"no alert `{alert}` in {bundle.name}; {hint}")
    return chain_of(wiring, found, f"{name}: {alert}")


def form_of(out: Path | None) -> str:
    """Return the format that the name of a file means."""
    suffix = "" if out is None else out.suffix.removeprefix(".").lower()
    return suffix if suffix in FORMATS else "mermaid"


def write_text(path: Path, text: str) -> None:
    """Write a picture. CommandError when that cannot be."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from error
