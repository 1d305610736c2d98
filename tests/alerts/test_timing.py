from decimal import Decimal
from typing import Any

import pytest

from alerts.sites import DEPENDENCY, ERRORS, LATENCY, only, site_with
from ongrid_gen.alerts.timing import earliest, recovery


def total(alert: dict[str, Any], *args: Any, **keys: Any) -> Decimal | None:
    site = site_with(alert)
    found = earliest(only(site), site, *args, **keys)
    return None if found is None else found.total


WAYS = 1 + 1 + 15 + 30 + 30  # batches, collection, offset, evaluation
FOR = 120


@pytest.mark.parametrize(
    ("alert", "share", "seconds"),
    [
        (LATENCY, Decimal(1), 300 * Decimal("0.05")),
        (LATENCY, Decimal("0.5"), 300 * Decimal("0.1")),
        ({**LATENCY, "quantile": "p50"}, Decimal(1), Decimal(150)),
        (ERRORS, Decimal("0.05"), Decimal(60)),
        (DEPENDENCY, Decimal("0.1"), Decimal(150)),
        ({**ERRORS, "operator": ">="}, Decimal("0.01"), Decimal(300)),
    ],
)
def test_the_window_must_turn_bad_far_enough(alert: dict[str, Any], share: Decimal, seconds: Decimal) -> None:
    assert total(alert, share) == seconds + WAYS + FOR


@pytest.mark.parametrize(
    ("alert", "share"),
    [(LATENCY, "0.05"), (ERRORS, "0.01"), (ERRORS, "0"), (DEPENDENCY, "0.02"), ({**ERRORS, "threshold_pct": 100}, "1")],
)
def test_a_share_that_is_tolerated_never_fires(alert: dict[str, Any], share: str) -> None:
    assert total(alert, Decimal(share)) is None


def test_too_few_requests_never_fire() -> None:
    assert total(LATENCY, Decimal(1), Decimal("0.06")) is None
    assert total(LATENCY, Decimal(1), 1) is not None
    assert total({**LATENCY, "min_requests": 0}, Decimal(1), Decimal("0.001")) is not None


def test_new_traffic_waits_for_the_guard_and_a_second_sample_instead() -> None:
    assert total(LATENCY, Decimal(1), 1, fresh=True) == 20 + WAYS + 15 + FOR
    assert total(LATENCY, Decimal(1), 20, fresh=True) == 1 + WAYS + 15 + FOR


def test_the_end_is_a_window_and_keep_firing_for_away() -> None:
    site = site_with({**LATENCY, "keep_firing_for": "7m"})
    assert recovery(only(site), site).total == 300 + WAYS + 420
