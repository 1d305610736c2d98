"""The programs themselves accept the bundle of every valid spec.

In the images of this machine; with stand-ins Tempo is a 1.5 whatever the spec says, and the keys of the other versions
are held to recorded lists (`test_specs.py`).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from ongrid_gen.model import Images
from ongrid_gen.render import render
from ongrid_gen.runtime import images
from ongrid_gen.show import as_text
from ongrid_gen.verify import ask_engines
from ongrid_gen.yamlio import dump
from property.profiles import tried
from property.sites import specs
from property.test_specs import read
from support import ROOT, site_of

pytestmark = pytest.mark.engine

# More alerts and channels in each than elsewhere: they are asked about at once.
PARTS = 10


def drawn() -> list[dict[str, Any]]:
    """Return random specs. A container for each program and spec: twelve take half a minute, the most some ten."""
    found: list[dict[str, Any]] = []

    @tried(12, one_in=50)
    @given(spec=specs(most=PARTS))
    def collect(spec: dict[str, Any]) -> None:
        found.append(spec)

    collect()
    return found


def complaints(spec: dict[str, Any], having: Images) -> list[str]:
    """Return what the programs of the images that are to be had say against a spec, and the spec."""
    document, site, _ = read(spec, stand_ins=having.stand_ins)
    found = ask_engines(replace(site, images=having), render(site))
    return [f"{as_text(one, document)}\n{dump(spec, banner=None)}" for one in found]


def test_every_engine_accepts_the_bundle_of_a_valid_spec(stand_ins: bool) -> None:
    demo = site_of((ROOT / "site.yaml").read_text(encoding="utf-8"), stand_ins=stand_ins)
    images.provide(demo, print)
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(lambda spec: complaints(spec, demo.images), drawn()))
    assert [one for many in found for one in many] == []
