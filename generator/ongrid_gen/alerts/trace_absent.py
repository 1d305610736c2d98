"""`trace_absent`: a service gets no requests any more, or never did.

`sum(rate(…)) or vector(0)` is 0 while the counters stand still and when they are gone, with the same labels: one alert
from the first to the last, and `for` runs on (facts-rules R15). All labels are static, as there is no series to keep
them from.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import throughput, timing
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases import absence, recorded
from ongrid_gen.alerts.conditions import (
    ALWAYS,
    expectation,
    is_ongrid,
    range_of,
    request_labels,
    request_matchers,
    seen_within,
    service_of,
)
from ongrid_gen.alerts.links import Spans, trace_search
from ongrid_gen.alerts.names import service_group
from ongrid_gen.alerts.wording import (
    Say,
    annotations,
    as_templates,
    held,
    kinds_words,
    own_labels,
    owner_label,
    requests_named,
    spoken,
)
from ongrid_gen.conventions import AFFECTS, CALLS, SERVICE
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill, markdown_escape
from ongrid_gen.units import format_duration

KIND: Final = "trace_absent"

NOTHING: Final = "(sum(rate(<< calls >>{<< of >>}[<< range >>])) or vector(0)) == 0"
SEEN: Final = "\nand on () (max_over_time(<< rate >>[<< within >>]) > 0)"
REQUESTS: Final = "sum(rate(<< calls >>{<< of >>}[<< range >>]))"
EVERY_SERVICE: Final = "sum by (service_name) (rate(<< calls >>[<< range >>]))"


def group(alert: Alert) -> str:
    """Return the service's group."""
    return service_group(service_of(alert))


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return no bound: the alert counts."""
    del alert
    return []


def records(alert: Alert, site: Site) -> list[Record]:
    """Return the recorded rate, where the past decides."""
    return [] if expectation(alert) == ALWAYS else [throughput.record(alert, site)]


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    return [
        Rule(
            alert.path,
            alert.name,
            expr(alert, site),
            alert.for_,
            alert.keep_firing_for,
            as_templates(labels(alert, site)),
            told(alert, site, spoken),
        )
    ]


def values(alert: Alert, site: Site) -> dict[str, Any]:
    """Return what the expressions are filled with."""
    return {"calls": Code(CALLS), "of": request_matchers(alert, site), "range": range_of(alert)}


def expr(alert: Alert, site: Site) -> str:
    """Return the expression."""
    nothing = fill(NOTHING, **values(alert, site))
    if expectation(alert) == ALWAYS:
        return nothing
    within = Code(format_duration(seen_within(alert)))
    return nothing + fill(SEEN, rate=throughput.read(alert, site), within=within)


def labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return the labels, all of them static."""
    return {
        **own_labels(alert, site, []),
        **request_labels(alert),
        SERVICE: service_of(alert),
        AFFECTS: service_of(alert),
        **owner_label(site, alert.service),
    }


def told(alert: Alert, site: Site, say: Say) -> dict[str, str]:
    """Return the annotations."""
    measured = f"{requests_named(alert, say)}: 0 requests/s, more than 0 wanted ({range_of(alert)})"
    search = trace_search(site, Spans(alert.service, alert.params.get("operation")))
    return annotations(alert, site, measured, condition(alert, say), say, search)


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    seen = "" if expectation(alert) == ALWAYS else f", if it had some within {format_duration(seen_within(alert))}"
    return f"Fires when {requests_named(alert, say)} has no requests, over {range_of(alert)}{held(alert)}{seen}."


def expected(alert: Alert, site: Site) -> dict[str, Any]:
    """Return the firing alert as promtool's tests spell it."""
    return {"exp_labels": labels(alert, site), "exp_annotations": told(alert, site, str)}


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rule."""
    found = absence.tests(alert, site, records(alert, site), expected(alert, site))
    return [*found, *(test for record in records(alert, site) for test in recorded.of_requests(record, alert, site))]


def quiet(alert: Alert, site: Site) -> list[str]:
    """Return what keeps it quiet, a phrase each."""
    found = [f"a single request in {range_of(alert)}"]
    if expectation(alert) == ALWAYS:
        found.append("nothing else: a service that never had a request fires too")
    else:
        found.append(f"no request within {format_duration(seen_within(alert))}: then nobody expects one")
    if not is_ongrid(site):
        found.append(f"nothing of what other spans do. {kinds_words(alert)}")
    return found


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    return Explanation(
        condition(alert, str),
        [],
        quiet(alert, site),
        timing.silence(alert, site),
        over=timing.returned(alert, site),
        onset="the last request",
        ended="the first new request",
    )


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    filled = values(alert, site)
    return {
        "watched": markdown_escape(requests_named(alert, str)),
        "service": markdown_escape(service_of(alert)),
        "range": range_of(alert),
        "requests": Code(fill(REQUESTS, **filled)),
        "every_service": Code(fill(EVERY_SERVICE, **filled)),
    }
