"""How long it takes from the first bad span until an alert fires, and from the last until it is over.

One sum for `explain`, the drills and the benchmark. Every wait on the way is counted in full, so an alert is seldom
later than this and often a little earlier.
"""

from decimal import Decimal

from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.conditions import compare_to, drop_of, fewest_requests, operator_of, tolerated_share
from ongrid_gen.model import Alert, Site

ALL: Decimal = Decimal(1)


def earliest(
    alert: Alert, site: Site, bad_share: Decimal = ALL, rate: Decimal | int | None = None, *, fresh: bool = False
) -> Timing | None:
    """Return the earliest time from the first bad span to firing; None when this traffic never fires the alert.

    `bad_share` is the share of requests that are bad (too slow, failed) from then on, `rate` all requests a second,
    the same before and after; None stands for plenty. With `fresh` there were no requests before.
    """
    if not can_fire(alert, bad_share):
        return None
    needed = window_part(alert, bad_share) if not fresh else Decimal(0)
    if rate is not None:
        fewest = fewest_requests(alert, site)
        if rate * alert.window < fewest:
            return None
        needed = max(needed, fewest / Decimal(rate)) if fresh else needed
    first = ("until enough requests are counted" if fresh else "until enough of the window is bad", needed)
    return Timing((first, *way_there(site), *((("second sample", site.metrics.interval),) if fresh else ()),
                   ("`for`", alert.for_)))  # fmt: skip


def recovery(alert: Alert, site: Site) -> Timing:
    """Return the longest time from the last bad span until the alert is over."""
    return Timing(
        (
            ("until the window holds no bad request", alert.window),
            *way_there(site),
            ("`keep_firing_for`", alert.keep_firing_for),
        )
    )


def silence(alert: Alert, site: Site) -> Timing:
    """Return the earliest time from the last request to an alert about absent ones."""
    return Timing((("until the window holds no request", alert.window), *way_there(site), ("`for`", alert.for_)))


def returned(alert: Alert, site: Site) -> Timing:
    """Return the longest time from the first new request until that alert is over: new series need two samples."""
    return Timing(
        (*way_there(site), ("second sample", site.metrics.interval), ("`keep_firing_for`", alert.keep_firing_for))
    )


def dropped(alert: Alert, site: Site, fell: Decimal = ALL, before: Decimal | None = None) -> Timing | None:
    """Return the earliest time from a fall of the rate by this share to the alert about it; None when it never fires.

    `before` is for how many seconds the rate was steady before it fell; None stands for long enough.
    """
    tolerated, ago = drop_of(alert), compare_to(alert)
    if not (fell > tolerated or (operator_of(alert) == ">=" and fell == tolerated)):
        return None
    needed = alert.window * tolerated / fell
    if before is not None:
        needed = max(needed, alert.window + ago - before)
    if needed + alert.for_ + site.alerting.interval > ago:
        return None  # by then the fall is what is compared with
    return Timing((("until enough of the window is missing", needed), *way_there(site), ("`for`", alert.for_)))


def can_fire(alert: Alert, bad_share: Decimal) -> bool:
    """Tell whether a window in which this share of requests is bad satisfies the alert.

    A latency alert fires when fewer than the quantile are fast enough, so it too wants more than it tolerates.
    """
    tolerated = tolerated_share(alert)
    return bad_share > tolerated or (operator_of(alert) == ">=" and bad_share == tolerated)


def window_part(alert: Alert, bad_share: Decimal) -> Decimal:
    """Return how much of the window must have turned bad, in seconds, after steady good traffic."""
    return alert.window * tolerated_share(alert) / bad_share


def way_there(site: Site) -> tuple[tuple[str, Decimal], ...]:
    """Return the waits between a span's end and an evaluation that sees it."""
    return (
        ("agent batch", site.gateway.batch_timeout),
        ("gateway batch", site.gateway.batch_timeout),
        ("generator interval", site.metrics.interval),
        ("query offset", site.alerting.query_offset),
        ("one evaluation interval", site.alerting.interval),
    )
