"""How soon an SLO's alerts fire, from the first bad request on."""

from decimal import Decimal

from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos.burn import Pair, base_window, hold, is_raw, pairs


def earliest(slo: Slo, tier: str, site: Site, bad_share: Decimal, *, fresh: bool = False) -> Timing | None:
    """Return the earliest time from the first bad request to firing; None when this share never fires the tier.

    `bad_share` is the share of requests that are bad from then on, after steady good ones that fill every window, and
    enough of them for `min_errors`. With `fresh` there were no requests before: then every window is all that there is.
    """
    times = [
        time for pair in pairs(slo, tier) if (time := until_burning(pair, site, bad_share, fresh=fresh)) is not None
    ]
    if not times:
        return None
    return Timing((("until enough of both windows is bad", min(times)), *way_there(site),
                   *((("second sample", site.metrics.interval),) if fresh else ()),
                   ("`for`", hold(slo, tier))))  # fmt: skip


def until_burning(pair: Pair, site: Site, bad_share: Decimal, *, fresh: bool = False) -> Decimal | None:
    """Return the seconds until both windows of a pair are over its limit; None when they never are."""
    if bad_share <= pair.limit:
        return None
    if fresh:
        return Decimal(0)
    return max(part(window, pair, site, bad_share) for window in (pair.long, pair.short))


def part(window: Decimal, pair: Pair, site: Site, bad_share: Decimal) -> Decimal:
    """Return how long it takes until a window is over the limit.

    A window that is summed up from rates sees each request as the rates do: spread over their own window, so at first
    its share grows with the square of the time.
    """
    needed = window * pair.limit / bad_share
    base = base_window(site)
    if is_raw(window, site):
        return needed
    return (2 * base * needed).sqrt() if needed <= base / 2 else needed + base / 2
