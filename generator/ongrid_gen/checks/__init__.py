"""Stage 5: the contracts. One module a check; a new one is a line here."""

from typing import Final

from ongrid_gen.checks import (
    aliases,
    batch_fits_queue,
    burst_lasts,
    dialect_can,
    drill_can_fire,
    drill_expects,
    fires_on_purpose,
    free_labels,
    kept_long_enough,
    known_channel,
    known_label,
    known_metric,
    known_past,
    known_service,
    listed_operation,
    memory_floor,
    metric_window,
    own_dimension,
    own_job,
    own_port,
    own_rule_name,
    pinned_bound,
    public_listen,
    reachable_bound,
    reaches_someone,
    sound_expression,
    window_floor,
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
    pinned_bound,
    reachable_bound,
    burst_lasts,
    known_past,
    sound_expression,
    fires_on_purpose,
    kept_long_enough,
    known_metric,
    known_label,
    metric_window,
    own_job,
)


def run_checks(site: Site) -> list[Problem]:
    """Return the problems of all checks, in the order of CHECKS."""
    return [problem for check in CHECKS for problem in check.check(site)]
