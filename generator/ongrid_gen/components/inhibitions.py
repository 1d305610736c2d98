"""Which alerts keep which others quiet: one cause, one notification.

A label that both sides lack is equal for Alertmanager. It is not for us: every target must have the labels it shares
with its source. The alert that always fires keeps nothing quiet and is kept quiet by nothing.
"""

from typing import Any, Final

from ongrid_gen.components.routes import matchers
from ongrid_gen.conventions import AFFECTS, BURN_KIND, KIND, SELF_KIND, SEVERITY, SITE, SLO, TIER, WATCHDOG
from ongrid_gen.model import Site
from ongrid_gen.routing import ALERTNAME
from ongrid_gen.text import promql_string

Rule = dict[str, Any]

DEPENDENCY: Final = "service_dependency_error_rate"
LATENCY: Final = "trace_latency"
NOT_THE_WATCHDOG: Final = f"{ALERTNAME}!={promql_string(WATCHDOG)}"
# Every kind that is blind, or takes silence for a failure, while the way of the spans is broken.
FROM_SPANS: Final = f'{KIND}=~"trace_.*|{DEPENDENCY}|{BURN_KIND}"'


def rules(site: Site) -> list[Rule]:
    """Return the inhibitions: the stack's own, then those of the spec."""
    own = [
        # one dead Tempo must not page for every service
        inhibition(matchers({KIND: SELF_KIND, SEVERITY: "critical"}), [FROM_SPANS], [SITE]),
        # the caller is slow because what it calls fails
        inhibition(matchers({KIND: DEPENDENCY}), matchers({KIND: LATENCY}), [AFFECTS, SITE]),
        # who is paged needs no ticket
        inhibition(matchers({KIND: BURN_KIND, TIER: "page"}), matchers({KIND: BURN_KIND, TIER: "ticket"}), [SLO, SITE]),
    ]
    theirs = [inhibition(matchers(one.source), matchers(one.target), list(one.equal)) for one in site.notify.inhibit]
    return [*own, *theirs]


def inhibition(source: list[str], target: list[str], equal: list[str]) -> Rule:
    """Return one inhibition as Alertmanager reads it."""
    shared = [f'{label}=~".+"' for label in equal]
    return {
        "source_matchers": [*source, NOT_THE_WATCHDOG],
        "target_matchers": [*target, *shared, NOT_THE_WATCHDOG],
        **({"equal": equal} if equal else {}),
    }
