"""OG103: a trace is not larger than Tempo takes."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG103"
MOST: Final = 5_000_000  # bytes; `max_bytes_per_trace` of every dialect, which the bundle leaves as it is


def check(site: Site) -> Iterator[Problem]:
    """Tempo refuses the spans beyond it: what is found of such a trace ends in the middle, and nobody could read it."""
    size = site.budget.spans_per_request * site.budget.bytes_per_span
    if size > MOST:
        yield Problem(
            code=CODE,
            path=("budget", "spans_per_request"),
            message=f"a trace of {site.budget.spans_per_request:,} spans is {size / 1e6:.0f} MB; Tempo takes "
            f"{MOST // 1_000_000} MB",
            hint=f"write at most {MOST // site.budget.bytes_per_span}: begin a linked trace for each item of a batch",
            severity=Severity.WARNING,
        )
