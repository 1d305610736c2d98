"""`trace_throughput_drop`: a service gets far fewer requests than some time before.

Both rates are one recorded series, read twice. A service that is gone has no rate, so it counts as zero while there is
something to compare with: the plain `r < 0.5 * (r offset 1h)` would fall silent when the last series vanishes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import throughput, timing
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases import drop, recorded
from ongrid_gen.alerts.conditions import (
    compare_to,
    drop_of,
    is_ongrid,
    operator_of,
    range_of,
    request_labels,
    request_matchers,
    service_of,
)
from ongrid_gen.alerts.links import Spans, trace_search
from ongrid_gen.alerts.names import service_group
from ongrid_gen.alerts.wording import (
    Say,
    annotations,
    as_templates,
    go_string,
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
from ongrid_gen.units import format_duration, plain

KIND: Final = "trace_throughput_drop"

NOW: Final = "(<< now >> or 0 * << before >>)"
FELL: Final = f"{NOW}\n  << operator >> << left >> * << before >>"
# With nothing before, nothing is no drop; without a minimum that must be said, or `<=` would compare 0 with 0.
ENOUGH: Final = "\nand << seconds >> * << before >> >= << fewest >>"
SOME: Final = "\nand << before >> > 0"
DROP: Final = f"100 * (1 - {NOW} / (<< before >> > 0))"
BY_OPERATION: Final = """\
topk(10, sum by (span_name) (rate(<< calls >>{<< of >>}[<< range >>] offset << ago >>))
  - (sum by (span_name) (rate(<< calls >>{<< of >>}[<< range >>]))
     or 0 * sum by (span_name) (rate(<< calls >>{<< of >>}[<< range >>] offset << ago >>))))"""


def group(alert: Alert) -> str:
    """Return the service's group."""
    return service_group(service_of(alert))


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return no bound: the alert counts."""
    del alert
    return []


def records(alert: Alert, site: Site) -> list[Record]:
    """Return the recorded rate."""
    return [throughput.record(alert, site)]


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
            annotations(alert, site, measured_template(alert, site), condition(alert, spoken), spoken,
                        traces(alert, site)),
        )
    ]  # fmt: skip


def values(alert: Alert, site: Site, shift: Decimal = Decimal(0)) -> dict[str, Any]:
    """Return what the expressions are filled with, as they were `shift` seconds ago."""
    return {
        "now": throughput.read(alert, site, shift),
        "before": throughput.read(alert, site, shift + compare_to(alert)),
        "operator": Code("<" if operator_of(alert) == ">" else "<="),
        "left": 1 - drop_of(alert),
        "seconds": alert.window,
        "fewest": int(alert.params["min_requests"]),
    }


def expr(alert: Alert, site: Site) -> str:
    """Return the expression; its value is the rate now."""
    guard = ENOUGH if alert.params["min_requests"] else SOME
    return fill(FELL + guard, **values(alert, site))


def labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return the static labels."""
    return {
        **own_labels(alert, site, request_labels(alert)),
        SERVICE: service_of(alert),
        AFFECTS: service_of(alert),
        **owner_label(site, alert.service),
    }


def traces(alert: Alert, site: Site) -> str:
    """Return the search for the requests that are left."""
    return trace_search(site, Spans(service_of(alert), alert.params.get("operation")))


def measured(alert: Alert, who: str, now: str, before: str, fell: str) -> str:
    """Return what was measured beside what is allowed."""
    limit = f"{plain(drop_of(alert) * 100)}%"
    allowed = f"up to {limit} allowed" if operator_of(alert) == ">" else f"less than {limit} allowed"
    ago = format_duration(compare_to(alert))
    return (
        f"{who}: {now} requests/s, {before} requests/s {ago} before, a drop of {fell}%; {allowed} ({range_of(alert)})"
    )


def measured_template(alert: Alert, site: Site) -> str:
    """Return that as a Go template. `query_offset` does not apply to its queries."""
    who = " ".join(f"{{{{ $labels.{label} }}}}" for label in request_labels(alert))
    filled = values(alert, site, site.alerting.query_offset)
    before, fell = asked(filled["before"]), asked(fill(DROP, **filled))
    return measured(alert, who, '{{ printf "%.4g" $value }}', before, fell)


def asked(query: str) -> str:
    """Return the value of a query as a Go template."""
    shown = '{{ printf "%.4g" (. | first | value) }}'
    return f"{{{{ with query {go_string(query)} }}}}{shown}{{{{ else }}}}unknown{{{{ end }}}}"


def condition(alert: Alert, say: Say) -> str:
    """Return when the alert fires, as a sentence, and below how many requests it does not."""
    limit = f"{plain(drop_of(alert) * 100)}%"
    much = f"more than {limit}" if operator_of(alert) == ">" else f"{limit} or more"
    ago, fewest = format_duration(compare_to(alert)), alert.params["min_requests"]
    guard = f" Quiet below {fewest} requests in the {range_of(alert)} before." if fewest else ""
    return (
        f"Fires when the requests of {requests_named(alert, say)} fall by {much} against {ago} before, "
        f"over {range_of(alert)}{held(alert)}.{guard}"
    )


def expected(alert: Alert, site: Site, now: float, before: float) -> dict[str, Any]:
    """Return the firing alert as promtool's tests spell it, at these rates."""
    text = measured(alert, requests_named(alert, str), f"{now:.4g}", f"{before:.4g}", f"{100 * (1 - now / before):.4g}")
    return {
        "exp_labels": {**request_labels(alert), **labels(alert, site)},
        "exp_annotations": annotations(alert, site, text, condition(alert, str), str, traces(alert, site)),
    }


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rule."""
    fell = drop.tests(alert, site, lambda now, before: expected(alert, site, now, before))
    return [*fell, *recorded.of_requests(throughput.record(alert, site), alert, site)]


def quiet(alert: Alert, site: Site) -> list[str]:
    """Return what keeps it quiet, a phrase each."""
    ago, fewest = format_duration(compare_to(alert)), alert.params["min_requests"]
    found = [f"no traffic {ago} before: nothing to compare with"]
    if fewest:
        found.append(f"fewer than {fewest} requests in the {range_of(alert)} before")
    found.append(f"a drop that lasts longer than {ago}: by then it is what is compared with")
    if not is_ongrid(site):
        found.append(f"spans that are no requests. {kinds_words(alert)}")
    if alert.for_:
        found.append(f"anything that is over before `for` ({format_duration(alert.for_)}) is")
    return found


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    return Explanation(
        condition(alert, str),
        list(request_labels(alert)),
        quiet(alert, site),
        timing.dropped(alert, site),
        over=timing.recovery(alert, site),
        onset="the last of many steady requests",
        ended="the rate is what it was",
        untimed="It can never fire: a drop is what is compared with before `for` is over.",
    )


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    filled = values(alert, site)
    ago = Code(format_duration(compare_to(alert)))
    of = request_matchers(alert, site)
    operations = fill(BY_OPERATION, calls=Code(CALLS), of=of, range=range_of(alert), ago=ago)
    return {
        "watched": markdown_escape(requests_named(alert, str)),
        "service": markdown_escape(service_of(alert)),
        "ago": ago,
        "now": filled["now"],
        "before": filled["before"],
        "drop": Code(fill(DROP, **filled)),
        "operations": Code(operations),
    }
