"""`up`: the stack through Docker Compose, waiting until it is really ready."""

import sys
import time
from pathlib import Path
from typing import Final

import click

from ongrid_gen.commands.common import Spec, out_option, progress, read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.render import rendered_bundle, write_bundle
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import STAND_INS_SUFFIX
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.pipeline import Rendered
from ongrid_gen.plan.make import make_plan, sides_of
from ongrid_gen.plan.running import read_running
from ongrid_gen.runtime import docker, images
from ongrid_gen.runtime.applied import Proof
from ongrid_gen.runtime.apply import apply
from ongrid_gen.runtime.compose import is_fine
from ongrid_gen.runtime.stack import READY_TIMEOUT, Stack, edges_here, prepare_secrets, require_free_ports
from ongrid_gen.wait import DeadlineError

WITHOUT: Final = (
    "no Grafana: its image cannot be built from packages",
    "no web pages of Prometheus and Alertmanager: Debian's packages leave them out; `status` says what fires",
)


def edge_option(function: click.decorators.FC) -> click.decorators.FC:
    """Take `--edge`."""
    text = "the edge whose agent runs on this machine (repeatable); default: the only one there is"
    return click.option("--edge", "edges", multiple=True, help=text)(function)


@click.command("up")
@site_argument
@out_option
@edge_option
@click.option("--timeout", type=float, default=READY_TIMEOUT, show_default=True, help="seconds to wait for ready")
@stand_ins_option
def command(site: Path, out: Path | None, edges: tuple[str, ...], timeout: float, stand_ins: bool) -> None:
    """Render SITE, get its images, do what `plan` says, and wait until all is ready and runs what was rendered."""
    started = time.monotonic()
    spec = read_spec(site, stand_ins=stand_ins)
    docker.require()
    stack = stack_of(spec, out, edges)
    say_differences(spec.site)
    rendered = rendered_bundle(spec)
    images.provide(spec.site, progress)
    prepare_secrets(spec.site, stack.edges, spec.secrets, progress)
    proof = planned(rendered, stack, look_beside=out is None)
    write_bundle(rendered, stack.bundle)
    require_free_ports(stack, proof.before.ports)
    try:
        apply(proof, progress, timeout=timeout)
    except (docker.DockerError, DeadlineError) as error:
        raise CommandError(f"{error}\n{not_ready(stack)}") from None
    progress(f"ready after {time.monotonic() - started:.0f} s")
    say_where(stack, spec)


def planned(rendered: Rendered, stack: Stack, *, look_beside: bool) -> Proof:
    """Return the plan of what runs here and what is to run, as what is to be proven when it was applied."""
    sides = sides_of(rendered.tree, stack.bundle, look_beside=look_beside)
    running = read_running(sides.after.bundle, sides.after.files, stack.bundle, stack.secrets, sides.projects)
    return Proof(stack, sides, make_plan(rendered, sides, stack.edges, running), running)


def stack_of(spec: Spec, out: Path | None, edges: tuple[str, ...]) -> Stack:
    """Return the stack that a spec describes on this machine."""
    return Stack(spec.site, spec.bundle(out).resolve(), spec.secrets, edges_here(spec.site, edges))


def running_stack(spec: Spec, out: Path | None, edges: tuple[str, ...]) -> Stack:
    """Return the stack of a bundle that was rendered; CommandError, with what to do, when there is none."""
    stack = stack_of(spec, out, edges)
    if (stack.bundle / "compose.yaml").is_file():
        return stack
    other = stack.bundle.with_name(f"{spec.site.name}{STAND_INS_SUFFIX}")
    hint = f"run `ongrid-gen up {spec.path}` first"
    if not spec.site.images.stand_ins and (other / "compose.yaml").is_file():
        hint = "there is one of stand-ins: add --stand-ins"
    raise CommandError(f"{stack.bundle} holds no bundle; {hint}, or give its folder with -o")


def say_differences(site: Site) -> None:
    """Say what a stack of stand-ins cannot do that the spec asks for."""
    if not site.images.stand_ins:
        return
    version = dialect_of(site).VERSION
    progress(f"stand-in images instead of the official ones; Tempo {version} instead of the spec's:")
    for sentence in [*dialect_of(site).differences(site), *WITHOUT]:
        progress(f"  - {sentence}")


def not_ready(stack: Stack) -> str:
    """Return which containers are not ready and the end of their logs."""
    lines = []
    for project in stack.projects:
        for entry in project.services():
            if not is_fine(entry):
                lines.append(f"{entry['Service']} is {entry['State']} {entry.get('Health') or ''}; its log ends:")
                lines += [f"    {line}" for line in project.logs(entry["Service"], 8).splitlines()]
    return "\n".join(lines)


def say_where(stack: Stack, spec: Spec) -> None:
    """Say where to look and what to try."""
    page = "" if spec.site.images.stand_ins else "/alerts"
    click.echo(f"Prometheus    {stack.prometheus}{page}")
    click.echo(f"Alertmanager  {stack.alertmanager}")
    click.echo(f"Tempo         {stack.tempo}")
    if stack.grafana:
        click.echo(f"Grafana       {stack.grafana} (admin, password in {spec.secrets / 'grafana-admin'})")
    if stack.edges:
        click.echo(f"send traces   {stack.otlp_http()} (OTLP over HTTP), {stack.otlp_grpc()} (gRPC)")
    click.echo("try")
    for words in suggestions(spec):
        click.echo(f"  {words}")


def suggestions(spec: Spec) -> list[str]:
    """Return commands to try next, as they can be pasted."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "ongrid-gen" else "ongrid-gen"
    flag = " --stand-ins" if spec.site.images.stand_ins else ""
    found = [f"env {spec.path} {spec.site.services[0].name}", f"status {spec.path}"]
    found += [f"drill {spec.path} {alert.name}" for alert in spec.site.alerts[:1]]
    return [f"{program} {words}{flag}" for words in [*found, f"down {spec.path}"]]
