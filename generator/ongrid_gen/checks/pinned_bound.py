"""OG004: where the spec pins the bucket bounds, every latency threshold is one of them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.checks.base import Limit, limits
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import plain

CODE: Final = "OG004"


def check(site: Site) -> Iterator[Problem]:
    """A threshold between two bounds would be compared with a guess at where the requests between them lie."""
    bounds = site.metrics.buckets
    if bounds is None:
        return
    for limit in limits(site):
        if limit.seconds not in bounds and limit.seconds < bounds[-1]:
            beside = [
                *[bound for bound in bounds if bound < limit.seconds][-1:],
                *[bound for bound in bounds if bound > limit.seconds][:1],
            ]
            yield problem(limit, beside)


def problem(limit: Limit, beside: list[Decimal]) -> Problem:
    """Return what is said of a threshold that is no bound; `beside` are its neighbours."""
    are = " and ".join(plain(bound) for bound in beside)
    or_one = " or ".join(f"`{plain(bound * 1000)}`" for bound in beside)
    neighbours = f"beside it are {are}" if len(beside) > 1 else f"the first is {are}"
    return Problem(
        code=CODE,
        path=limit.path,
        message=f"{limit.who}: `metrics.buckets` lacks its threshold, {plain(limit.seconds)} s; {neighbours}",
        hint=f"add `{plain(limit.seconds)}` to `metrics.buckets`, or write {or_one}",
        related=(("metrics", "buckets"),),
    )
