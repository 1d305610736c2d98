"""OG014: a window must be long enough to see a new series rise."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from ongrid_gen.alerts.signal import KINDS as METRIC_KINDS
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG014"
ZERO_SAMPLE_AGE: Final = 61


def floor(site: Site) -> Decimal:
    """Return the shortest window in seconds in which `rate` sees a new series: 4 pushes, or the 61 s by which Tempo
    backdates the first zero, a push and an evaluation (measured on 2.10.8 and 3.0.3)."""
    interval = site.metrics.interval
    return max(4 * interval, ZERO_SAMPLE_AGE + interval + site.alerting.interval)


def half_minutes(seconds: Decimal) -> Decimal:
    """Return seconds rounded up to half a minute."""
    return (seconds / 30).to_integral_value(ROUND_CEILING) * 30


def check(site: Site) -> Iterator[Problem]:
    """A shorter window overlooks the first minute of every new series, so the alert sleeps through a bad release."""
    least = floor(site)
    retention = site.prometheus.retention
    for alert in site.alerts:
        if alert.kind in METRIC_KINDS:
            continue  # their windows have other names, and a check of their own
        if alert.window < least:
            yield Problem(
                code=CODE,
                path=alert.path_to("window"),
                message=f"alert `{alert.name}`: a window of {format_duration(alert.window)} is too short to see a new "
                f"series; {format_duration(least)} is the least with `metrics.interval` "
                f"{format_duration(site.metrics.interval)} and `alerting.interval` "
                f"{format_duration(site.alerting.interval)}",
                hint=f"write `{format_duration(half_minutes(least))}` or more",
            )
        elif alert.window > retention:
            yield Problem(
                code=CODE,
                path=alert.path_to("window"),
                message=f"alert `{alert.name}`: a window of {format_duration(alert.window)} is longer than Prometheus "
                f"keeps anything ({format_duration(retention)})",
                hint="shorten it, or raise `prometheus.retention`",
            )
