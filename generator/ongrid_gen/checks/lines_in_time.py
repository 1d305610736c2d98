"""OG094: the window of an alert on logs is no longer than logs are kept, nor than Loki reads at once."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import log_volume
from ongrid_gen.alerts.lines import KINDS
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG094"


def check(site: Site) -> Iterator[Problem]:
    """What was deleted is not counted: the alert compares with less than there was, or is late for ever."""
    for alert in site.alerts:
        if alert.kind not in KINDS or site.logs is None:
            continue
        most = site.logs.retention / (2 if alert.kind == log_volume.KIND else 1)
        why = f"logs are kept for {format_duration(site.logs.retention)}"
        if alert.kind == log_volume.KIND:
            why += ", and it looks at two windows"
        if alert.window > most:
            yield Problem(
                code=CODE,
                path=alert.path_to("window"),
                message=f"alert `{alert.name}`: a window of {format_duration(alert.window)} is too long: {why}",
                hint=f"write `{format_duration(most // 1)}` or less",
            )
        elif alert.window < site.alerting.interval:
            least = Decimal(site.alerting.interval)
            yield Problem(
                code=CODE,
                path=alert.path_to("window"),
                message=f"alert `{alert.name}`: a window of {format_duration(alert.window)} does not see all that is "
                f"logged between two evaluations (`alerting.interval` {format_duration(least)})",
                hint=f"write `{format_duration(least)}` or more",
            )
