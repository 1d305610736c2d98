"""OG019: the traces that an alert leads to are still kept when somebody looks."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import trace_absent
from ongrid_gen.bundle.exposed import stores
from ongrid_gen.bundle.plain import dig, seconds
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import KIND
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.promql import PromqlError, ranges, read
from ongrid_gen.units import format_duration

CODE: Final = "OG019"
KEYS: Final = ("compaction", "block_retention")
PLACES: Final = (("overrides", "defaults", *KEYS), ("compactor", *KEYS))


def check(wiring: Wiring) -> Iterator[Problem]:
    """The link in a notification opens an empty page: the requests that fired the alert were deleted before."""
    longest = max((looks_at(rule) for rule, _ in wiring.bundle.rules), default=Decimal(0))
    for service in stores(wiring):
        for keys in PLACES:
            kept = seconds(dig(service.settings, *keys))
            if kept is not None and kept < longest:
                message = (
                    f"`{service.name}` keeps traces for {format_duration(kept)}, and alerts lead to those of the last "
                    f"{format_duration(longest)}"
                )
                hint = f"write at least `{format_duration(longest)}`"
                yield Problem(CODE, (service.config, *keys), message, hint, Severity.WARNING)


def looks_at(rule: Any) -> Decimal:
    """Return how old the requests can be that an alert leads to, in seconds; 0 for a rule that leads to none."""
    if dig(rule, "annotations", "traces") is None or dig(rule, "labels", KIND) == trace_absent.KIND:
        return Decimal(0)  # what fires an absence is no request
    try:
        reach = max((reach for _, _, reach in ranges(read(str(dig(rule, "expr"))).tree)), default=Decimal(0))
    except PromqlError:
        return Decimal(0)  # another contract speaks of it
    return reach + (seconds(dig(rule, "for")) or Decimal(0))
