"""`status`: what runs, whether it is healthy, and what fires, in the alert's own unit."""

import json
from pathlib import Path
from typing import Any

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import out_option, read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.up import edge_option, running_stack
from ongrid_gen.conventions import WATCHDOG
from ongrid_gen.runtime import api, docker
from ongrid_gen.runtime.compose import is_fine
from ongrid_gen.runtime.stack import Stack


@click.command("status")
@site_argument
@out_option
@edge_option
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@stand_ins_option
def command(site: Path, out: Path | None, edges: tuple[str, ...], as_json: bool, stand_ins: bool) -> None:
    """Say what of SITE runs and what fires. Exit 1 when a container is not healthy or a target is down."""
    spec = read_spec(site, stand_ins=stand_ins)
    docker.require()
    stack = running_stack(spec, out, edges)
    found = status(stack)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else as_text(found))
    if not found["healthy"]:
        raise Findings


def status(stack: Stack) -> dict[str, Any]:
    """Return containers, scrape targets and alerts."""
    containers = [container(entry) for project in stack.projects for entry in project.services()]
    running = any(entry["service"] == "prometheus" and entry["state"] == "running" for entry in containers)
    targets = [target(entry) for entry in api.targets(stack.prometheus)] if running else []
    found = [alert(entry) for entry in api.alerts(stack.prometheus)] if running else []
    alerts = [entry for entry in found if entry["alert"] != WATCHDOG]
    watched = not running or len(alerts) < len(found) or not evaluated(stack.prometheus)
    healthy = bool(containers) and all(entry["ok"] for entry in containers) and all(entry["up"] for entry in targets)
    healthy = healthy and watched
    return {
        "site": stack.site.name,
        "healthy": healthy and running,
        "containers": containers,
        "targets": targets,
        "watchdog": watched,
        "alerts": alerts,
    }


def container(entry: dict[str, Any]) -> dict[str, Any]:
    """Return one container."""
    return {
        "service": entry["Service"],
        "project": entry.get("Project", ""),
        "state": entry["State"],
        "health": entry.get("Health") or "",
        "ok": is_fine(entry),
    }


def evaluated(prometheus: str) -> bool:
    """Tell whether every rule has had its turn: before, the watchdog cannot fire."""
    groups = api.get(f"{prometheus}/api/v1/rules")["data"]["groups"]
    return all(not group["lastEvaluation"].startswith("0001") for group in groups)


def target(entry: dict[str, Any]) -> dict[str, Any]:
    """Return one scrape target."""
    up = entry["health"] in ("up", "unknown")  # unknown: not asked yet
    return {"job": entry["labels"]["job"], "up": up, "error": entry.get("lastError", "")}


def alert(entry: dict[str, Any]) -> dict[str, Any]:
    """Return one alert; its summary holds value, unit and threshold."""
    return {
        "alert": entry["labels"]["alertname"],
        "state": entry["state"],
        "since": entry["activeAt"],
        "summary": entry["annotations"].get("summary", ""),
        "labels": entry["labels"],
    }


def as_text(found: dict[str, Any]) -> str:
    """Return the status as lines."""
    lines = [
        f"{'ok ' if entry['ok'] else 'BAD'} {entry['service']:<20} {entry['state']} {entry['health']}".rstrip()
        for entry in found["containers"]
    ]
    if not lines:
        lines = ["nothing runs"]
    lines += [f"BAD target {entry['job']}: {entry['error']}" for entry in found["targets"] if not entry["up"]]
    lines += [] if found["watchdog"] else [f"BAD alert {WATCHDOG} does not fire: rules are not evaluated"]
    lines += [
        f"{entry['state']:<8} {entry['alert']} since {entry['since'][:19]}Z: {entry['summary']}"
        for entry in sorted(found["alerts"], key=lambda entry: (entry["state"], entry["alert"]))
    ]
    if found["containers"] and not found["alerts"]:
        lines.append("no alert is pending or firing")
    return "\n".join(lines)
