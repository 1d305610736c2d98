"""`drill`: prove alerts on the running stack: they fire, are delivered, resolve; and stay quiet when they must."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import out_option, progress, read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.up import edge_option, running_stack
from ongrid_gen.drill.delivery import delivering
from ongrid_gen.drill.run import Outcome, Run
from ongrid_gen.drill.sink import Sink
from ongrid_gen.drill.targets import burns, target, target_names
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Drill, Site
from ongrid_gen.runtime import docker
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.units import format_duration


@click.command("drill")
@site_argument
@click.argument("alerts", nargs=-1)
@out_option
@edge_option
@click.option("--sink-only", is_flag=True, help="tell only the drill's own sink, not the channels of the spec")
@click.option("--json", "as_json", is_flag=True, help="print the outcomes as JSON")
@stand_ins_option
def command(
    site: Path,
    alerts: tuple[str, ...],
    out: Path | None,
    edges: tuple[str, ...],
    sink_only: bool,
    as_json: bool,
    stand_ins: bool,
) -> None:
    """Send the traffic that must fire ALERTS of SITE (default: the drills of the spec) and watch every hop."""
    spec = read_spec(site, stand_ins=stand_ins)
    docker.require()
    stack = running_stack(spec, out, edges)
    require_running(stack, site)
    plan = drills(spec.site, alerts)
    say_who_hears(spec.site, sink_only)
    outcomes = run_all(stack, plan, sink_only=sink_only)
    click.echo(json.dumps([asdict(one) for one in outcomes], default=str, indent=2) if as_json else table(outcomes))
    if any(one.failed for one in outcomes):
        raise Findings


def require_running(stack: Stack, site: Path) -> None:
    """Raise CommandError unless centre and agent run."""
    entries = [entry for project in stack.projects for entry in project.services()]
    running = {entry["Service"] for entry in entries if entry["State"] == "running"}
    lacking = [name for name in ("agent", "gateway", "tempo", "prometheus", "alertmanager") if name not in running]
    if lacking:
        raise CommandError(f"not running: {', '.join(lacking)}; run `ongrid-gen up {site}` first")


def drills(site: Site, names: tuple[str, ...]) -> list[Drill]:
    """Return the drills of the spec that expect something of these names, or one made for a name without."""
    if not names:
        found = list(site.drills) or default_drills(site)
        if not found:
            raise CommandError("the spec has no alert that requests can fire: there is nothing to drill")
        return found
    plan = []
    for name in names:
        of_spec = [drill for drill in site.drills if name in (*drill.firing, *drill.quiet)]
        plan += of_spec or [default_drill(site, name)]
    return list(dict.fromkeys(plan))


def default_drills(site: Site) -> list[Drill]:
    """Return a drill for every alert that requests can fire, and say which ones are left out.

    An outage spends budget until the windows of its SLO are past it, so a burn-rate alert is drilled when asked for.
    """
    found = []
    for alert in site.alerts:
        if target(site, alert.name) is None:
            progress(f"left out: {alert.name}; no request fires an alert of the kind {alert.kind}")
        else:
            found.append(default_drill(site, alert.name))
    for burn in burns(site):
        lasts = format_duration(round(burn.recovery().total))
        progress(f"left out: {burn.name}; it resolves up to {lasts} after its drill, name it to drill it")
    return found


def default_drill(site: Site, name: str) -> Drill:
    """Return traffic that must fire an alert. CommandError when no request can, or nothing bears the name."""
    found = target(site, name)
    if found is not None:
        drill = found.default()
        page = found.muted_by(drill)
        if page:
            raise CommandError(f"`{name}`: its requests fire `{page}` as well, which mutes it; drill `{page}` instead")
        return drill
    alert = site.alert(name)
    if alert is not None:
        raise CommandError(f"alert `{name}`: no request fires an alert of the kind {alert.kind}")
    raise CommandError(f"no alert `{name}` in the spec; there are: {', '.join(target_names(site)) or 'none'}")


def say_who_hears(site: Site, sink_only: bool) -> None:
    """Say first whom the drill will wake."""
    names = ", ".join(channel.name for channel in site.notify.channels)
    if names and not sink_only:
        progress(f"the channels of the spec are notified too: {names} (--sink-only keeps them out)")


def run_all(stack: Stack, plan: list[Drill], *, sink_only: bool) -> list[Outcome]:
    """Run the drills one after the other: two on one service would spoil each other."""
    heard: list[Mapping[str, str]] = []
    for drill in plan:
        found = (labels(stack.site, drill, name) for name in (*drill.firing, *drill.quiet))
        heard += [one for one in found if one not in heard]
    outcomes: list[Outcome] = []
    with Sink() as sink, delivering(stack, sink.url, heard, only=sink_only):
        for drill in plan:
            outcomes += Run(stack, drill, sink, progress, stack.prometheus).run()
    return outcomes


def labels(site: Site, drill: Drill, name: str) -> Mapping[str, str]:
    """Return the labels of what a drill expects something of."""
    found = target(site, name)
    return found.labels(drill) if found is not None else {"alertname": name}


def table(outcomes: list[Outcome]) -> str:
    """Return one line per alert: what was expected, when each hop was, and how far from the earliest possible."""
    lines = []
    for one in outcomes:
        hops = ", ".join(f"{hop} {seconds:.1f} s" for hop, seconds in one.hops.items())
        lines.append(f"{'FAILED' if one.failed else 'ok    '} {one.alert} {one.expected}: {hops}")
        if one.failed:
            lines.append(f"         {one.why}")
        elif one.expected == "firing":
            lines.append(f"         earliest possible {one.earliest:.1f} s, fired after {one.hops['firing']:.1f} s")
    failed = sum(1 for one in outcomes if one.failed)
    return "\n".join([*lines, f"{len(outcomes) - failed} passed, {failed} failed"])
