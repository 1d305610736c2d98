"""OG070: a number is probably in the unit that its key names."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.conditions import number
from ongrid_gen.checks.base import limits
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.units import plain

CODE: Final = "OG070"
MILLISECOND: Final = Decimal("0.001")
ONE_PER_CENT: Final = Decimal("0.01")
RATIO: Final = Decimal("0.1")  # per cent; as a ratio it is a tenth


def check(site: Site) -> Iterator[Problem]:
    """Seconds where milliseconds are asked for, or a ratio where per cent are: an alert that fires always, or never."""
    for limit in limits(site):
        if limit.seconds < MILLISECOND:
            written = limit.seconds * 1000
            yield Problem(
                code=CODE,
                path=limit.path,
                message=f"{limit.who}: its threshold is {plain(written)} milliseconds, less than one",
                hint=f"write `{plain(written * 1000)}` if {plain(written)} seconds are meant",
                severity=Severity.HINT,
            )
    for alert in site.alerts:
        if "threshold_pct" in alert.params:
            yield from as_ratio(alert, number(alert.params["threshold_pct"]))
    for slo in site.slos:
        if slo.objective < ONE_PER_CENT:
            written = slo.objective * 100
            yield Problem(
                code=CODE,
                path=(*slo.path, "objective"),
                message=f"SLO `{slo.name}`: an objective of {plain(written)} per cent is met while 99 of 100 "
                "requests fail",
                hint=f"write `{plain(written * 100)}` for {plain(written * 100)} per cent",
                severity=Severity.HINT,
            )


def as_ratio(alert: Alert, percent: Decimal) -> Iterator[Problem]:
    """Yield a share in per cent that is more likely a ratio."""
    if percent <= RATIO:
        yield Problem(
            code=CODE,
            path=alert.path_to("threshold_pct"),
            message=f"alert `{alert.name}`: {plain(percent)} per cent is one request in {plain(round(100 / percent))}",
            hint=f"write `{plain(percent * 100)}` for {plain(percent * 100)} per cent",
            severity=Severity.HINT,
        )
