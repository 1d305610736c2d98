"""`doctor`: one marked trace through every hop of the running stack, and what usually goes wrong besides."""

import base64
import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.asked import published
from ongrid_gen.commands.common import Spec, out_option, read_spec, site_argument, stand_ins_option
from ongrid_gen.commands.render import rendered_bundle
from ongrid_gen.commands.up import edge_option, running_stack
from ongrid_gen.components.grafana import PASSWORD
from ongrid_gen.conventions import BANNER
from ongrid_gen.doctor.configuration import configuration
from ongrid_gen.doctor.findings import findings
from ongrid_gen.doctor.hops import Places, Walk
from ongrid_gen.doctor.marked import marked_for
from ongrid_gen.doctor.told import as_data, as_text
from ongrid_gen.doctor.verdict import is_well
from ongrid_gen.errors import CommandError
from ongrid_gen.runtime import docker
from ongrid_gen.runtime.fetch import Endpoint
from ongrid_gen.runtime.stack import Stack

# The first line of a rendered file, with the name of the spec.
SAID: Final = re.compile(r"# " + re.escape(BANNER).replace(re.escape("{spec}"), "(.*)"))


@click.command("doctor")
@site_argument
@out_option
@edge_option
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@stand_ins_option
def command(site: Path, out: Path | None, edges: tuple[str, ...], as_json: bool, stand_ins: bool) -> None:
    """Follow a marked trace through the running stack of SITE: each hop with its time, and what to do where it ends.

    Also told: services that send nothing, senders in no spec, clocks apart, queues that fill, and a configuration that
    runs but is not the rendered one. Exit 1 when anything is bad.
    """
    spec = read_spec(site, stand_ins=stand_ins)
    docker.require()
    stack = running_stack(spec, out, edges)
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        places = places_of(spec, stack, out)
        walk = Walk(spec.site, places, marked_for(spec.site.sampling.tail))
        walking = pool.submit(walk.walk)
        finding = pool.submit(findings, spec.site, places.prometheus)
        others = [configuration(rendered_bundle(called_alike(spec, stack)), stack), *finding.result()]
        hops = walking.result()
    seconds = time.monotonic() - began
    if as_json:
        found = as_data(spec.site.name, hops, others, walk.marked.trace_id, seconds)
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        click.echo(as_text(hops, others, seconds))
    if not is_well([*hops, *others]):
        raise Findings


def called_alike(spec: Spec, stack: Stack) -> Spec:
    """Return the spec under the name that it had when the bundle was rendered: files say that name, and no more."""
    with (stack.bundle / "compose.yaml").open(encoding="utf-8", errors="replace") as file:
        found = SAID.match(file.readline())
    return spec if found is None else replace(spec, site=replace(spec.site, spec_name=found[1]))


def places_of(spec: Spec, stack: Stack, out: Path | None) -> Places:
    """Return where everything of the stack answers, all looked up at once."""
    why: dict[str, str] = {}
    looks: dict[str, Callable[[], str | None]] = {
        "agent": stack.otlp_http,
        "prometheus": lambda: stack.prometheus,
        "tempo": lambda: stack.tempo,
        "alertmanager": lambda: stack.alertmanager,
        "loki": lambda: published(spec, "loki", out),
        "grafana": lambda: stack.grafana,
    }

    def found(name: str) -> str | None:
        try:
            return looks[name]()
        except CommandError as error:
            why[name] = str(error).partition("\n")[0]
            return None

    with ThreadPoolExecutor(len(looks)) as pool:
        urls = dict(zip(looks, pool.map(found, looks), strict=True))
    if urls["loki"] is None:
        why["loki"] = "the stack keeps no logs"

    def endpoint(name: str, **headers: str) -> Endpoint | None:
        url = urls[name]
        return None if url is None else Endpoint(url, headers)

    return Places(urls["agent"], endpoint("prometheus"), endpoint("tempo"), endpoint("alertmanager"), endpoint("loki"),
                  endpoint("grafana", **grafana_login(spec)), why)  # fmt: skip


def grafana_login(spec: Spec) -> dict[str, str]:
    """Return the header that lets us in; none when there is no password to read."""
    try:
        password = (spec.secrets / PASSWORD).read_text(encoding="utf-8").strip()
    except OSError:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()}
