"""A spec changed in its text, so that comments, order and quotes of whoever wrote it stay."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from ongrid_gen.errors import CommandError
from ongrid_gen.yamlio import is_ambiguous

EDGES: Final = "edges"
DEFAULT: Final = {"name": "local"}
INDENT: Final = "  "
WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")


def with_edge(text: str, edge: Mapping[str, Any]) -> str:
    """Return a sound spec with one edge more, behind the others.

    CommandError where they are written so that only a person finds the place.
    """
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    found = next((node for key, node in top.value if key.value == EDGES), None) if top else None
    if found is None:
        end = "" if text.endswith("\n") else "\n"
        return f"{text}{end}\n{EDGES}:\n{INDENT}- {flow(DEFAULT)}\n{INDENT}- {flow(edge)}\n"
    if not isinstance(found, yaml.SequenceNode) or not found.value:
        raise CommandError("`edges` is no list in which one can be added: add it yourself")
    last = found.value[-1]
    if found.flow_style:
        place = last.end_mark.index
        return f"{text[:place]}, {flow(edge)}{text[place:]}"
    place = text.find("\n", last_mark(last)) + 1 or len(text)
    end = "" if text[:place].endswith("\n") else "\n"
    dash = re.search(r"^[ ]*(?=- )", text[: last.start_mark.index].rpartition("\n")[2])
    if dash is None:
        raise CommandError("the last edge does not stand on a line of its own: add the edge yourself")
    return f"{text[:place]}{end}{dash[0]}- {flow(edge)}\n{text[place:]}"


def last_mark(node: yaml.Node) -> int:
    """Return where a node ends. A block ends only where the next one begins, behind blank lines and comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return last_mark(last[1] if isinstance(last, tuple) else last)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        raise CommandError("the last edge ends with a text of many lines: add the edge yourself")
    end: int = node.end_mark.index
    return end


def flow(edge: Mapping[str, Any]) -> str:
    """Return an edge on one line."""
    attributes = ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in edge.get("attributes", {}).items())
    return f"{{name: {quoted(edge['name'])}{f', attributes: {{{attributes}}}' if attributes else ''}}}"


def quoted(text: str) -> str:
    """Return a text as YAML reads it again, with quotes where it is no plain word."""
    return text if WORD.fullmatch(text) and not is_ambiguous(text) else json.dumps(text, ensure_ascii=False)
