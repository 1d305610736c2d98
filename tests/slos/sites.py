"""Sites with SLOs for these tests."""

from typing import Any

from alerts.sites import KINDS, site_with
from ongrid_gen.model import Site

WINDOWS = [
    {"tier": "page", "long": "1h", "short": "5m", "budget_pct": 2},
    {"tier": "page", "long": "6h", "short": "30m", "budget_pct": 5},
    {"tier": "ticket", "long": "1d", "short": "2h", "budget_pct": 10},
    {"tier": "ticket", "long": "3d", "short": "6h", "budget_pct": 10},
]


def slo_data(**keys: Any) -> dict[str, Any]:
    """Return one SLO with the defaults of the schema."""
    return {
        "name": "charge-availability", "service": "payments-api", "objective": 99.9, "sli": "errors",
        "span_kind": KINDS, "period": "30d", "min_errors": 3, "windows": WINDOWS, "page_for": "2m",
        "ticket_for": "15m", "labels": {}, **keys,
    }  # fmt: skip


def site_with_slo(*slos: dict[str, Any], **changes: Any) -> Site:
    """Return a site with these SLOs, by default one."""
    return site_with(slos=[slo_data(**slo) for slo in slos or ({},)], **changes)
