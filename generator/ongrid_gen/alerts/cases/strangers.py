"""Requests that an alert must not mind: of other services, other operations, other kinds of span."""

from typing import Final

from ongrid_gen.alerts.conditions import (
    SPAN_KINDS,
    is_ongrid,
    operation_of,
    service_of,
    span_kinds_of,
)
from ongrid_gen.conventions import GENERATOR, SERVICE_NAME, SPAN_KIND, SPAN_NAME
from ongrid_gen.model import Alert, Site

OTHER_SERVICE: Final = "another service is bad"


def other_requests(alert: Alert, site: Site) -> dict[str, dict[str, str]]:
    """Return the labels that make requests somebody else's, by what is then said of them."""
    found = {OTHER_SERVICE: {SERVICE_NAME: f"{service_of(alert)}-2"}}
    operation = operation_of(alert)
    if operation is not None:
        found["another operation is bad"] = {SPAN_NAME: f"{operation}/2"}
    kind = next((kind for kind in reversed(SPAN_KINDS.values()) if kind not in span_kinds_of(alert)), None)
    if kind is not None and not is_ongrid(site):
        found[f"only spans of {kind} are bad"] = {SPAN_KIND: kind}
    return found


def request_parts(alert: Alert) -> list[dict[str, str]]:
    """Return labels of series that together are the alert's requests: of every kind of span, from two generators."""
    kinds = span_kinds_of(alert)
    several = kinds if len(kinds) > 1 else kinds * 2
    return [{SPAN_KIND: kind, GENERATOR: f"tempo-{number}"} for number, kind in enumerate(several)]
