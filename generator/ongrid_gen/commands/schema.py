"""`schema`: print the JSON Schema of site.yaml, its fragments inside, for editors."""

import json

import click

from ongrid_gen.resources import schemas_dir


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of site.yaml, in one piece."""
    click.echo(json.dumps(bundled(), indent=2, ensure_ascii=False))


def bundled() -> dict[str, object]:
    """Return the schema with every fragment under `$defs`, found there by its own `$id`."""
    schema: dict[str, object] = json.loads((schemas_dir() / "site.schema.json").read_text(encoding="utf-8"))
    fragments = {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
        for folder in ("alerts", "channels")
        for path in sorted((schemas_dir() / folder).glob("*.schema.json"))
    }
    definitions = schema.get("$defs")
    known = definitions if isinstance(definitions, dict) else {}
    return {**schema, "$defs": {**known, **fragments}}
