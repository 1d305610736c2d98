"""Random traffic that tries to tell two expressions apart: what an excuse of `mutants` says is tried, not believed.

Requests, their latencies and the calls between services are made together, so that what Tempo never says (more failed
requests than requests) is not said here either. All else is random: rates, gaps, restarts, series that come and go.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any, Final

from ongrid_gen.alerts import kind_of
from ongrid_gen.alerts.bounds import site_bounds
from ongrid_gen.alerts.cases.promtest import Phase, Pick, bad, counter, good, nothing, series, total
from ongrid_gen.conventions import (
    CALLS,
    CLIENT,
    ERROR_STATUS,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    LATENCY_BUCKET,
    SERVER,
    SERVICE_NAME,
    SLO,
    SPAN_KIND,
    SPAN_NAME,
    STATUS_CODE,
)
from ongrid_gen.model import Site
from ongrid_gen.rules import Record
from ongrid_gen.slos.rules import groups, recorded_labels
from ongrid_gen.units import format_duration, plain

STEPS: Final = 320
SPARSE: Final = 0.6  # of the possible series so many exist
MOMENTS: Final = 24
KINDS: Final = ("SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER", "SPAN_KIND_INTERNAL")
Labels = Mapping[str, str]


def course(chance: random.Random) -> list[Phase]:
    """Return some phases of traffic: none, little, much, all bad, gone, and counters that restart."""
    phases: list[Phase] = []
    while sum(phase.steps for phase in phases) < STEPS:
        steps = chance.choice((1, 3, 10, 30, 60))
        if chance.random() < 0.15:
            phases.append(Phase(steps, absent=True))
            continue
        if chance.random() < 0.3:  # a few requests in a window, about as many as guards and floors ask for
            phases += [Phase(1, chance.choice((0, 1, 9, 18, 19, 20)), chance.choice((0, 1, 19))), Phase(steps)]
            continue
        requests = chance.choice((0, 0, 1, 2, 5, 20, 400))
        failed = chance.choice((0, 0, requests // 20, requests // 2, requests))
        phases.append(Phase(steps, requests - failed, failed, restart=chance.random() < 0.1))
    return phases


def traffic(site: Site, chance: random.Random) -> list[dict[str, str]]:
    """Return the series of a random day at a site."""
    names = [service.name for service in site.services]
    operations = sorted({operation for service in site.services for operation in service.operations} | {"GET /other"})
    drawn = []
    for service, operation, kind in product(names, operations, KINDS):
        if chance.random() < SPARSE:
            drawn += requests({SERVICE_NAME: service, SPAN_NAME: operation, SPAN_KIND: kind}, course(chance), site)
    for client, server in product([*names, "user"], names):
        if client != server and chance.random() < SPARSE:
            ends, phases = {CLIENT: client, SERVER: server}, course(chance)
            drawn += [counted(GRAPH_TOTAL, ends, phases, total), counted(GRAPH_FAILED, ends, phases, bad)]
    return drawn


def requests(labels: Labels, phases: Sequence[Phase], site: Site) -> Iterator[dict[str, str]]:
    """Yield the counters of some requests: good ones just met the thresholds, bad ones failed beyond all bounds."""
    yield counted(CALLS, {**labels, STATUS_CODE: "STATUS_CODE_UNSET"}, phases, good)
    yield counted(CALLS, {**labels, STATUS_CODE: ERROR_STATUS}, phases, bad)
    bounds = site_bounds(site)
    thresholds = {bound for alert in site.alerts for bound in kind_of(alert).bounds(alert)}
    thresholds |= {slo.threshold for slo in site.slos if slo.threshold is not None}
    for bound in sorted({bounds[0], *thresholds, bounds[-1]}):
        pick = nothing if bound < min(thresholds, default=bounds[-1]) else good
        yield counted(LATENCY_BUCKET, {**labels, "le": plain(bound)}, phases, pick)
    yield counted(LATENCY_BUCKET, {**labels, "le": "+Inf"}, phases, total)


def recordings(site: Site, chance: random.Random) -> Iterator[dict[str, str]]:
    """Yield what another SLO of the same requests recorded, whatever it may be."""
    for slo in site.slos:
        labels = {**recorded_labels(slo), SLO: f"{slo.name}-2"}
        for rule in (rule for group in groups(slo, site) for rule in group.rules):
            if isinstance(rule, Record):
                yield series(rule.name, labels, f"{chance.choice((0, 0.004, 0.2, 1, 30))}x{STEPS}")


def counted(metric: str, labels: Labels, phases: Sequence[Phase], pick: Pick) -> dict[str, str]:
    """Return one counter."""
    return series(metric, labels, counter(phases, pick))


def told_apart(site: Site, pairs: Mapping[str, tuple[str, str]], seed: int) -> dict[str, Any]:
    """Return a file of promtool's tests that fails where two expressions differ; a comment in the query says which."""
    chance = random.Random(seed)
    drawn = [*traffic(site, chance), *recordings(site, chance)]
    interval = format_duration(site.alerting.interval)
    moments = sorted(chance.sample(range(20, STEPS), MOMENTS))
    asked = [
        {
            "expr": f"{text} # {name}",
            "eval_time": format_duration(Decimal(moment) * site.alerting.interval),
            "exp_samples": [],
        }
        for name, (one, other) in pairs.items()
        for text in (
            f"({one}) unless ({other})",
            f"({other}) unless ({one})",
            f"abs(({one}) - ({other})) > 1e-9 * abs({other})",
        )
        for moment in moments
    ]
    test = {"name": "random traffic", "interval": interval, "input_series": drawn, "promql_expr_test": asked}
    return {"rule_files": ["rules.yaml"], "evaluation_interval": interval, "tests": [test]}
