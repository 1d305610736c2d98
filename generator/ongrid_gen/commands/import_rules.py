"""`import`: an Ongrid export as `alerts:` and `slos:` of our spec."""

from pathlib import Path

import click

from ongrid_gen.errors import CommandError
from ongrid_gen.importer import RulesError, import_rules
from ongrid_gen.yamlio import dump


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Print the rules of FILE, an Ongrid export (a JSON array), as `alerts:`; stderr says what was changed and why."""
    try:
        imported = import_rules(file.read_text(encoding="utf-8"))
    except (RulesError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {error}") from None
    for note in imported.notes:
        click.echo(note, err=True)
    slos = {"slos": imported.slos} if imported.slos else {}
    click.echo(dump({"alerts": imported.alerts, **slos}, banner=None), nl=False)
