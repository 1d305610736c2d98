"""`schema`: print a JSON Schema: of site.yaml, its fragments inside, for editors; or of what commands print."""

import json
from typing import Final

import click

from ongrid_gen.resources import schemas_dir

SITE: Final = "site"
PRINTED: Final = ("report", "plan")


@click.command("schema")
@click.argument("what", type=click.Choice([SITE, *PRINTED]), default=SITE)
def command(what: str) -> None:
    """Print the JSON Schema of site.yaml, in one piece; or of what `check` and `plan` print as JSON."""
    click.echo(json.dumps(bundled() if what == SITE else read(what), indent=2, ensure_ascii=False))


def read(name: str) -> dict[str, object]:
    """Return a schema as its file says it."""
    schema: dict[str, object] = json.loads((schemas_dir() / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def bundled() -> dict[str, object]:
    """Return the schema with every fragment under `$defs`, found there by its own `$id`."""
    schema = read(SITE)
    fragments = {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
        for folder in ("alerts", "channels")
        for path in sorted((schemas_dir() / folder).glob("*.schema.json"))
    }
    definitions = schema.get("$defs")
    known = definitions if isinstance(definitions, dict) else {}
    return {**schema, "$defs": {**known, **fragments}}
