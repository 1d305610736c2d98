"""Whole bundles, byte for byte. `make golden` writes them anew; look at the diff before you commit it."""

from pathlib import Path

import pytest

from ongrid_gen.render import MANIFEST, render
from ongrid_gen.write import existing_files, write
from support import GOLDEN, ROOT, site_of

HERE = Path(__file__).resolve().parent / "golden"
DIALECTS = ("1.5", "2.10", "3.0")
# The sites of the README, at the top of the repository, and one that samples.
SPECS = {name: ROOT / name for name in ("site.min.yaml", "site.yaml")} | {
    "site.sampled.yaml": HERE / "site.sampled.yaml"
}


def spec_text(name: str, dialect: str) -> str:
    """Return a spec for one dialect of Tempo."""
    text = SPECS[name].read_text(encoding="utf-8")
    wanted = f'versions: {{tempo: "{dialect}"}}'
    if 'versions: {tempo: "2.10"}' in text:
        return text.replace('versions: {tempo: "2.10"}', wanted)
    return f"{text}{wanted}\n"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", SPECS)
def test_golden_bundle(name: str, dialect: str) -> None:
    """To mend: `make golden`, then look at the diff."""
    folder = HERE / f"{name.removesuffix('.yaml')}-{dialect}"
    tree = render(site_of(spec_text(name, dialect)))
    if GOLDEN:
        write(tree, folder, force=True)
    here = {path: (folder / path).read_bytes().decode() for path in existing_files(folder)}
    assert sorted(tree) == sorted(here)
    for path, text in tree.items():
        assert text == here[path], f"{folder.name}/{path} is out of date: run `make golden` and look at the diff"


@pytest.mark.parametrize("name", SPECS)
def test_golden_bundle_is_the_same_bytes_twice(name: str) -> None:
    text = spec_text(name, "2.10")
    assert render(site_of(text)) == render(site_of(text))


def test_golden_manifest_names_every_file() -> None:
    import json

    tree = render(site_of(spec_text("site.yaml", "2.10")))
    assert sorted(json.loads(tree[MANIFEST])["files"]) == sorted(path for path in tree if path != MANIFEST)
