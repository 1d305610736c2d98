"""OG052: a matcher of a route or an inhibition finds alerts that exist."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.alerts import KINDS
from ongrid_gen.bundle.exposed import span_series
from ongrid_gen.bundle.network import is_alertmanager
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import Matcher, matchers, routes
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.conventions import (
    AFFECTS,
    BURN_KIND,
    CLIENT,
    KIND,
    SELF_KIND,
    SERVER,
    SERVICE,
    SERVICE_NAME,
    SLO,
    SPAN_KIND,
    SPAN_NAME,
    STATUS_CODE,
    TIER,
)
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.series import as_label
from ongrid_gen.slos.names import ALERTS

CODE: Final = "OG052"
EVERYTHING: Final = "..."
# Labels of alerts that a bundle need not have, kinds and tiers: the inhibitions of every bundle speak of them.
LABELS: Final = frozenset(
    {
        "job", "instance", "alertname", SERVICE, SERVICE_NAME, SPAN_NAME, SPAN_KIND, STATUS_CODE, CLIENT, SERVER, SLO,
        TIER, AFFECTS,
    }
)  # fmt: skip
VALUES: Final = {KIND: frozenset({*KINDS, BURN_KIND, SELF_KIND}), TIER: frozenset(ALERTS)}


def check(wiring: Wiring) -> Iterator[Problem]:
    """A matcher that no alert can have is a misspelling: what it was meant for goes elsewhere, or is never muted."""
    series = span_series(wiring)
    known = {label for alert in wiring.alerts for label in alert.labels} | LABELS
    known |= set(map(as_label, series.dimensions)) if series is not None else set()
    for service in wiring.running(is_alertmanager):
        for path, conditions in asked(service.settings, service.config):
            for one in matchers(conditions, path):
                if one.is_positive:
                    yield from found(one, known, wiring)
        for path, labels in compared(service.settings, service.config):
            for index, label in items(labels):
                if isinstance(label, str) and label not in known and label != EVERYTHING:
                    yield Problem(CODE, (*path, index), f"no alert has the label `{label}`",
                                  did_you_mean(label, sorted(known)), Severity.WARNING)  # fmt: skip


def asked(data: Any, file: str) -> Iterator[tuple[Path, Any]]:
    """Yield every list of matchers."""
    for route, path in routes(data["route"], (file, "route")):
        yield (*path, "matchers"), dig(route, "matchers")
    for index, rule in items(data.get("inhibit_rules")):
        for key in ("source_matchers", "target_matchers"):
            yield (file, "inhibit_rules", index, key), dig(rule, key)


def compared(data: Any, file: str) -> Iterator[tuple[Path, Any]]:
    """Yield every list of labels by which alerts are put together or compared."""
    for route, path in routes(data["route"], (file, "route")):
        yield (*path, "group_by"), dig(route, "group_by")
    for index, rule in items(data.get("inhibit_rules")):
        yield (file, "inhibit_rules", index, "equal"), dig(rule, "equal")


def found(one: Matcher, known: set[str], wiring: Wiring) -> Iterator[Problem]:
    """Yield why a matcher finds nothing."""
    if one.label not in known:
        yield Problem(CODE, one.path, f"no alert has the label `{one.label}`", did_you_mean(one.label, sorted(known)),
                      Severity.WARNING)  # fmt: skip
        return
    values = {alert.labels[one.label] for alert in wiring.alerts if one.label in alert.labels}
    values |= VALUES.get(one.label, frozenset()) if values else frozenset()
    told = sorted(value for value in values if value is not None)
    if values and None not in values and not any(map(one.fits, told)):
        message = f'no alert has `{one.label}{one.sign}"{one.value}"`'
        yield Problem(CODE, one.path, message, did_you_mean(one.value, told), Severity.WARNING)
