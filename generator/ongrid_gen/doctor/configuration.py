"""Whether what runs is what the spec renders today: files on disk, containers, and what programs have loaded."""

from ongrid_gen.doctor.verdict import BAD, OK, SKIPPED, Verdict
from ongrid_gen.errors import CommandError
from ongrid_gen.pipeline import Rendered
from ongrid_gen.plan.base import Action, Plan, Step
from ongrid_gen.plan.make import make_plan, sides_of
from ongrid_gen.plan.running import read_running
from ongrid_gen.runtime.stack import Stack

NAME = "configuration"
TOLD = 5
TODO = "`plan` says what applying the spec costs, `up` applies it"


def configuration(rendered: Rendered, stack: Stack) -> Verdict:
    """Return whether a fresh rendering is what runs."""
    try:
        sides = sides_of(rendered.tree, stack.bundle, look_beside=False)
        running = read_running(sides.after.bundle, sides.after.files, stack.bundle, stack.secrets, sides.projects)
    except CommandError as error:
        return Verdict(NAME, SKIPPED, str(error).partition("\n")[0])
    return of_plan(make_plan(rendered, sides, stack.edges, running))


def of_plan(plan: Plan) -> Verdict:
    """Return what a plan tells: no step and no file means that all of it runs as rendered."""
    told = [f"{path} was edited" for path in plan.files.edited]
    told += [sentence(step) for step in plan.steps if step.action is not Action.NONE and step.here]
    if not told:
        told = [f"{path} is not as rendered" for path in other_files(plan)]
    if not told:
        return Verdict(NAME, OK, "what runs is what the spec renders")
    more = f" and {len(told) - TOLD} more" if len(told) > TOLD else ""
    return Verdict(NAME, BAD, "; ".join(told[:TOLD]) + more, TODO)


def sentence(step: Step) -> str:
    """Return why a component is not as rendered."""
    return f"{step.component.label}: {step.why or ', '.join(change.file for change in step.changes)}"


def other_files(plan: Plan) -> list[str]:
    """Return the files that are not as rendered."""
    return [*plan.files.added, *plan.files.changed, *plan.files.removed]
