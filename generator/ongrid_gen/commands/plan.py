"""`plan`: what applying a spec would change, what that costs, and which data it loses. Writes nothing."""

import json
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import Spec, out_option, read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.render import rendered_bundle
from ongrid_gen.commands.up import edge_option
from ongrid_gen.errors import CommandError
from ongrid_gen.plan.make import Sides, make_plan, sides_of
from ongrid_gen.plan.running import Running, containers, read_running
from ongrid_gen.plan.show import as_json, as_text
from ongrid_gen.runtime import docker
from ongrid_gen.runtime.stack import edges_here

FROM_FILES = "planned from the files alone"


@click.command("plan")
@site_argument
@out_option
@edge_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@stand_ins_option
def command(site: Path, out: Path | None, edges: tuple[str, ...], form: str, stand_ins: bool) -> None:
    """Say what `up` would do to SITE: to which components, at what cost, and which data is lost. Exit 1 on a change."""
    spec = read_spec(site, stand_ins=stand_ins)
    here = edges_here(spec.site, edges)
    rendered = rendered_bundle(spec)
    sides = sides_of(rendered.tree, spec.bundle(out).resolve(), look_beside=out is None)
    running, notes = what_runs(spec, sides)
    plan = make_plan(rendered, sides, here, running, notes)
    click.echo(json.dumps(as_json(plan), indent=2, ensure_ascii=False) if form == "json" else as_text(plan))
    if plan.changed:
        raise Findings


def what_runs(spec: Spec, sides: Sides) -> tuple[Running | None, tuple[str, ...]]:
    """Return what runs of a bundle, None when nothing does or Docker does not answer, and what to say about it."""
    try:
        docker.require()
        running = read_running(sides.after.bundle, sides.after.files, sides.after.folder, spec.secrets, sides.projects)
    except CommandError as error:
        return None, (*notes_of(sides), f"{str(error).splitlines()[0]}; {FROM_FILES}")
    if not running.containers:
        return None, (*notes_of(sides, ask=True), f"nothing of it runs here; {FROM_FILES}")
    return running, notes_of(sides)


def notes_of(sides: Sides, *, ask: bool = False) -> tuple[str, ...]:
    """Return what is to be said of a site under another name, whose stack may run still (`ask` Docker)."""
    if not sides.former:
        return () if sides.before.files else (f"{sides.after.folder} holds no bundle yet",)
    found = [f"compared with {sides.before.folder}, which this spec wrote when the site had another name"]
    for project in sides.before.projects if ask else ():
        if any(one.runs for one in containers(project).values()):
            found.append(f"`{project}` still runs and holds its ports: stop it with `docker compose -p {project} down`")
    return tuple(found)
