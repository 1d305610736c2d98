"""The page of what is put into a program of somebody else's, `README.md`, and `program.yaml`, which says what it is."""

from collections.abc import Sequence
from typing import Final

from ongrid_gen.components.base import Tree, yaml_file
from ongrid_gen.components.theirs.versions import MINIMUM
from ongrid_gen.components.ways import way_to
from ongrid_gen.conventions import BANNER, EXTERNAL
from ongrid_gen.model import Site
from ongrid_gen.text import Code, fill_source, markdown_escape

PAGE: Final = "README.md"
PROGRAM: Final = "program.yaml"


def pages(component: str, site: Site, flags: Sequence[str] = (), **values: str) -> Tree:
    """Return the page of a component, its template filled, and what it must be as data, with the flags it needs.

    Texts of the spec must be escaped before.
    """
    way, theirs = way_to(site, component), site.external[component]
    program = {
        "program": component,
        "url": theirs.url,
        "at_least": MINIMUM[component],
        "folder": site.name,
        "asked_at": way.url,
        **({"sent_to": way.takes} if way.takes not in ("", way.url) else {}),
        **({"flags": list(flags)} if flags else {}),
    }
    text = fill_source(
        f"external/{component}.md.j2",
        banner=Code(f"<!-- {BANNER.format(spec=markdown_escape(site.spec_name))} -->"),
        site=markdown_escape(site.name),
        url=address(theirs.url),
        version=Code(MINIMUM[component]),
        **{name: Code(value) for name, value in values.items()},
    )
    return {f"{EXTERNAL}/{component}/{PAGE}": text, f"{EXTERNAL}/{component}/{PROGRAM}": yaml_file(program, site)}


def address(url: str) -> Code:
    """Return an address as code of Markdown: in an address of the spec there is no backquote."""
    return Code(f"`{url}`")


def listed(lines: list[str]) -> str:
    """Return a list of Markdown."""
    return "\n".join(f"- {line}" for line in lines)
