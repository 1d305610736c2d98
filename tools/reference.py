"""Write docs/reference.md from the schemas: every key, its type, default and description."""

import json
import sys
from pathlib import Path
from typing import Any

Node = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference.md"
INTRO = """# Reference of site.yaml

Written by `make gen` from `schemas/`, the one truth of shape, defaults and descriptions. Durations are
Prometheus' (`5m`, `1h30m`), sizes `512Mi`.

| key | value | default | |
|---|---|---|---|
"""


def main() -> int:
    """Write the reference; with `--check` only say whether it is as it would be written."""
    text = reference()
    if "--check" in sys.argv:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


def reference() -> str:
    """Return the whole page."""
    site = schema("site.schema.json")
    parts = [INTRO + "".join(rows(site, site))]
    for path in sorted((ROOT / "schemas" / "alerts").glob("*.schema.json")):
        fragment = schema(f"alerts/{path.name}")
        kind = path.name.removesuffix(".schema.json")
        described = fragment.get("description", "")
        parts.append(f"\n## Alerts of kind `{kind}`\n\n{described}\n\n| key | value | default | |\n|---|---|---|---|\n")
        parts.append("".join(rows(fragment, fragment, only_own=True)))
    return "".join(parts)


def schema(name: str) -> Node:
    """Return one schema file."""
    data: Node = json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    return data


def rows(node: Node, root: Node, prefix: str = "", *, only_own: bool = False) -> list[str]:
    """Return a row per key, depth first. With `only_own` leave out what every alert has."""
    found = []
    required = [*node.get("required", []), *node.get("else", {}).get("required", [])]
    for name, raw in node.get("properties", {}).items():
        if only_own and raw is True:
            continue
        child, base = resolved(raw, root)
        key = f"{prefix}{name}"
        found.append(row(key, child, base, needed=name in required))
        found += rows(child, base, f"{key}.")
        items, items_base = resolved(child.get("items", {}), base)
        found += rows(items, items_base, f"{key}[].")
    return found


def resolved(node: Node, root: Node) -> tuple[Node, Node]:
    """Follow a reference, within this file or into another; what stands beside it stays. Return its file's root too."""
    if "$ref" not in node:
        return node, root
    file, _, pointer = node["$ref"].partition("#")
    base = named(file) if file else root
    target: Any = base
    for part in [part for part in pointer.split("/") if part]:
        target = target[part]
    beside = {key: value for key, value in node.items() if key != "$ref"}
    found, base = resolved(target, base)
    return {**found, **beside}, base


def named(file: str) -> Node:
    """Return the schema file of that name, from wherever it is referred to."""
    last = file.rsplit("/", 1)[-1]
    return schema(last if (ROOT / "schemas" / last).is_file() else f"alerts/{last}")


def row(key: str, node: Node, root: Node, *, needed: bool) -> str:
    """Return one row."""
    default = (
        "required" if needed else f"`{json.dumps(node['default'], ensure_ascii=False)}`" if "default" in node else ""
    )
    return f"| `{key}` | {kind(node, root)} | {default} | {node.get('description', '')} |\n".replace("||", r"\|\|")


def kind(node: Node, root: Node) -> str:
    """Return what a value is, in words."""
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("type") == "array":
        items, base = resolved(node.get("items", {}), root)
        return f"list of {kind(items, base)}"
    return str(node.get("type", ""))


if __name__ == "__main__":
    sys.exit(main())
