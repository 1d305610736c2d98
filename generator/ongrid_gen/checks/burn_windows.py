"""OG043: the windows of an SLO can be read: long enough to see a new series, and no longer than anything is kept."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.checks.window_floor import floor, half_minutes
from ongrid_gen.model import BurnWindow, Site, Slo
from ongrid_gen.problems import Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG043"


def check(site: Site) -> Iterator[Problem]:
    """A pair whose windows see nothing, or not what they say, is silent or wrong."""
    least = floor(site)
    for slo in site.slos:
        for row in slo.windows:
            if row.short < least:
                yield too_short(slo, row, least)
            if row.long <= row.short:
                yield Problem(
                    code=CODE,
                    path=(*row.path, "long"),
                    message=f"SLO `{slo.name}`: the long window ({format_duration(row.long)}) must be longer than the "
                    f"short one ({format_duration(row.short)}), which tells whether it still burns",
                    hint=f"write `long: {format_duration(max(row.short, half_minutes(least)) * 12)}`, or a shorter "
                    "`short`",
                    related=((*row.path, "short"),),
                )
            elif row.long > site.prometheus.retention:
                yield Problem(
                    code=CODE,
                    path=(*row.path, "long"),
                    message=f"SLO `{slo.name}`: a window of {format_duration(row.long)} is longer than Prometheus "
                    f"keeps anything ({format_duration(site.prometheus.retention)})",
                    hint=f"write `prometheus: {{retention: {format_duration(row.long)}}}` or more, or a shorter `long`",
                    related=(("prometheus", "retention"),),
                )


def too_short(slo: Slo, row: BurnWindow, least: Decimal) -> Problem:
    """Return the problem of a short window that does not see a new series rise."""
    return Problem(
        code=CODE,
        path=(*row.path, "short"),
        message=f"SLO `{slo.name}`: a window of {format_duration(row.short)} is too short to see a new series; "
        f"{format_duration(least)} is the least here",
        hint=f"write `short: {format_duration(half_minutes(least))}` or more in `windows`, or a shorter "
        "`metrics.interval`",
    )
