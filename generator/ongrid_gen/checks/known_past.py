"""OG037: an alert that compares with the past compares with one that is kept, and long enough ago."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import trace_absent, trace_throughput_drop
from ongrid_gen.alerts.conditions import ALWAYS, compare_to, drop_of, expectation, seen_within
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem
from ongrid_gen.units import format_duration

CODE: Final = "OG037"


def check(site: Site) -> Iterator[Problem]:
    """What is forgotten before `for` is over never fires, and neither does what Prometheus has deleted."""
    for alert in site.alerts:
        if alert.kind == trace_absent.KIND and expectation(alert) != ALWAYS:
            yield from judged(
                alert, site, "seen_within", seen_within(alert), seen_within(alert), least_seen(alert, site)
            )
        if alert.kind == trace_throughput_drop.KIND:
            ago = compare_to(alert)
            yield from judged(alert, site, "compare_to", ago, ago + alert.window, least_ago(alert, site))


def least_seen(alert: Alert, site: Site) -> Decimal:
    """Return for how long a service must be remembered so that `for` can be over, in seconds."""
    return alert.for_ + 2 * site.alerting.interval


def least_ago(alert: Alert, site: Site) -> Decimal:
    """Return how far back to compare: the windows must not overlap, and `for` be over before they show the same."""
    return max(alert.window, alert.window * drop_of(alert) + alert.for_ + 2 * site.alerting.interval)


def judged(alert: Alert, site: Site, key: str, asked: Decimal, kept: Decimal, least: Decimal) -> Iterator[Problem]:
    """Yield what is wrong with one key; `kept` is how far back samples are read."""
    retention, said = site.prometheus.retention, format_duration(asked)
    if asked < least:
        yield Problem(
            code=CODE,
            path=alert.path_to(key),
            message=f"alert `{alert.name}`: `{key}` ({said}) is too short: the past is forgotten before it can fire",
            hint=f"write `{format_duration(least)}` or more",
        )
    elif kept > retention:
        yield Problem(
            code=CODE,
            path=alert.path_to(key),
            message=f"alert `{alert.name}`: with `{key}` {said} it reads what is {format_duration(kept)} old; "
            f"Prometheus keeps {format_duration(retention)}",
            hint="shorten it, or raise `prometheus.retention`",
        )
