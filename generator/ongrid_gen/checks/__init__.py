"""Stage 5: the contracts. One module a check; a new one is a line here."""

from typing import Final

from ongrid_gen.checks import (
    aliases,
    batch_fits_queue,
    burn_above_budget,
    burn_can_fire,
    burn_windows,
    burst_lasts,
    dialect_can,
    drill_can_fire,
    drill_expects,
    encrypted_password,
    finds_alerts,
    free_labels,
    known_channel,
    known_past,
    known_service,
    listed_operation,
    memory_floor,
    narrow_inhibition,
    own_dimension,
    own_port,
    own_rule_name,
    pinned_bound,
    public_listen,
    reachable_bound,
    reaches_someone,
    series_fit,
    slo_period,
    slo_threshold,
    window_floor,
    window_length,
    window_overlap,
    within_budget,
)
from ongrid_gen.checks.base import Check
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CHECKS: Final[tuple[Check, ...]] = (
    known_service,
    window_floor,
    own_dimension,
    reaches_someone,
    dialect_can,
    listed_operation,
    known_channel,
    aliases,
    drill_expects,
    drill_can_fire,
    batch_fits_queue,
    own_port,
    own_rule_name,
    public_listen,
    memory_floor,
    free_labels,
    narrow_inhibition,
    finds_alerts,
    window_length,
    window_overlap,
    encrypted_password,
    pinned_bound,
    reachable_bound,
    burst_lasts,
    known_past,
    series_fit,
    within_budget,
    burn_can_fire,
    burn_above_budget,
    slo_threshold,
    burn_windows,
    slo_period,
)


def run_checks(site: Site) -> list[Problem]:
    """Return the problems of all checks, in the order of CHECKS."""
    return [problem for check in CHECKS for problem in check.check(site)]
