"""OG036: `for` is over before a burst has left the window, and longer than one look."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.window_floor import ZERO_SAMPLE_AGE, floor
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.units import format_duration

CODE: Final = "OG036"
# The kinds that ask which share of the requests in a window is bad.
SHARES: Final = frozenset({"trace_latency", "trace_error_rate", "service_dependency_error_rate"})


def check(site: Site) -> Iterator[Problem]:
    """Bad requests of a new series count for `window` less the age of its first zero; then nothing holds any more."""
    for alert in site.alerts:
        if alert.kind in SHARES and alert.for_ and alert.window >= floor(site):  # else OG014 speaks of it
            yield from too_long(alert, site)
            yield from too_short(alert, site)


def too_long(alert: Alert, site: Site) -> Iterator[Problem]:
    """Yield a `for` that the only burst of a new series cannot outlast."""
    interval = site.alerting.interval
    longest = alert.window - ZERO_SAMPLE_AGE - interval
    if alert.for_ <= longest:
        return
    wider = f"a `window` of `{format_duration(alert.for_ + ZERO_SAMPLE_AGE + interval)}` or more"
    shorter = f"a `for` of `{format_duration(longest)}` or less" if longest >= 2 * interval else "`for: 0s`"
    yield Problem(
        code=CODE,
        severity=Severity.WARNING,
        path=alert.path_to("for"),
        message=f"alert `{alert.name}`: one burst in new series leaves the window of {format_duration(alert.window)} "
        f"before `for` ({format_duration(alert.for_)}) is over, so it does not fire",
        hint=f"write {wider}, or {shorter}",
    )


def too_short(alert: Alert, site: Site) -> Iterator[Problem]:
    """Yield a `for` that ends with the second look."""
    least = 2 * site.alerting.interval
    if alert.for_ >= least:
        return
    yield Problem(
        code=CODE,
        severity=Severity.WARNING,
        path=alert.path_to("for"),
        message=f"alert `{alert.name}`: `for` ({format_duration(alert.for_)}) is shorter than two evaluations of "
        f"{format_duration(site.alerting.interval)}, so it hardly waits",
        hint=f"write `for: {format_duration(least)}` or more, or `for: 0s` to fire at once",
    )
