"""Burn rates: how fast an error budget is spent, in which windows, and from which share of bad requests on.

A factor of 1 spends the budget exactly over the period. A pair of windows fires when both of them show more than
`factor * (1 - objective)` bad requests: the long one says that it matters, the short one that it still goes on.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from ongrid_gen.alerts.trace_latency import missing_range
from ongrid_gen.model import BurnWindow, Site, Slo

PAGE: Final = "page"
TICKET: Final = "ticket"
TIERS: Final = (PAGE, TICKET)
# The fast pair must not wait: up to here its windows are read from the counters. All others are summed up from recorded
# rates, every few minutes, which costs a fraction.
LONGEST_RAW: Final = Decimal(3600)
# How often that is. Shorter than the five minutes that an instant query looks back, or an alert would find nothing
# between two sums.
SLOW_STEP: Final = Decimal(240)
ABSENT_WINDOW: Final = Decimal(600)
ABSENT_FOR: Final = Decimal(300)
# A factor a little below 1 counts as 1: three days and 10 % are 0.933 in a period of 28 days (facts-rules R18).
NEARLY_ONE: Final = Decimal("0.9")
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of windows that fires above `limit`, a share of bad requests: `factor` times what is allowed."""

    window: BurnWindow
    factor: Decimal
    limit: Decimal

    @property
    def long(self) -> Decimal:
        """The long window, in seconds."""
        return self.window.long

    @property
    def short(self) -> Decimal:
        """The short window, in seconds."""
        return self.window.short


def allowed(slo: Slo) -> Decimal:
    """Return the share of requests that may be bad."""
    return ONE - slo.objective


def factor_of(slo: Slo, window: BurnWindow) -> Decimal:
    """Return the burn rate at which a row of the spec fires, with six digits; below 1 it would fire within budget."""
    factor = Context(prec=6).plus(window.budget * slo.period / window.long).normalize()
    return ONE if NEARLY_ONE <= factor < ONE else factor


def pair_of(slo: Slo, window: BurnWindow) -> Pair:
    """Return a row of the spec as a pair."""
    factor = factor_of(slo, window)
    return Pair(window, factor, factor * allowed(slo))


def pairs(slo: Slo, tier: str) -> list[Pair]:
    """Return the pairs of a tier, without those that would fire within budget."""
    return [pair for pair in (pair_of(slo, row) for row in slo.windows)
            if pair.window.tier == tier and pair.factor >= ONE]  # fmt: skip


def tiers(slo: Slo) -> list[str]:
    """Return the tiers that have a pair."""
    return [tier for tier in TIERS if pairs(slo, tier)]


def base_window(site: Site) -> Decimal:
    """Return the window of the rates that longer ones are summed up from: 5m, or what sees a new series rise."""
    return missing_range(site)


def windows(slo: Slo, site: Site) -> list[Decimal]:
    """Return every window that is recorded, the shortest first."""
    used = {size for tier in TIERS for pair in pairs(slo, tier) for size in (pair.long, pair.short)}
    return sorted({*used, base_window(site)})


def raw_windows(slo: Slo, site: Site) -> list[Decimal]:
    """Return the windows that are read from the counters, the shortest first: the base, and those of fast pairs."""
    base = base_window(site)
    fast = [pair for tier in TIERS for pair in pairs(slo, tier) if pair.short <= base]
    return sorted({base, *(size for pair in fast for size in (pair.short, pair.long) if size <= LONGEST_RAW)})


def summed_windows(slo: Slo, site: Site) -> list[Decimal]:
    """Return the windows that are summed up from the rates of the base window, the shortest first."""
    raw = raw_windows(slo, site)
    return [window for window in windows(slo, site) if window not in raw]


def counted_windows(slo: Slo, site: Site) -> list[Decimal]:
    """Return the windows among these in which a guard counts bad requests."""
    long = {pair.long for tier in TIERS for pair in pairs(slo, tier)} if slo.min_errors else set()
    return [window for window in summed_windows(slo, site) if window in long]


def slow_step(site: Site) -> Decimal:
    """Return how often long windows and the budget are summed up, in seconds."""
    return max(SLOW_STEP, site.alerting.interval)


def absent_window(site: Site) -> Decimal:
    """Return the window without a request after which traffic counts as absent."""
    return max(ABSENT_WINDOW, base_window(site))


def hold(slo: Slo, tier: str) -> Decimal:
    """Return the `for` of a tier, in seconds."""
    return slo.page_for if tier == PAGE else slo.ticket_for
