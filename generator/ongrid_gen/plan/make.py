"""The plan itself: the bundle that was rendered, beside the one on disk and what runs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from ongrid_gen.bundle.files import COMPOSE, Bundle, bundle_of
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import GATEWAY_HOST, TEMPO_HOST, TEMPO_METRICS_HOST
from ongrid_gen.pipeline import Rendered
from ongrid_gen.plan.actions import REMOVE, action_of, cost_of, ends_by_itself
from ongrid_gen.plan.base import Action, Component, FileChange, Files, Plan, Step
from ongrid_gen.plan.changes import file_changes, read_by, service_changes
from ongrid_gen.plan.kept import component_of, kept_by
from ongrid_gen.plan.losses import losses
from ongrid_gen.plan.running import Running, kept_running, stale_programs
from ongrid_gen.render import MANIFEST
from ongrid_gen.write import Difference, compare, existing_files

NEW: Final = "is new"
GONE: Final = "is not part of the site any more"
OTHER_PROJECT: Final = "is in another compose project"
NOT_RUNNING: Final = "does not run"
NOT_LOADED: Final = "has not loaded {parts}"
STOPS_FIRST: Final = "Tempo is exchanged"


@dataclass(frozen=True)
class Side:
    """A bundle as files and as data."""

    folder: Path
    files: Files

    @cached_property
    def bundle(self) -> Bundle:
        """The bundle as data."""
        return bundle_of({path: text.encode() for path, text in self.files.items()}, self.folder)

    @cached_property
    def services(self) -> dict[Component, Service]:
        """Its containers."""
        return {component_of(service): service for service in Wiring(self.bundle).services}

    @property
    def projects(self) -> dict[str, str | None]:
        """Its compose projects, each with the edge that it is of."""
        return {str(one.project.get("name", "")): component.edge for component, one in self.services.items()}


@dataclass(frozen=True)
class Sides:
    """What there is and what is rendered. `former` tells that the first is of another name of the site."""

    before: Side
    after: Side
    difference: Difference
    former: bool = False

    @property
    def projects(self) -> dict[str, str | None]:
        """The compose projects that may run, of both; an edge of a former name is no edge of this one."""
        return self.after.projects if self.former else {**self.before.projects, **self.after.projects}

    @property
    def foreign(self) -> frozenset[str]:
        """The files in the folder that are not ours."""
        return frozenset(self.difference.foreign)


def sides_of(tree: Files, folder: Path, *, look_beside: bool) -> Sides:
    """Return the bundle in a folder and the rendered one; `look_beside` for that of another name of the site."""
    difference = compare(dict(tree), folder)
    before, after = on_disk(folder, difference.foreign), Side(folder, tree)
    other = former(folder, tree) if look_beside and not before.files else None
    return Sides(before if other is None else on_disk(other), after, difference, former=other is not None)


def on_disk(folder: Path, foreign: list[str] | None = None) -> Side:
    """Return the bundle of a folder, empty when there is none, without what somebody put there."""
    if not (folder / COMPOSE).is_file():
        return Side(folder, {})
    paths = sorted(existing_files(folder) - set(foreign or ()))
    return Side(folder, {path: (folder / path).read_text(encoding="utf-8", errors="replace") for path in paths})


def former(folder: Path, tree: Files) -> Path | None:
    """Return the bundle beside this one that the same spec wrote under another name of the site, the latest one."""
    banner = tree[COMPOSE].partition("\n")[0]
    beside = [one.parent for one in folder.parent.glob(f"*/{COMPOSE}") if first_line(one) == banner]
    same = [one for one in beside if is_of_stand_ins(one) == json.loads(tree[MANIFEST])["stand_ins"]]
    return max(same, key=lambda one: (one / COMPOSE).stat().st_mtime, default=None)


def first_line(file: Path) -> str:
    """Return the first line of a file: in ours the banner, with the name of the spec."""
    return file.read_text(encoding="utf-8", errors="replace").partition("\n")[0]


def is_of_stand_ins(folder: Path) -> bool | None:
    """Tell whether a bundle is of stand-ins; None when it is none of ours."""
    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["stand_ins"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_plan(
    rendered: Rendered, sides: Sides, edges: tuple[str, ...], running: Running | None, notes: tuple[str, ...] = ()
) -> Plan:
    """Return the plan. `edges` are those of this machine; without `running` files are all there is to compare."""
    kept = kept_by(sides.before.bundle)
    if running is not None and running.containers and not sides.former:
        kept = kept_running(kept, running, sides.foreign)
    stops_politely = dialect_of(rendered.site).STOPS_POLITELY
    return Plan(
        site=rendered.site.name,
        folder=sides.after.folder,
        running=running is not None,
        steps=tuple(Steps(sides, edges, running).all(stops_politely=stops_politely)),
        losses=losses(kept, kept_by(sides.after.bundle)),
        files=sides.difference,
        notes=notes,
    )


@dataclass(frozen=True)
class Steps:
    """Decides what is done to each component."""

    sides: Sides
    edges: tuple[str, ...]
    running: Running | None

    def all(self, *, stops_politely: bool) -> Iterator[Step]:
        """Yield the steps of the components of the bundle, in its order, then of those that are gone.

        `stops_politely` is as the dialect of Tempo says: otherwise the gateway has to stop before it.
        """
        steps = {one: self.step(one, service) for one, service in self.sides.after.services.items()}
        gateway, tempos = Component(GATEWAY_HOST), map(Component, (TEMPO_HOST, TEMPO_METRICS_HOST))
        exchanged = any(one in steps and steps[one].action is Action.RECREATE for one in tempos)
        if not stops_politely and exchanged and steps[gateway].action is Action.NONE:
            cost = cost_of(self.sides.after.services[gateway], Action.RESTART)
            steps[gateway] = replace(steps[gateway], action=Action.RESTART, why=STOPS_FIRST, cost=cost)
        yield from steps.values()
        yield from (Step(one, Action.REMOVE, why=GONE, cost=REMOVE, here=self.is_here(one)) for one in self.gone())

    def gone(self) -> list[Component]:
        """Return what runs, or is in the bundle on disk, and is not in the rendered one."""
        if self.sides.former:
            return []
        known = self.sides.before.services if self.running is None else self.running.containers
        return sorted((one for one in known if one not in self.sides.after.services), key=lambda one: one.label)

    def is_here(self, component: Component) -> bool:
        """Tell whether a component runs on this machine; one that is gone does if it runs."""
        gone = component not in self.sides.after.services and self.running is not None
        return component.edge is None or component.edge in self.edges or gone

    def step(self, component: Component, service: Service) -> Step:
        """Return what is done to one component of the rendered bundle."""
        old = self.sides.before.services.get(component)
        read = read_by(service, self.changes) if old is not None else ()
        shape = service_changes(old, service) if old is not None else ()
        if self.running is None or not self.is_here(component):
            action, why = by_files(old, service, shape, read)
        else:
            action, why = self.by_container(component, shape, read)
        changes = (*shape, *read) if action in (Action.RECREATE, Action.RELOAD) else ()
        return Step(component, action, changes, why, cost_of(service, action), here=self.is_here(component))

    def by_container(
        self, component: Component, shape: tuple[FileChange, ...], read: tuple[FileChange, ...]
    ) -> tuple[Action, str]:
        """Return what is done to a component that may run here, and why if no file says it."""
        assert self.running is not None
        one = self.running.containers.get(component)
        if one is None:
            return Action.START, NOT_RUNNING
        other = self.running.is_other(component)
        if other:
            return Action.RECREATE, "" if shape or read else other
        if not one.runs:
            done = ends_by_itself(component.service) and one.exit_code == 0
            return (Action.NONE, "") if done else (Action.START, f"is {one.state}")
        parts = self.stale.get(component.service) if component.edge is None else None
        if read or parts:
            return Action.RELOAD, "" if read else NOT_LOADED.format(parts=parts)
        return Action.NONE, ""

    @cached_property
    def changes(self) -> Mapping[str, FileChange]:
        """How every file differs that does."""
        before, after = self.sides.before, self.sides.after
        return file_changes(before.files, after.files, (before.bundle, after.bundle))

    @cached_property
    def stale(self) -> Mapping[str, str]:
        """The running programs that have not loaded what is rendered."""
        assert self.running is not None
        after = self.sides.after
        return stale_programs(after.bundle, after.files, self.running.programs, self.sides.foreign)


def by_files(
    old: Service | None, new: Service, shape: tuple[FileChange, ...], read: tuple[FileChange, ...]
) -> tuple[Action, str]:
    """Return what is done to a component as the files say, and why if no file says it."""
    if old is None:
        return Action.START, NEW
    if old.project.get("name") != new.project.get("name"):
        return Action.START, OTHER_PROJECT
    return action_of(shape, read), ""
