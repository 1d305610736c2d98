"""Names that an SLO's rules, files and alerts bear."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.names import SLO_PREFIX
from ongrid_gen.conventions import RUNBOOKS
from ongrid_gen.model import Slo
from ongrid_gen.slos.burn import PAGE, TICKET
from ongrid_gen.units import format_duration

ALERTS: Final = {PAGE: "SLOBurnRatePage", TICKET: "SLOBurnRateTicket"}
SEVERITIES: Final = {PAGE: "critical", TICKET: "warning"}
ABSENT: Final = "SLOTrafficAbsent"
BOUND_MISSING: Final = "SLOBoundMissing"
TIER_MARK: Final = "/"
RULE_NAMES: Final = (*ALERTS.values(), ABSENT, BOUND_MISSING)
# The value of `kind` on the alert about missing traffic: that of the alert kind which asks the same.
ABSENT_KIND: Final = "trace_absent"


def drilled(slo: Slo, tier: str) -> str:
    """Return how a drill calls a tier of an SLO."""
    return f"{slo.name}{TIER_MARK}{tier}"


def group(slo: Slo) -> str:
    """Return the name of an SLO's group of rules, and of its files."""
    return f"{SLO_PREFIX}{slo.name}"


def long_group(slo: Slo) -> str:
    """Return the name of the group that sums up long windows."""
    return f"{group(slo)}-long"


def budget_group(slo: Slo) -> str:
    """Return the name of the group that reckons the budget."""
    return f"{group(slo)}-budget"


def runbook_path(slo: Slo) -> str:
    """Return the path of an SLO's runbook inside the bundle."""
    return f"{RUNBOOKS}/{group(slo)}.md"


def errors(window: Decimal) -> str:
    """Return the record of bad requests a second."""
    return f"slo:sli_errors:rate{format_duration(window)}"


def total(window: Decimal) -> str:
    """Return the record of all requests a second."""
    return f"slo:sli_total:rate{format_duration(window)}"


def ratio(window: Decimal) -> str:
    """Return the record of the share of bad requests."""
    return f"slo:sli_error:ratio_rate{format_duration(window)}"


def errors_counted(window: Decimal) -> str:
    """Return the record of the number of bad requests."""
    return f"slo:sli_errors:increase{format_duration(window)}"


def total_counted(window: Decimal) -> str:
    """Return the record of the number of all requests."""
    return f"slo:sli_total:increase{format_duration(window)}"


def budget_left(slo: Slo) -> str:
    """Return the record of the share of the budget that is left."""
    return f"slo:error_budget_remaining:ratio_{format_duration(slo.period)}"
