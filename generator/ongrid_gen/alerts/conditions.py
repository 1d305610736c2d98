"""An alert's conditions as exact numbers and PromQL matchers."""

import math
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.conventions import SERVICE_NAME, SPAN_KIND, SPAN_NAME
from ongrid_gen.model import Alert, Site
from ongrid_gen.text import Code, promql_matcher
from ongrid_gen.units import format_duration, parse_duration

QUANTILES: Final = {
    "p50": Decimal("0.5"),
    "p90": Decimal("0.9"),
    "p95": Decimal("0.95"),
    "p99": Decimal("0.99"),
    "p99.9": Decimal("0.999"),
}
SPAN_KINDS: Final = {
    "server": "SPAN_KIND_SERVER",
    "consumer": "SPAN_KIND_CONSUMER",
    "client": "SPAN_KIND_CLIENT",
    "producer": "SPAN_KIND_PRODUCER",
    "internal": "SPAN_KIND_INTERNAL",
}
REQUEST_KINDS: Final = ("server", "consumer")
FEWEST_REQUESTS: Final = 20
ONGRID: Final = "ongrid"
ALWAYS: Final = "always"


def number(value: Any) -> Decimal:
    """Return a number of the spec exactly as it was written there: 0.1 is one tenth."""
    return Decimal(str(value))


def written(value: Any) -> Code:
    """Return a number with the digits of the spec, trailing zeros too: 1.0 stays `1.0`."""
    return Code(format(number(value), "f"))


def range_of(alert: Alert) -> Code:
    """Return the alert's window as PromQL spells it."""
    return Code(format_duration(alert.window))


def is_ongrid(site: Site) -> bool:
    """Tell whether the site wants the expressions that Ongrid itself evaluates."""
    return site.alerting.style == ONGRID


def service_of(alert: Alert) -> str:
    """Return the service of an alert that must have one."""
    if alert.service is None:
        raise ValueError(f"alert {alert.name!r} of kind {alert.kind} needs a service")
    return alert.service


def operation_of(alert: Alert) -> str | None:
    """Return the span name that the alert is limited to, if it is."""
    operation: str | None = alert.params.get("operation")
    return operation


def span_kinds_of(alert: Alert) -> list[str]:
    """Return the values of the label `span_kind` that count as requests."""
    return [SPAN_KINDS[kind] for kind in alert.params.get("span_kind", REQUEST_KINDS)]


def request_labels(alert: Alert) -> dict[str, str]:
    """Return the labels that one series of the alert's requests has for certain."""
    operation = operation_of(alert)
    return {SERVICE_NAME: service_of(alert), **({} if operation is None else {SPAN_NAME: operation})}


def exact_matchers(alert: Alert) -> list[Code]:
    """Return the matchers of the service and, if the alert names one, the operation."""
    return [promql_matcher(label, [value]) for label, value in request_labels(alert).items()]


def request_matchers(alert: Alert, site: Site) -> Code:
    """Return the matchers that select the alert's requests, without braces. Ongrid's count spans of every kind."""
    return Code(",".join([*exact_matchers(alert), *kind_matchers(alert, site)]))


def all_operations(alert: Alert, site: Site) -> Code:
    """Return the matchers that select all requests of the alert's service, without braces."""
    return Code(",".join([*exact_matchers(alert)[:1], *kind_matchers(alert, site)]))


def kind_matchers(alert: Alert, site: Site) -> list[Code]:
    """Return the matcher of the kinds of spans that are requests."""
    return [] if is_ongrid(site) else [promql_matcher(SPAN_KIND, span_kinds_of(alert))]


def identity(alert: Alert) -> Code:
    """Return the labels that the alert keeps, for `by ()`."""
    return Code(", ".join(request_labels(alert)))


def quantile_of(alert: Alert) -> Decimal:
    """Return the share of requests that must be fast enough. KeyError if the spec names no known quantile."""
    return QUANTILES[alert.params["quantile"]]


def threshold_seconds(alert: Alert) -> Decimal:
    """Return the threshold of a latency alert, in seconds."""
    return number(alert.params["threshold_ms"]) / 1000


def threshold_ratio(alert: Alert) -> Decimal:
    """Return the threshold of an error alert as a ratio, whichever way the spec says it."""
    if "threshold_ratio" in alert.params:
        return number(alert.params["threshold_ratio"])
    return number(alert.params["threshold_pct"]) / 100


def operator_of(alert: Alert) -> str:
    """Return `>` or `>=`."""
    operator: str = alert.params.get("operator", ">")
    return operator


def expectation(alert: Alert) -> str:
    """Return whether a service must `always` have requests, or only `after_seen` with some."""
    expect: str = alert.params["expect"]
    return expect


def seen_within(alert: Alert) -> Decimal:
    """Return how far back a service that had requests counts as seen, in seconds."""
    return parse_duration(alert.params["seen_within"])


def drop_of(alert: Alert) -> Decimal:
    """Return the share of the requests that may be missing."""
    return number(alert.params["drop_pct"]) / 100


def compare_to(alert: Alert) -> Decimal:
    """Return how long before now the requests are compared with, in seconds."""
    return parse_duration(alert.params["compare_to"])


def tolerated_share(alert: Alert) -> Decimal:
    """Return the share of requests that may be bad: too slow or failed."""
    return 1 - quantile_of(alert) if "quantile" in alert.params else threshold_ratio(alert)


def fewest_requests(alert: Alert, site: Site) -> int:
    """Return how many requests the window must hold; 0 is no minimum. Ongrid's expressions have none."""
    return 0 if is_ongrid(site) else min_requests(alert)


def min_requests(alert: Alert) -> int:
    """Return the guard that the spec asks for; by default so many that one bad request alone is not over the
    threshold, and never less than 20.
    """
    asked = alert.params.get("min_requests")
    if asked is not None:
        return int(asked)
    return max(FEWEST_REQUESTS, math.ceil(1 / tolerated_share(alert)))
