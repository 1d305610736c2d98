"""OG068: what the collector takes without a word does what is written."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG068"
SAMPLING: Final = "tail_sampling"
OVER_HTTP: Final = ("otlphttp", "otlp_http")
WITHOUT_BODY: Final = ("always_sample",)
NOTHING: Final = re.compile(r"0+(?:ns|us|µs|ms|s|m|h)?")

Found = Iterator[tuple[Path, str, str]]


def check(wiring: Wiring) -> Iterator[Problem]:
    """All of this passes `otelcol validate`, and starts: ten nanoseconds for ten seconds, no policy, 500 per cent."""
    for service in wiring.running(is_collector):
        for sort in (samplers, addresses):
            for path, message, hint in sort(service.settings):
                yield Problem(CODE, (service.config, *path), message, hint)


def samplers(data: Any) -> Found:
    """Yield what a tail sampler cannot mean."""
    for name, sampler in items(dig(data, "processors")):
        if str(name).split("/")[0] == SAMPLING:
            yield from of_sampler(sampler, ("processors", name))


def of_sampler(sampler: Any, path: Path) -> Found:
    """Yield what one tail sampler cannot mean."""
    wait = dig(sampler, "decision_wait")
    if isinstance(wait, int) and wait:
        yield (*path, "decision_wait"), f"`{wait}` is a number of nanoseconds", f"write `{wait}s`"
    elif wait is not None and NOTHING.fullmatch(str(wait)):
        yield (*path, "decision_wait"), "without waiting it decides on the first spans of a trace", "write `10s`"
    if dig(sampler, "num_traces") == 0:
        yield (*path, "num_traces"), "it can hold no trace", "write `50000`"
    policies = list(items(dig(sampler, "policies")))
    if not policies:
        yield path, f"`{path[-1]}` has no policy, and keeps nothing", "add policies"
    for index, policy in policies:
        yield from of_policy(policy, (*path, "policies", index))


def of_policy(policy: Any, path: Path) -> Found:
    """Yield what one policy cannot mean."""
    kind = str(dig(policy, "type"))
    if kind not in WITHOUT_BODY and dig(policy, kind) is None:
        yield path, f"policy `{dig(policy, 'name')}` says nothing of `{kind}`: all its limits are 0", f"add `{kind}:`"
    share = dig(policy, "probabilistic", "sampling_percentage")
    if isinstance(share, int | Decimal) and not 0 < share <= 100:
        place = (*path, "probabilistic", "sampling_percentage")
        yield place, f"{share} is no percentage of traces to keep", "write a number above 0, at most 100"


def addresses(data: Any) -> Found:
    """Yield addresses without a scheme, to which nothing is sent."""
    for name, exporter in items(dig(data, "exporters")):
        for key in ("endpoint", "traces_endpoint"):
            address = dig(exporter, key)
            if str(name).split("/")[0] in OVER_HTTP and isinstance(address, str) and "://" not in address:
                yield (
                    ("exporters", name, key),
                    f"`{address}` has no scheme, and nothing is sent",
                    f"write `http://{address}`",
                )
