"""How a plan is shown: a line per component and what is lost, or JSON. The keys are a contract (plan.schema.json)."""

from typing import Any, Final

from ongrid_gen.plan.base import Action, FileChange, Loss, Plan, Step

FEW_FILES: Final = 3
FEW_KEYS: Final = 2
ELSEWHERE: Final = "on another machine"
READ_BY_NOBODY: Final = ("prometheus/tests/", "runbooks/", "queries/")
READ_BY_APPLICATIONS: Final = "apps/"


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON data."""
    files = plan.files
    return {
        "site": plan.site,
        "bundle": str(plan.folder),
        "changed": plan.changed,
        "compared_with": "running" if plan.running else "files",
        "components": [json_step(step) for step in plan.steps],
        "losses": [json_loss(loss) for loss in plan.losses],
        "files": {"new": files.added, "changed": files.changed, "gone": files.removed, "edited": files.edited},
        "notes": list(plan.notes),
    }


def json_step(step: Step) -> dict[str, Any]:
    """Return what is done to one component as JSON data."""
    return {
        "component": step.component.service,
        "edge": step.component.edge,
        "here": step.here,
        "action": step.action.value,
        "reason": reason(step),
        "changes": [{"file": one.file, "how": one.how, "keys": list(one.keys)} for one in step.changes],
        "cost": step.cost,
    }


def json_loss(loss: Loss) -> dict[str, str]:
    """Return one loss as JSON data."""
    return {"rule": loss.rule, "component": loss.component, "message": loss.message}


def as_text(plan: Plan) -> str:
    """Return a plan as lines."""
    width = max((len(step.component.label) for step in plan.steps), default=0)
    lines = [f"note: {note}" for note in plan.notes]
    lines += [line(step, width) for step in plan.steps]
    lines += other_files(plan)
    lines += [f"DATA LOSS {loss.component}: {loss.message}" for loss in plan.losses]
    return "\n".join([*lines, summary(plan)])


def line(step: Step, width: int) -> str:
    """Return the line of one component."""
    where = ELSEWHERE if step.cost and not step.here else ""
    words = "; ".join(filter(None, [step.cost, where]))
    why = f" [{reason(step)}]" if reason(step) else ""
    return f"{step.component.label:<{width}}  {step.action.value:<8}  {words}{why}".rstrip()


def reason(step: Step) -> str:
    """Return why something is done to a component: its files and their keys, or what no file says."""
    files = [file_words(change) for change in step.changes]
    more = [f"{len(files) - FEW_FILES} more files"] if len(files) > FEW_FILES else []
    return "; ".join(filter(None, [step.why, *files[:FEW_FILES], *more]))


def file_words(change: FileChange) -> str:
    """Return how one file differs in words."""
    if not change.keys:
        return f"{change.file} is {change.how}"
    more = f" and {len(change.keys) - FEW_KEYS} more" if len(change.keys) > FEW_KEYS else ""
    return f"{change.file}: {', '.join(change.keys[:FEW_KEYS])}{more}"


def other_files(plan: Plan) -> list[str]:
    """Return lines about the files that no container reads, and about those that stand in the way."""
    different = [*plan.files.added, *plan.files.changed, *plan.files.removed]
    unread = [file for file in different if file.startswith(READ_BY_NOBODY)]
    apps = [file for file in different if file.startswith(READ_BY_APPLICATIONS)]
    lines = [f"files that no container reads differ: {len(unread)}"] if unread else []
    lines += [f"{file} differs: its application reads it when it starts" for file in apps]
    lines += [f"{file} was edited by hand: `up` stops there, put the change into the spec" for file in edited(plan)]
    return lines


def edited(plan: Plan) -> list[str]:
    """Return the files that were edited by hand and would be overwritten."""
    return [file for file in plan.files.edited if file in (*plan.files.changed, *plan.files.removed)]


def summary(plan: Plan) -> str:
    """Return the last line."""
    if not plan.changed:
        return f"{plan.site}: nothing changes"
    counts = [
        f"{number} {action.value}" for action in Action
        if action is not Action.NONE and (number := sum(step.action is action for step in plan.steps))
    ]  # fmt: skip
    lost = f"; {len(plan.losses)} data losses" if len(plan.losses) > 1 else "; 1 data loss" if plan.losses else ""
    return f"{plan.site}: {', '.join(counts) or 'files only'}{lost}"
