"""Stage 6: every component's files, and the manifest that says what they are."""

import hashlib
import json

from ongrid_gen import __version__
from ongrid_gen.components import COMPONENTS, compose
from ongrid_gen.components.base import Tree
from ongrid_gen.model import Site

MANIFEST = "manifest.json"

__all__ = ["MANIFEST", "Tree", "digest", "render"]


def render(site: Site) -> Tree:
    """Return the bundle: path to text, sorted by path. Same site, same bytes."""
    tree: Tree = {}
    for component in COMPONENTS:
        for path, text in component.files(site).items():
            if path in tree:
                raise AssertionError(f"{component.NAME} writes {path}, which another component wrote")
            tree[path] = text
    tree |= compose.files(site, tree)
    tree[MANIFEST] = manifest(site, tree)
    return dict(sorted(tree.items()))


def digest(text: str) -> str:
    """Return the sha256 of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(site: Site, tree: Tree) -> str:
    """Return the manifest: what was rendered, by what, for which dialects, and the digest of every file."""
    data = {
        "site": site.name,
        "generator": __version__,
        "spec_sha256": digest(json.dumps(site.source, sort_keys=True, default=str)),
        "stand_ins": site.images.stand_ins,
        "dialects": {"tempo": site.tempo.dialect},
        "files": {path: digest(text) for path, text in sorted(tree.items())},
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
