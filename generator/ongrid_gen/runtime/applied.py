"""Whether each component really runs what was rendered. That a reload was asked for, or answered, proves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ongrid_gen.bundle.network import is_tempo
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import ALERTMANAGER_HOST, PROMETHEUS_HOST, TEMPO_HOST
from ongrid_gen.errors import CommandError
from ongrid_gen.plan import loaded
from ongrid_gen.plan.actions import ends_by_itself
from ongrid_gen.plan.base import Action, Component, Plan, Step
from ongrid_gen.plan.losses import named
from ongrid_gen.plan.make import Sides
from ongrid_gen.plan.running import Container, Programs, Running, ask, containers_of, stale_programs
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.wait import DeadlineError, until

LOG_LINES: Final = 8
SECONDS: Final = 30.0
# The metrics with which a program tells of its last reload: whether it was good, and when the last good one was.
SUCCESSFUL: Final = "{service}_config_last_reload_successful"
LAST_GOOD: Final = "{service}_config_last_reload_success_timestamp_seconds"
REFUSED: Final = "refuses its files and runs on with what it had"
RELOADED: Final = (PROMETHEUS_HOST, ALERTMANAGER_HOST)


class NotAppliedError(CommandError):
    """A component does not run what was rendered; the message names it, what differs, the files, and ends its log."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One component, and what is wrong with it."""

    component: Component
    what: str


@dataclass(frozen=True)
class Proof:
    """What is to be true after a plan was applied. `before` is what ran before."""

    stack: Stack
    sides: Sides
    plan: Plan
    before: Running

    def require(self, service: str | None = None, *, seconds: float = SECONDS) -> None:
        """Wait until everything runs what was rendered, or one program of the centre has loaded its files.

        Raise NotAppliedError for the first component that does not.
        """
        found: list[Wrong] = []

        def is_settled() -> bool:
            found[:] = self.wrong() if service is None else self.wrong_programs(service)
            return not found or any(self.is_refused(one) for one in found)

        try:
            until(is_settled, seconds=seconds, what="the components to run what was rendered")
        except DeadlineError:
            if not found:
                raise
        if found:
            raise NotAppliedError(self.sentence(found[0]))

    def is_refused(self, wrong: Wrong) -> bool:
        """Tell whether a program refuses the files for certain: the reload before was good."""
        before = self.before.programs.metrics_of(wrong.component.service) or {}
        return wrong.what == REFUSED and before.get(SUCCESSFUL.format(service=wrong.component.service)) == 1

    def wrong(self) -> list[Wrong]:
        """Return what is otherwise than rendered."""
        return [*self.wrong_containers(), *self.wrong_programs()]

    def wrong_containers(self) -> Iterator[Wrong]:
        """Yield the containers that are not as Compose would make them, or were not made anew."""
        now = replace(self.before, containers=containers_of(self.sides.projects))
        for step in self.plan.steps:
            if step.here and step.action is not Action.REMOVE:
                what = self.wrong_container(step, now)
                if what:
                    yield Wrong(step.component, what)

    def wrong_container(self, step: Step, now: Running) -> str:
        """Return what is wrong with one container; empty when nothing is."""
        one, old = now.containers.get(step.component), self.before.containers.get(step.component)
        if one is None:
            return "has no container"
        other = now.is_other(step.component)
        if other:
            return f"is not made anew: {other}"
        if not is_up(one):
            return f"is {one.state}"
        if step.action is Action.RECREATE and old is not None and old.started == one.started:
            return "was not made anew"
        return f"is {one.health}" if one.health not in ("", "healthy") else ""

    def wrong_programs(self, service: str | None = None) -> list[Wrong]:
        """Return the programs, or the one, that run otherwise than their files say."""
        told = ask(containers_of(self.sides.projects))
        after = self.sides.after
        found = [(one, what) for one in RELOADED if (what := self.wrong_reload(one, told))]
        stale = stale_programs(after.bundle, after.files, told, self.sides.foreign)
        found += [(one, f"runs otherwise: {parts}") for one, parts in stale.items()]
        asked = (one for one in Wiring(after.bundle).running(is_tempo) if one.name == TEMPO_HOST)
        for tempo in asked if told.tempo is not None else ():
            parts = named(loaded.tempo_differences(told.tempo or {}, tempo.settings))
            found += [(TEMPO_HOST, f"runs otherwise: {parts}")] if parts else []
        return [Wrong(Component(one), what) for one, what in found if service in (None, one)]

    def wrong_reload(self, service: str, told: Programs) -> str:
        """Return why the last reload of a program is none to rely on; empty when it is."""
        now = told.metrics_of(service)
        if now is None:
            return "does not answer"
        if now.get(SUCCESSFUL.format(service=service)) != 1:
            return REFUSED
        last, step = LAST_GOOD.format(service=service), self.plan.step(service)
        before = (self.before.programs.metrics_of(service) or {}).get(last, 0)
        if step is not None and step.action is Action.RELOAD and now.get(last, 0) <= before:
            return "has not read its files again"
        return ""

    def sentence(self, wrong: Wrong) -> str:
        """Return what is wrong in words, with the files and the end of the log."""
        step = next(step for step in self.plan.steps if step.component == wrong.component)
        files = ", ".join(change.file for change in step.changes)
        log = self.stack.project(wrong.component.edge).logs(wrong.component.service, LOG_LINES)
        lines = [
            f"{wrong.component.label} {wrong.what}",
            *([f"  changed: {files}"] if files else []),
            "  its log ends:",
        ]
        return "\n".join([*lines, *(f"    {line}" for line in log.splitlines())])


def is_up(one: Container) -> bool:
    """Tell whether a container runs, or ended well if that is its task."""
    return one.runs or (ends_by_itself(one.service) and one.exit_code == 0)
