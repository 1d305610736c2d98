"""For every valid spec: when a bundle is as `plan` wanted it, `plan` wants nothing more, and it touches no file."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from ongrid_gen.pipeline import Rendered
from ongrid_gen.plan.base import Action, Plan
from ongrid_gen.plan.make import make_plan, sides_of
from ongrid_gen.plan.show import as_json, as_text
from ongrid_gen.render import render
from ongrid_gen.write import write
from plan.test_plan_command import SCHEMA
from property.profiles import tried
from property.sites import specs
from property.test_damaged import state
from property.test_specs import read

SHAPE = jsonschema.Draft202012Validator(SCHEMA)


def rendered(spec: dict[str, Any]) -> Rendered:
    """Return the bundle of a spec."""
    site = read(spec)[1]
    return Rendered(site, render(site))


def planned(wanted: Rendered, folder: Path) -> Plan:
    """Return the plan over a folder, in which every edge is here, and see that it can be shown and touches nothing."""
    before = state(folder)
    edges = tuple(edge.name for edge in wanted.site.edges)
    plan = make_plan(wanted, sides_of(wanted.tree, folder, look_beside=False), edges, None)
    SHAPE.validate(as_json(plan))
    assert state(folder) == before
    return plan


def changes_nothing(plan: Plan) -> None:
    """See that a plan says that nothing changes, and nothing else."""
    assert as_text(plan).splitlines()[-1] == f"{plan.site}: nothing changes"
    assert {step.action for step in plan.steps} == {Action.NONE}
    assert plan.losses == ()
    assert not plan.changed


@tried(24, one_in=20)
@given(first=specs(most=1), second=specs(most=2))
def test_what_was_planned_and_rendered_is_not_planned_again(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """First into an empty folder, then another spec of the same site over it."""
    folder = tmp_path_factory.mktemp("planned")
    for spec in (first, {**second, "site": first["site"]}):
        wanted = rendered(spec)
        changed = planned(wanted, folder).changed
        assert changed == bool(write(wanted.tree, folder))
        changes_nothing(planned(wanted, folder))
