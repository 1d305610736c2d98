"""Write docs/reference.md from the schemas: every key, its type, default and description."""

import json
import sys
from pathlib import Path
from typing import Any

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
        parts.append("".join(rows(fragment, fragment, only_described=True)))
    return "".join(parts)


def schema(name: str) -> dict[str, Any]:
    """Return one schema file."""
    data: dict[str, Any] = json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    return data


def rows(node: dict[str, Any], root: dict[str, Any], prefix: str = "", *, only_described: bool = False) -> list[str]:
    """Return a row per key, depth first."""
    found = []
    required = node.get("required", [])
    for name, raw in node.get("properties", {}).items():
        child = resolved(raw, root)
        if child is True or (only_described and "description" not in child):
            continue
        key = f"{prefix}{name}"
        found.append(row(key, child, root, needed=name in required))
        found += rows(child, root, f"{key}.")
        items = resolved(child.get("items", {}), root)
        if isinstance(items, dict):
            found += rows(items, root, f"{key}[].")
    return found


def resolved(node: Any, root: dict[str, Any]) -> Any:
    """Follow a reference, to this file or another one, keeping what stands beside it."""
    if not isinstance(node, dict) or "$ref" not in node:
        return node
    file, _, pointer = node["$ref"].partition("#")
    target: Any = schema_by_id(file) if file else root
    for part in [part for part in pointer.split("/") if part]:
        target = target[part]
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return {**resolved(target, root), **beside}


def schema_by_id(name: str) -> dict[str, Any]:
    """Return the schema whose file or `$id` has that name."""
    last = name.rsplit("/", 1)[-1]
    here = ROOT / "schemas" / last
    return schema(last if here.is_file() else f"alerts/{last}")


def row(key: str, node: dict[str, Any], root: dict[str, Any], *, needed: bool) -> str:
    """Return one row."""
    default = (
        "required" if needed else f"`{json.dumps(node['default'], ensure_ascii=False)}`" if "default" in node else ""
    )
    return f"| `{key}` | {kind(node, root)} | {default} | {node.get('description', '')} |\n".replace("||", r"\|\|")


def kind(node: dict[str, Any], root: dict[str, Any]) -> str:
    """Return what a value is, in words."""
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("type") == "array":
        items = resolved(node.get("items", {}), root)
        return f"list of {kind(items, root)}" if isinstance(items, dict) else "list"
    return str(node.get("type", ""))


if __name__ == "__main__":
    sys.exit(main())
