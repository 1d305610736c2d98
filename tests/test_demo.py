"""What the visitors of the demo want is no more than the alerts of site.yaml bear."""

import runpy
from collections.abc import Callable

from support import ROOT, site_of

wish: Callable[[int], str] = runpy.run_path(str(ROOT / "demo" / "visitors.py"))["wish"]
DECLINED, UNKNOWN, SLOW = "piano", "sofa", ("lamp", "piano")


def shares(start: int) -> tuple[float, float, float]:
    """Return which share of 300 orders, those of five minutes, is declined, cannot be had, takes long."""
    orders = [wish(number) for number in range(start, start + 300)]
    slow = sum(order in SLOW for order in orders)
    return orders.count(DECLINED) / 300, orders.count(UNKNOWN) / 300, slow / 300


def test_every_wish_comes_within_a_minute() -> None:
    assert {"pen", "book", "lamp", "piano", "sofa"} == {wish(number) for number in range(60)}


def test_what_fails_stays_below_what_the_alerts_of_the_site_wait_for() -> None:
    site = site_of((ROOT / "site.yaml").read_text())
    declined, unknown, _ = map(max, zip(*map(shares, range(200)), strict=True))
    dependency = site.alert("ServiceDependencyErrorRate")
    assert dependency
    # what the payments decline is an error of the call, and none of the payments' own
    assert 0 < declined + unknown < dependency.params["threshold_ratio"]


def test_what_takes_long_stays_below_the_threshold_of_the_site() -> None:
    site = site_of((ROOT / "site.yaml").read_text())
    slow = site.alert("ChargeSlow")
    assert slow
    assert runpy.run_path(str(ROOT / "demo" / "visitors.py"))["PAUSE"] == 1.0
    assert 0.5 < slow.params["threshold_ms"] / 1000
    assert 0 < min(shares(start)[2] for start in range(200))
