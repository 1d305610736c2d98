"""Bucket bounds of the span metrics: Tempo's own, and every threshold of the site; or those that the spec pins."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from ongrid_gen import alerts  # the registry in it is complete when a function here is called
from ongrid_gen.conventions import SPAN_BOUNDS
from ongrid_gen.model import Site


def of_threshold(seconds: Decimal) -> list[Decimal]:
    """Return the bounds that a threshold needs: itself, and twice itself above Tempo's own last bound.

    A quantile among the requests above the last bound reads as that bound: the second is what makes it tell more.
    """
    return [seconds] if seconds < SPAN_BOUNDS[-1] else [seconds, seconds * 2]


@cache
def site_bounds(site: Site) -> list[Decimal]:
    """Return every bound of the span metrics of a site, sorted. Bounds that the spec pins are all there is."""
    if site.metrics.buckets is not None:
        return list(site.metrics.buckets)
    needed = [bound for alert in site.alerts for bound in alerts.kind_of(alert).bounds(alert)]
    needed += [bound for slo in site.slos if slo.threshold is not None for bound in of_threshold(slo.threshold)]
    return sorted({*SPAN_BOUNDS, *needed})


def neighbours(bounds: Sequence[Decimal], bound: Decimal) -> tuple[Decimal, Decimal]:
    """Return the bounds below and above one of a sorted list; 0 is below the first. It must not be the last."""
    at = bounds.index(bound)
    return (bounds[at - 1] if at else Decimal(0)), bounds[at + 1]
