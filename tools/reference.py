"""Write docs/reference.md from the schemas: every key, its type, default and description."""

import json
import sys
from pathlib import Path
from typing import Any

from ongrid_gen.alerts import KINDS
from ongrid_gen.components.channels import CHANNELS
from ongrid_gen.components.tempo.storage import STORAGE
from ongrid_gen.schema import alert_schema, channel_schema, site_schema, storage_schema

Node = dict[str, Any]
TARGET = Path(__file__).resolve().parent.parent / "docs" / "reference.md"
INTRO = """# Reference of site.yaml

Written by `make gen` from `schemas/`, the one truth of shape, defaults and descriptions. Durations are
Prometheus' (`5m`, `1h30m`), sizes `512Mi`.
"""
HEAD = "\n| key | value | default | |\n|---|---|---|---|\n"


def main() -> int:
    """Write the reference; with `--check` only say whether it is as it would be written."""
    text = reference()
    if "--check" in sys.argv:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


def reference() -> str:
    """Return the whole page."""
    parts = [INTRO, HEAD, *rows(site_schema())]
    for kind in KINDS:
        fragment = alert_schema(kind)
        parts += [f"\n## Alerts of kind `{kind}`\n\n{fragment['description']}\n", HEAD, *rows(fragment)]
    for name in CHANNELS:
        fragment = channel_schema(name)
        parts += [f"\n## Channels of type `{name}`\n\n{fragment['description']}\n", HEAD, *rows(fragment)]
    for name in STORAGE:
        fragment = storage_schema(name)
        parts += [f"\n## Storage `{name}`\n\n{fragment['description']}\n", HEAD, *rows(fragment)]
    return "".join(parts)


def rows(node: Node, prefix: str = "") -> list[str]:
    """Return a row per key, depth first. A key whose schema is `true` is described where all alerts have it."""
    found = []
    required = [*node.get("required", []), *node.get("else", {}).get("required", [])]
    for name, child in node.get("properties", {}).items():
        if child is not True:
            key = f"{prefix}{name}"
            found.append(row(key, child, needed=name in required))
            found += [*rows(child, f"{key}."), *rows(child.get("items", {}), f"{key}[].")]
    return found


def row(key: str, node: Node, *, needed: bool) -> str:
    """Return one row."""
    default = "required" if needed else ""
    if "default" in node:
        default = f"`{json.dumps(node['default'], ensure_ascii=False, default=float)}`"
    cells = (f"`{key}`", kind_of(node), default, node.get("description", ""))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def kind_of(node: Node) -> str:
    """Return what a value is, in words."""
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("type") == "array":
        return f"list of {kind_of(node.get('items', {}))}"
    return str(node.get("type", ""))


if __name__ == "__main__":
    sys.exit(main())
