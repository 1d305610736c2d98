"""How soon an SLO's alerts fire, from the first bad request on."""

from decimal import Decimal

from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos.burn import Pair, base_window, hold, pairs, raw_windows, slow_step


def earliest(
    slo: Slo,
    tier: str,
    site: Site,
    bad_share: Decimal,
    *,
    rate: Decimal | int | None = None,
    before: Decimal | None = None,
) -> Timing | None:
    """Return the earliest time from the first bad request to firing; None when this share never fires the tier.

    `bad_share` is the share of requests that are bad from then on; `rate` are all requests a second, None stands for
    enough. `before` is for how many seconds steady good ones came before; None stands for long enough to fill every
    window.
    """
    if rate is not None and not rate * bad_share:
        return None
    counted = slo.min_errors / (rate * bad_share) if rate is not None else Decimal(0)
    times = [
        max(time, counted)
        for pair in pairs(slo, tier)
        if (time := until_burning(slo, pair, site, bad_share, before)) is not None and counted <= pair.long
    ]
    if not times:
        return None
    return Timing((("until enough of both windows is bad", min(times)), *way_there(site),
                   *((("second sample", site.metrics.interval),) if before == 0 else ()),
                   ("`for`", hold(slo, tier))))  # fmt: skip


def until_burning(
    slo: Slo, pair: Pair, site: Site, bad_share: Decimal, before: Decimal | None = None
) -> Decimal | None:
    """Return the seconds until both windows of a pair are over its limit; None when they never are."""
    if bad_share <= pair.limit:
        return None
    share = pair.limit / bad_share
    return max(part(slo, window, site, share, before) for window in (pair.long, pair.short))


def part(slo: Slo, window: Decimal, site: Site, share: Decimal, before: Decimal | None = None) -> Decimal:
    """Return how long it takes until a window is over the limit: until this share of what it holds came since.

    A window that is summed up from rates sees each request as the rates do: spread over their own window, so at first
    its share grows with the square of the time. And it is summed up only every few minutes.
    """
    needed = window * share
    if before is not None:
        needed = min(needed, before * share / (1 - share))
    base = base_window(site)
    if window in raw_windows(slo, site):
        return needed
    return slow_step(site) + ((2 * base * needed).sqrt() if needed <= base / 2 else needed + base / 2)
