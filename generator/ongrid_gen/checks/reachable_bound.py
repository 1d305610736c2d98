"""OG003: where the spec pins the bucket bounds, one of them is above every latency threshold."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import limits
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import plain

CODE: Final = "OG003"


def check(site: Site) -> Iterator[Problem]:
    """No bucket tells a request that took as long as the last bound from one that took ten times as long."""
    bounds = site.metrics.buckets
    if bounds is None:
        return
    for limit in limits(site):
        if limit.seconds >= bounds[-1]:
            needed = [*([] if limit.seconds in bounds else [limit.seconds]), limit.seconds * 2]
            yield Problem(
                code=CODE,
                path=limit.path,
                message=f"{limit.who}: no bucket reaches above its threshold of {plain(limit.seconds)} s; the last "
                f"bound of `metrics.buckets` is {plain(bounds[-1])}",
                hint=f"add {' and '.join(f'`{plain(bound)}`' for bound in needed)} to `metrics.buckets`",
                related=(("metrics", "buckets"),),
            )
