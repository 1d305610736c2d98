"""Measure, and write docs/benchmarks.md: rendering, rules in a real Prometheus, and the real stack."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path

import bench_render
import bench_rules
from bench_process import ROOT, RUNS, WORK, run, say

from ongrid_gen.alerts.drills import Drilling, drilling_of
from ongrid_gen.commands.common import read_spec
from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.drill.run import traffic_of
from ongrid_gen.drill.traffic import Sender
from ongrid_gen.model import Drill
from ongrid_gen.naming import project
from ongrid_gen.runtime import api
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.wait import until

IDLE_SECONDS = 60

INTRO = """# Benchmarks

Written by `make bench` on {machine}. Times of whole processes are medians of {runs} runs after one warm-up
(minimum to maximum in brackets). The load average of the machine was {load:.1f} before.

"""


def main() -> int:
    """Measure everything and write the page."""
    mode = sys.argv[1:]
    WORK.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {mode[0] if mode else 'official images'}"
    run("images", str(ROOT / "site.yaml"), *mode)
    image = PROMETHEUS.reference(read_spec(ROOT / "site.yaml", stand_ins=bool(mode)).site.images)
    parts = [
        INTRO.format(machine=machine, runs=RUNS, load=load),
        bench_render.section(image),
        bench_rules.section(mode),
        running(mode),
    ]
    (ROOT / "docs" / "benchmarks.md").write_text("".join(parts), encoding="utf-8")
    return 0


def running(mode: list[str]) -> str:
    """Return the section about the real stack."""
    spec = WORK / "site.yaml"
    text = (ROOT / "site.yaml").read_text(encoding="utf-8").replace("site: shop", "site: bench")
    spec.write_text(text, encoding="utf-8")
    secrets = WORK / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "oncall.url").write_text("http://127.0.0.1:9/nobody", encoding="utf-8")
    run("render", str(spec), *mode)
    with removed_afterwards(spec, mode):
        say("starting the stack")
        started = time.perf_counter()
        run("up", str(spec), *mode)
        ready = time.perf_counter() - started
        time.sleep(IDLE_SECONDS)
        memory = idle_memory()
        say("sending traffic until every alert fires")
        fired = firing(spec, mode)
    return up_section(ready) + memory_section(memory) + firing_section(fired)


def firing(spec: Path, mode: list[str]) -> list[tuple[str, Decimal, float]]:
    """Send traffic that must fire every alert at once; return name, earliest possible and seconds until it fired."""
    site = read_spec(spec, stand_ins=bool(mode)).site
    stack = Stack(site, spec.parent / "build" / project(site), spec.parent / "secrets", ("local",))
    how = {alert.name: one for alert in site.alerts if (one := drilling_of(alert, site)) is not None}
    drills = {name: one.default() for name, one in how.items()}
    drills = {name: drill for name, drill in drills.items() if not drill.before_for}  # those take an hour
    prometheus, endpoint = stack.prometheus, stack.otlp_http()
    fired: dict[str, float] = {}
    with ExitStack() as senders:
        for drill in drills.values():
            senders.enter_context(Sender(endpoint, traffic_of(drill)))
        started = time.monotonic()

        def all_fire() -> bool:
            for entry in api.alerts(prometheus):
                name = entry["labels"]["alertname"]
                if entry["state"] == "firing" and name not in fired:
                    fired[name] = time.monotonic() - started
                    say(f"{name} fires after {fired[name]:.0f} s")
            return set(drills) <= set(fired)

        until(all_fire, seconds=600, what="every alert to fire")
    return [(name, soonest(how[name], drill), fired[name]) for name, drill in drills.items()]


def soonest(drilling: Drilling, drill: Drill) -> Decimal:
    """Return the earliest possible: there was no traffic before."""
    timing = drilling.earliest(drill, fresh=True)
    assert timing is not None
    return timing.total


@contextmanager
def removed_afterwards(spec: Path, mode: list[str]) -> Iterator[None]:
    """Take the stack down with its data, whatever happens."""
    finish: Callable[[], str] = lambda: run("down", str(spec), *mode, "--volumes")  # noqa: E731
    try:
        yield
    finally:
        finish()


def idle_memory() -> dict[str, str]:
    """Return the memory of each container of the stack, as Docker counts it."""
    lines = subprocess.run(
        ["docker", "stats", "--no-stream", "--format", "{{.Name}}\t{{.MemUsage}}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    used = [line.partition("\t") for line in sorted(lines) if line.startswith("bench")]
    return {name: usage for name, _, usage in used}


def up_section(ready: float) -> str:
    """Return the section about starting."""
    return f"## `up` to ready\n\n{ready:.0f} s with the images present: centre and one agent, every probe green.\n\n"


def memory_section(memory: dict[str, str]) -> str:
    """Return the section about memory."""
    lines = "".join(f"| {name} | {usage} |\n" for name, usage in memory.items())
    return f"## Idle memory, {IDLE_SECONDS} s after ready\n\n| container | used / limit |\n|---|---|\n{lines}\n"


def firing_section(fired: list[tuple[str, Decimal, float]]) -> str:
    """Return the section about the time from the first bad span to firing."""
    head = (
        "## From the first bad span to firing\n\n`site.yaml` as it is (windows of 5m, `for` 2m), all alerts at once. "
    )
    head += "Earliest possible counts every wait on the way in full, so a luckily timed evaluation is sooner.\n\n"
    head += "| alert | earliest possible | fired after |\n|---|---|---|\n"
    return head + "".join(f"| {name} | {soonest:.1f} s | {seconds:.1f} s |\n" for name, soonest, seconds in fired)


if __name__ == "__main__":
    sys.exit(main())
