"""What the gateway keeps of whole traces: the policies of its tail sampler, and how many traces it must hold for them.

A trace is kept when one policy says so, and each counts what it said
(`otelcol_processor_tail_sampling_count_traces_sampled`). All of it was tried with collector 0.155, `and` and `not` too.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.conventions import SERVICE_NAME_DIMENSION
from ongrid_gen.model import KeptAttribute, ServiceSampling, Site, TailSampling
from ongrid_gen.units import go_duration

Config = dict[str, Any]
PROCESSOR: Final = "tail_sampling"
ERRORS: Final = "errors"
SLOW: Final = "slow"
REST: Final = "rest"
ATTRIBUTE: Final = "attribute"
BOOLEANS: Final = {"true": True, "false": False}

# Traces that are held when nobody says how many requests there are (as the collector has it), and the fewest otherwise.
USUAL_TRACES: Final = 50_000
FEWEST_TRACES: Final = 10_000
# Of those of `wait`: a burst of twice what the budget says finds room.
ROOM: Final = 2
# Decisions that are remembered, in buffers: a span that comes later follows the one about its trace.
REMEMBERED: Final = 4


def traces_held(site: Site, tail: TailSampling) -> int:
    """Return how many undecided traces the gateway holds at most. Beyond it drops the oldest, undecided."""
    if tail.traces is not None:
        return tail.traces
    needed = traces_needed(site, tail)
    return USUAL_TRACES if needed is None else max(FEWEST_TRACES, needed)


def traces_needed(site: Site, tail: TailSampling) -> int | None:
    """Return the traces of `wait` at twice the budget; None when the spec does not say how many requests there are."""
    requests = site.budget.requests_per_second
    return None if requests is None else int(requests * site.sampling.head * tail.wait * ROOM)


def processor(site: Site, tail: TailSampling) -> Config:
    """Return the tail sampler."""
    traces = traces_held(site, tail)
    return {
        "decision_wait": go_duration(tail.wait),
        "num_traces": traces,
        "decision_cache": {
            "sampled_cache_size": traces * REMEMBERED,
            "non_sampled_cache_size": traces * REMEMBERED,
        },
        "policies": list(policies(tail)),
    }


def policies(tail: TailSampling) -> Iterator[Config]:
    """Yield the policies, those of all traces first."""
    if tail.errors:
        yield {"name": ERRORS, "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}
    if tail.slower_than is not None:
        yield slower(SLOW, tail.slower_than)
    for attribute in tail.attributes:
        yield from having(attribute)
    for service in tail.services:
        yield from of_service(service)
    own = [service.service for service in tail.services if service.percent is not None]
    others = [{"name": "others", "type": "not", "not": {"not_sub_policy": among("own", own)}}] if own else []
    yield from share(REST, others, tail.percent, tail.spans_per_second)


def of_service(service: ServiceSampling) -> Iterator[Config]:
    """Yield the policies of traces in which one service takes part."""
    its = among("service", [service.service])
    if service.slower_than is not None:
        yield both(named(SLOW, service.service), [its, slower("duration", service.slower_than)])
    if service.percent is not None:
        yield from share(named(REST, service.service), [its], service.percent, service.spans_per_second)


def slower(name: str, threshold: Decimal) -> Config:
    """Return the policy of traces that last longer."""
    return {"name": name, "type": "latency", "latency": {"threshold_ms": int(threshold * 1000)}}


def having(attribute: KeptAttribute) -> Iterator[Config]:
    """Yield the policies of an attribute: texts are compared, and what reads as a boolean with booleans too."""
    key, name = collector.literal(attribute.key), named(ATTRIBUTE, attribute.key)
    values = [collector.literal(value) for value in attribute.values]
    yield {"name": name, "type": "string_attribute", "string_attribute": {"key": key, "values": values}}
    for value in attribute.values:
        if value in BOOLEANS:
            yield {"name": f"{name}={value}", "type": "boolean_attribute",
                   "boolean_attribute": {"key": key, "value": BOOLEANS[value]}}  # fmt: skip


def among(name: str, services: list[str]) -> Config:
    """Return the policy of traces in which one of some services takes part."""
    values = [collector.literal(service) for service in services]
    return {
        "name": name,
        "type": "string_attribute",
        "string_attribute": {"key": SERVICE_NAME_DIMENSION, "values": values},
    }


def share(name: str, of: list[Config], percent: Decimal, limit: int | None) -> Iterator[Config]:
    """Yield the policy that keeps a share, up to a limit of spans: the last to judge, it counts only what is kept."""
    if not percent:
        return
    chance = {"name": "chance", "type": "probabilistic", "probabilistic": {"sampling_percentage": percent}}
    conditions = [*of, chance]
    if limit is not None:
        conditions.append({"name": "limit", "type": "rate_limiting", "rate_limiting": {"spans_per_second": limit}})
    yield both(name, conditions) if len(conditions) > 1 else {**chance, "name": name}


def both(name: str, conditions: list[Config]) -> Config:
    """Return the policy of traces for which all conditions hold."""
    return {"name": name, "type": "and", "and": {"and_sub_policy": conditions}}


def named(sort: str, what: str) -> str:
    """Return the name of a policy of one service or attribute: the label `policy` of what it counts."""
    return collector.literal(f"{sort}/{what}")
