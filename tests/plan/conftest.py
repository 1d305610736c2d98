"""Plans of pairs of bundles that are in no folder: what was, and what a changed spec renders."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from ongrid_gen.pipeline import Rendered
from ongrid_gen.plan.base import Plan
from ongrid_gen.plan.make import Side, Sides, make_plan
from ongrid_gen.plan.running import Running
from ongrid_gen.render import Tree, render
from ongrid_gen.write import Difference
from support import site_of

HERE = Path(__file__).resolve().parent
SPEC = (HERE / "site.yaml").read_text(encoding="utf-8")
FOLDER = Path("build/before")
Edit = Callable[[Tree], Tree]


@cache
def rendered(spec: str, *, stand_ins: bool = False) -> Rendered:
    """Return the bundle of a spec."""
    site = site_of(spec, stand_ins=stand_ins)
    return Rendered(site, render(site))


def changed(spec: str, replacements: Mapping[str, str]) -> str:
    """Return a spec with texts in it replaced, each of which must be there."""
    for old, new in replacements.items():
        assert old in spec
        spec = spec.replace(old, new)
    return spec


def sides(before: Tree, after: Tree) -> Sides:
    """Return two bundles side by side."""
    difference = Difference(
        added=sorted(after.keys() - before.keys()),
        changed=sorted(path for path in after if path in before and before[path] != after[path]),
        removed=sorted(before.keys() - after.keys()),
        edited=[],
        foreign=[],
    )
    return Sides(Side(FOLDER, before), Side(FOLDER, after), difference)


def plan_of(before: Tree, after: Rendered, running: Running | None = None) -> Plan:
    """Return the plan from one bundle to another; one of the two edges is on this machine."""
    return make_plan(after, sides(before, after.tree), ("local",), running)
