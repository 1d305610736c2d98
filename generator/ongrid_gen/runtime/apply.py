"""Applies a plan: reloads what can be reloaded, has Compose do the rest, and proves that all of it runs."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.components.tempo.base import roles
from ongrid_gen.conventions import ALERTMANAGER_HOST, PROMETHEUS_HOST
from ongrid_gen.plan.base import Action, Step
from ongrid_gen.runtime import docker
from ongrid_gen.runtime.applied import Proof
from ongrid_gen.runtime.stack import Say

# What Compose has to be called for.
BY_COMPOSE: Final = frozenset({Action.RESTART, Action.RECREATE, Action.START, Action.REMOVE})
# Receivers before what is sent to them; a program that refuses its files stops everything else.
RELOAD_ORDER: Final = (ALERTMANAGER_HOST, PROMETHEUS_HOST)
DONE: Final = {
    Action.RELOAD: "reloaded, runs what was rendered",
    Action.RESTART: "restarted",
    Action.RECREATE: "recreated, runs what was rendered",
    Action.START: "started",
    Action.REMOVE: "removed",
}


def apply(proof: Proof, say: Say, *, timeout: float) -> None:
    """Do what the plan says, nothing else. Raise NotAppliedError or DeadlineError naming what did not come right."""
    stack, steps = proof.stack, [step for step in proof.plan.steps if step.here]
    remove_projects(proof, say)
    for service in RELOAD_ORDER:
        if any(step.component.label == service and step.action is Action.RELOAD for step in steps):
            say(f"reloading {service}")
            stack.centre.reload(service)
            proof.require(service)
    for edge in (None, *stack.edges):
        own = [step for step in steps if step.component.edge == edge]
        if any(step.action in BY_COMPOSE for step in own):
            start(proof, edge, own, say, timeout=timeout)
        stack.project(edge).wait(timeout=timeout)
    proof.require()
    for sentence in sentences(steps):
        say(sentence)


def start(proof: Proof, edge: str | None, steps: list[Step], say: Say, *, timeout: float) -> None:
    """Have Compose bring one project to what its file says."""
    where = "" if edge is None else f" of edge `{edge}`"
    names = ", ".join(step.component.service for step in steps if step.action in BY_COMPOSE)
    say(f"starting{where}: {names}")
    tempos = [proof.plan.step(role.host) for role in roles(proof.stack.site)]
    recreated = any(tempo is not None and tempo.action is Action.RECREATE for tempo in tempos)
    if edge is None and recreated and not dialect_of(proof.stack.site).STOPS_POLITELY:
        proof.stack.stop_before_tempo(say)
    proof.stack.project(edge).up(timeout=timeout)


def remove_projects(proof: Proof, say: Say) -> None:
    """Stop the compose projects that are no part of the site any more; their volumes stay."""
    for project in sorted(
        {one.project for one in proof.before.containers.values()} - proof.sides.after.projects.keys()
    ):
        say(f"stopping {project}, which is not part of the site any more")
        docker.run("compose", "-p", project, "down", timeout=300)


def sentences(steps: list[Step]) -> Iterator[str]:
    """Yield what was done to each component."""
    for step in steps:
        if step.action is not Action.NONE:
            yield f"{step.component.label}: {DONE[step.action]}"
    unchanged = [step.component.label for step in steps if step.action is Action.NONE]
    if unchanged:
        yield f"unchanged: {', '.join(unchanged)}"
