"""OG042: an SLO of latency has a threshold, one of errors has none."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.slos.selection import LATENCY

CODE: Final = "OG042"


def check(site: Site) -> Iterator[Problem]:
    """What makes a request bad must be said once, and exactly."""
    for slo in site.slos:
        if slo.sli == LATENCY and slo.threshold is None:
            yield Problem(
                code=CODE,
                path=(*slo.path, "threshold_ms"),
                message=f"SLO `{slo.name}` is one of latency, but no request is too slow without a `threshold_ms`",
                hint="add `threshold_ms`, in milliseconds, or write `sli: errors`",
            )
        elif slo.sli != LATENCY and slo.threshold is not None:
            yield Problem(
                code=CODE,
                path=(*slo.path, "threshold_ms"),
                message=f"SLO `{slo.name}` is one of errors, for which `threshold_ms` means nothing",
                hint="leave `threshold_ms` out, or write `sli: latency`",
                on_key=True,
            )
