"""Measures what the rules of 100 services, each with an SLO, cost a real Prometheus that has 30 days of data."""

import shutil
import statistics
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import bench_data
from bench_process import WORK, output, promtool, run, say, spread
from bench_prometheus import prometheus, served

from ongrid_gen.commands.common import read_spec
from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.conventions import SELF_GROUPS
from ongrid_gen.model import Site
from ongrid_gen.runtime import api
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import PAGE, base_window, slow_step, windows
from ongrid_gen.units import format_duration, mebibytes

MOST_SECONDS: Final = 1.0  # of evaluation an interval, for the rules of 100 objectives
WARM_UP: Final = 60  # after the first evaluation of each group
MEASURED: Final = 150
LOOKS: Final = 15  # seconds between them
OBJECTIVES: Final = "SLOs: rates, ratios of the fast windows, alerts"
BUDGETS: Final = "SLOs: long windows and budgets, weighed by their longer interval"
OWN: Final = "the stack's own alerts"
ALERTS: Final = "alerts of the services"
KINDS: Final = (OBJECTIVES, BUDGETS, ALERTS, OWN)
DEAREST: Final = 6
LASTED: Final = "prometheus_rule_group_last_duration_seconds"
Durations = dict[str, list[float]]  # by group: seconds, at each look


def section(mode: list[str]) -> str:
    """Return the section about the evaluation of rules."""
    folder, spec = WORK / "rules", WORK / "rules.yaml"
    spec.write_text(bench_data.spec(), encoding="utf-8")
    site = read_spec(spec, stand_ins=bool(mode)).site
    shutil.rmtree(folder, ignore_errors=True)
    run("render", str(spec), "-o", str(folder / "bundle"), *mode)
    epoch = time.time() - bench_data.BUDGET_BACK - bench_data.DAY
    fill(site, folder, epoch)
    with served(site, epoch) as counters, prometheus(site, folder, counters) as url:
        wait = int(slow_step(site)) + WARM_UP + MEASURED
        say(f"evaluating the rules of {bench_data.SERVICES} services for {wait} s")
        time.sleep(wait)
        prove(url, site)
        text = page(url, site)
    shutil.rmtree(folder)
    return text


def fill(site: Site, folder: Path, epoch: float) -> None:
    """Make the blocks of the past."""
    say("writing 30 days of data")
    program = promtool(PROMETHEUS.reference(site.images))
    longest = f"--max-block-duration={bench_data.BLOCK}s"
    make = (program, "tsdb", "create-blocks-from", "openmetrics", "--quiet", longest)
    data = str(folder / "data")
    bench_data.backfill(site, int(time.time()), epoch, folder / "past", lambda file: output(*make, str(file), data))


def prove(url: str, site: Site) -> None:
    """Stop the benchmark unless the rules really worked: without values and failures the figures mean nothing."""
    step, longest = slow_step(site), max(windows(site.slos[0], site))
    ratios, budget = names.ratio(longest), names.budget_left(site.slos[0])
    rates, counted = names.total(base_window(site)), names.total_counted(step)
    count, pages = len(site.slos), len(bench_data.burning(site))
    enough = 0.98  # of the samples that a window can hold
    fine = int(enough * float(longest / site.alerting.interval))
    coarse = int(enough * bench_data.BUDGET_BACK / float(step))
    wanted = {
        "sum(prometheus_rule_evaluation_failures_total)": 0,
        "sum(prometheus_rule_group_iterations_missed_total)": 0,
        f"count({ratios} >= 0)": count,
        f"count({budget} <= 1)": count,
        f"count(count_over_time({rates}[{format_duration(longest)}]) > {fine})": count,
        f"count(count_over_time({counted}[{bench_data.BUDGET_BACK}s]) > {coarse})": count,
        f'count(ALERTS{{alertname="{names.ALERTS[PAGE]}",alertstate="firing"}})': pages,
    }
    found = {query: value(url, query) for query in wanted}
    wrong = [f"{query} is {found[query]}, not {wanted[query]}" for query in wanted if found[query] != wanted[query]]
    if wrong:
        raise SystemExit("the rules did not work:\n  " + "\n  ".join(wrong))


def value(url: str, query: str) -> float | None:
    """Return the value of a query with one result; None when there is none."""
    result = api.promql(url, query)
    return float(result[0]["value"][1]) if result else None


def page(url: str, site: Site) -> str:
    """Return the section, from what Prometheus says of itself."""
    kinds = {name: kind_of(name, site) for name in by_group(url, "prometheus_rule_group_rules")}
    rules = by_group(url, "prometheus_rule_group_rules")
    intervals = by_group(url, "prometheus_rule_group_interval_seconds")
    lasted = durations(url)
    base = float(site.alerting.interval)
    shares = {name: [one * base / intervals[name] for one in seconds] for name, seconds in lasted.items()}
    rows = [(kind, [name for name in kinds if kinds[name] == kind]) for kind in KINDS]
    slos = totals([shares[name] for name in kinds if kinds[name] in (OBJECTIVES, BUDGETS)])
    table = "".join(row(kind, found, rules, shares) for kind, found in rows) + row("all", list(kinds), rules, shares)
    table = "| groups | number | rules | evaluation an interval |\n|---|---|---|---|\n" + table
    return f"{head(site, slos)}{table}\n{slowest(lasted, intervals)} {whole(url, base)}\n\n{dearest(url, base)}\n"


def head(site: Site, slos: Sequence[float]) -> str:
    """Return what was done, and how the objectives' rules compare with what they may cost."""
    claim = "within" if statistics.median(slos) <= MOST_SECONDS else "**more than**"
    return (
        f"## Rule evaluation\n\nA Prometheus with the rules of {len(site.services)} services, each with an SLO "
        "(errors and latency by turns), a `trace_latency`, a `trace_error_rate` and a `trace_throughput_drop` alert. "
        "It has 30 days of what the rules read, and scrapes fresh counters every "
        f"{format_duration(site.metrics.interval)}. {len(bench_data.burning(site))} services fail, and their alerts "
        "fire. Seconds of evaluation are summed over the groups, which Prometheus evaluates side by side. No "
        "evaluation failed or was missed; every ratio and every budget has a value.\n\n"
        f"The rules of {len(site.slos)} SLOs take {spread(slos)} an interval of "
        f"{format_duration(site.alerting.interval)}: {claim} the {MOST_SECONDS:.0f} s they may take.\n\n"
    )


def row(kind: str, groups: Sequence[str], rules: dict[str, float], shares: Durations) -> str:
    """Return a row of the table."""
    number = int(sum(rules[name] for name in groups))
    return f"| {kind} | {len(groups)} | {number:,} | {spread(totals([shares[name] for name in groups]))} |\n"


def slowest(lasted: Durations, intervals: dict[str, float]) -> str:
    """Return the sentence about the slowest group, by its median."""
    name = max(lasted, key=lambda group: statistics.median(lasted[group]))
    every = format_duration(int(intervals[name]))
    return f"The slowest group is `{name}`, every {every}: {spread(lasted[name], digits=3)}."


def whole(url: str, base: float) -> str:
    """Return the sentence about the whole process."""
    processor = value(url, f"{base} * rate(process_cpu_seconds_total[{MEASURED}s])") or 0
    memory = value(url, f"max_over_time(process_resident_memory_bytes[{MEASURED}s])") or 0
    series = value(url, "prometheus_tsdb_head_series") or 0
    return (
        f"The whole process, scrapes included, takes {processor:.2f} s of CPU an interval and {mebibytes(int(memory))} "
        f"MiB, with {series:,.0f} series in its head."
    )


def dearest(url: str, base: float) -> str:
    """Return the table of the rules that take the most, by name over all groups, at their latest evaluation."""
    took: dict[str, float] = defaultdict(float)
    numbers: dict[str, int] = defaultdict(int)
    for group in api.get(f"{url}/api/v1/rules")["data"]["groups"]:
        for rule in group["rules"]:
            took[rule["name"]] += rule["evaluationTime"] * base / group["interval"]
            numbers[rule["name"]] += 1
    most = sorted(took, key=lambda name: -took[name])[:DEAREST]
    lines = "".join(f"| `{name}` | {numbers[name]} | {took[name]:.2f} s |\n" for name in most)
    return "The rules that take the most:\n\n| rule | number | an interval |\n|---|---|---|\n" + lines


def kind_of(group: str, site: Site) -> str:
    """Return which row of the table a group belongs to."""
    if group in {names.group(slo) for slo in site.slos}:
        return OBJECTIVES
    if group in {name(slo) for slo in site.slos for name in (names.long_group, names.budget_group)}:
        return BUDGETS
    return OWN if group.startswith(SELF_GROUPS) else ALERTS


def by_group(url: str, metric: str) -> dict[str, float]:
    """Return a metric that Prometheus has for each group, by the group's name."""
    return {group_of(entry): float(entry["value"][1]) for entry in api.promql(url, metric)}


def group_of(entry: dict[str, Any]) -> str:
    """Return the name of the group that a sample is about: Prometheus puts the file before it."""
    label: str = entry["metric"]["rule_group"]
    return label.rpartition(";")[2]


def durations(url: str) -> Durations:
    """Return how long each group's latest evaluation took, at each scrape of the last minutes."""
    now = time.time()
    span = {"start": f"{now - MEASURED}", "end": f"{now}", "step": f"{LOOKS}"}
    answer = api.get(f"{url}/api/v1/query_range?{urllib.parse.urlencode({'query': LASTED, **span})}")
    found: Durations = defaultdict(list)
    for entry in answer["data"]["result"]:
        found[group_of(entry)] = [float(one) for _, one in entry["values"]]
    return found


def totals(series: Sequence[Sequence[float]]) -> list[float]:
    """Return the sum over groups at each look."""
    return [sum(at) for at in zip(*series, strict=True)]


if __name__ == "__main__":
    import sys

    WORK.mkdir(parents=True, exist_ok=True)
    print(section(sys.argv[1:]))
