"""Measures `ongrid-gen` in processes of its own: the site of this repository, and sites of 1,000 services."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench_process import GEN, ROOT, RUNS, WORK, Usage, measured, median, output, promtool, repeated, say, spread

SERVICES = 1000
MOST_MEMORY = 200  # MiB, for rendering 1,000 objectives


def section(image: str) -> str:
    """Return the section about rendering; `image` is Prometheus'."""
    return plain_section() + objectives_section(promtool(image))


def plain_section() -> str:
    """Return the table of commands."""
    many = WORK / "many.yaml"
    many.write_text(services_with_alerts(), encoding="utf-8")
    site, out = str(ROOT / "site.yaml"), str(WORK / "out")
    rows = [
        ("`--help`", repeated(GEN, "--help")),
        ("`check site.yaml`", repeated(GEN, "check", site)),
        ("`render site.yaml` into an empty folder, then again", repeated(GEN, "render", site, "-o", out)),
        ("`check`, 1,000 services with one alert each", repeated(GEN, "check", str(many))),
        (
            "`render`, 1,000 services with one alert each",
            repeated(GEN, "render", str(many), "-o", str(WORK / "many")),
        ),
    ]
    return "## Rendering\n\n" + table(rows)


def objectives_section(checker: str) -> str:
    """Return the section about 1,000 objectives, beside promtool reading what was rendered."""
    rendering, checking, files = side_by_side(checker)
    version = output(checker, "--version").split()[2]
    memory = max(usage.memory for usage in rendering)
    if memory > MOST_MEMORY:
        raise SystemExit(f"rendering {SERVICES} objectives took {memory:.0f} MiB; the limit is {MOST_MEMORY} MiB")
    rows = [
        ("`render` into a new folder", rendering),
        (f"`promtool check rules` on its {files:,} files of rules (promtool {version})", checking),
    ]
    head = f"## {SERVICES:,} services with an SLO each\n\nHalf of them count errors, half of them latency. "
    return f"{head}{verdict(rendering, checking)} The memory limit of `render` is {MOST_MEMORY} MiB.\n\n" + table(rows)


def side_by_side(checker: str) -> tuple[list[Usage], list[Usage], int]:
    """Return what rendering 1,000 objectives took, and promtool on the rules; by turns, so that both see one machine.

    And how many files of rules there are. The first runs are not counted.
    """
    spec = WORK / "objectives.yaml"
    spec.write_text(services_with_objectives(), encoding="utf-8")
    rendering, checking, rules = [], [], []
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        # A folder for each run: ext4 is slow to make files where as many were removed just before.
        for number in range(1 + RUNS):
            out = Path(folder) / str(number)
            rendering.append(measured(GEN, "render", str(spec), "-o", str(out)))
            rules = sorted(map(str, (out / "prometheus" / "rules").glob("*.yaml")))
            checking.append(measured(checker, "check", "rules", *rules))
    say("measured the rendering of objectives, and promtool")
    return rendering[1:], checking[1:], len(rules)


def verdict(rendering: Sequence[Usage], checking: Sequence[Usage]) -> str:
    """Return how rendering compares with promtool, in a sentence."""
    wall = median(rendering, lambda usage: usage.wall) / median(checking, lambda usage: usage.wall)
    processor = median(rendering, lambda usage: usage.processor) / median(checking, lambda usage: usage.processor)
    claim = "takes no longer than" if wall <= 1 else "takes **longer** than"
    return f"`render` {claim} `promtool check rules`: {wall:.2f} times its wall time, {processor:.2f} times its CPU."


def table(rows: Sequence[tuple[str, Sequence[Usage]]]) -> str:
    """Return a table of cold processes."""
    head = "| cold process | wall | user CPU | system CPU | peak memory |\n|---|---|---|---|---|\n"
    return head + "".join(f"| {what} | {cells(runs)} |\n" for what, runs in rows) + "\n"


def cells(runs: Sequence[Usage]) -> str:
    """Return what several runs took, as cells of a table."""
    times = ([one.wall for one in runs], [one.user for one in runs], [one.system for one in runs])
    return " | ".join([*map(spread, times), f"{max(one.memory for one in runs):.0f} MiB"])


def names() -> list[str]:
    """Return the names of the services."""
    return [f"service-{number}" for number in range(SERVICES)]


def services_with_alerts() -> str:
    """Return a spec with 1,000 services and an alert for each."""
    services = "".join(f"  - {{name: {name}}}\n" for name in names())
    alerts = "".join(
        f"  - {{name: Slow{index}, kind: trace_latency, service: {name}, threshold_ms: {500 + index % 7 * 100}}}\n"
        for index, name in enumerate(names())
    )
    return f"version: 1\nsite: many\nservices:\n{services}alerts:\n{alerts}"


def services_with_objectives() -> str:
    """Return a spec with 1,000 services and an SLO for each."""
    services = "".join(f"  - {{name: {name}}}\n" for name in names())
    slos = "".join(
        f"  - {{name: {name}, service: {name}, objective: 99.9, "
        f"sli: {'latency, threshold_ms: 500' if index % 2 else 'errors'}}}\n"
        for index, name in enumerate(names())
    )
    head = "version: 1\nsite: objectives\nprometheus: {retention: 30d}\n"
    return f"{head}services:\n{services}slos:\n{slos}"
