"""`trace_error_rate`: too many requests of a service fail.

A request failed when its span's status is ERROR. Only spans that are requests count: a client's span is ERROR on a 4xx
already (facts-rules R2).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import ratio, timing
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases.clock import Clock, clock_of
from ongrid_gen.alerts.cases.promtest import Phase, bad, counter, good, series
from ongrid_gen.alerts.cases.shares import Load
from ongrid_gen.alerts.cases.story import Drawn, Labels, Story
from ongrid_gen.alerts.cases.strangers import other_requests, request_parts
from ongrid_gen.alerts.conditions import (
    all_operations,
    exact_matchers,
    fewest_requests,
    identity,
    is_ongrid,
    operation_of,
    operator_of,
    range_of,
    request_labels,
    request_matchers,
    service_of,
    span_kinds_of,
    threshold_ratio,
    written,
)
from ongrid_gen.alerts.links import Spans, trace_search
from ongrid_gen.alerts.names import service_group
from ongrid_gen.alerts.wording import (
    Say,
    annotations,
    as_templates,
    kinds_words,
    own_labels,
    owner_label,
    per_cent,
    quiet_words,
    requests_named,
    spoken,
)
from ongrid_gen.conventions import AFFECTS, CALLS, ERROR_STATUS, SERVICE, SPAN_KIND, STATUS_CODE
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill, markdown_escape, promql_matcher

KIND: Final = "trace_error_rate"
FINE_STATUS: Final = "STATUS_CODE_UNSET"
PER_CENT_TEMPLATE: Final = '{{ printf "%.4g" $value }}%'  # Ongrid's expression is in per cent already

ONGRID_EXPR: Final = """\
100 * (
  sum by (service_name) (rate(<< calls >>{
    << of >>, << failed >>
  }[<< range >>]))
  / sum by (service_name) (rate(<< calls >>{
    << of >>
  }[<< range >>]))
) << operator >> << threshold >>"""
BY_OPERATION: Final = "topk(10, sum by (span_name) (rate(<< calls >>{<< of >>,<< failed >>}[<< range >>])))"
EVERY_SPAN: Final = "Spans of every kind count, so a failed call of the service's own does too."


def group(alert: Alert) -> str:
    """Return the service's group."""
    return service_group(service_of(alert))


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return no bound: the alert counts."""
    del alert
    return []


def records(alert: Alert, site: Site) -> list[Record]:
    """Return no recording: the rules read the series themselves."""
    del alert, site
    return []


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule."""
    return [
        Rule(
            alert.path,
            alert.name,
            ongrid_expr(alert, site) if is_ongrid(site) else ratio.expr(alert, selection(alert, site)),
            alert.for_,
            alert.keep_firing_for,
            as_templates(labels(alert, site)),
            annotations(alert, site, measured(alert, who_template(alert, site), reading_template(site)),
                        condition(alert, site, spoken), spoken, traces(alert, site)),
        )
    ]  # fmt: skip


def selection(alert: Alert, site: Site) -> ratio.Selection:
    """Return which series the alert divides."""
    of = request_matchers(alert, site)
    failed = Code(f"{of},{promql_matcher(STATUS_CODE, [ERROR_STATUS])}")
    return ratio.Selection(identity(alert), Code(f"{CALLS}{{{failed}}}"), Code(f"{CALLS}{{{of}}}"))


def ongrid_expr(alert: Alert, site: Site) -> str:
    """Return Ongrid's form: in per cent, every span kind, no guard."""
    of = Code(", ".join(exact_matchers(alert)))
    return fill(ONGRID_EXPR, **(values(alert, site) | {"of": of}))


def values(alert: Alert, site: Site) -> dict[str, Any]:
    """Return what the expressions are filled with."""
    return {
        "calls": Code(CALLS),
        "of": request_matchers(alert, site),
        "failed": promql_matcher(STATUS_CODE, [ERROR_STATUS]),
        "range": range_of(alert),
        "operator": Code(operator_of(alert)),
        "threshold": written(alert.params["threshold_pct"]),
    }


def kept_labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return the labels that come from the expression: Ongrid's keeps the service only."""
    own = request_labels(alert)
    return dict(list(own.items())[:1]) if is_ongrid(site) else own


def labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return the static labels."""
    kept = kept_labels(alert, site)
    rest = {label: value for label, value in request_labels(alert).items() if label not in kept}
    return {
        **own_labels(alert, site, kept),
        SERVICE: service_of(alert),
        AFFECTS: service_of(alert),
        **rest,
        **owner_label(site, alert.service),
    }


def traces(alert: Alert, site: Site) -> str:
    """Return the search for the failed requests."""
    return trace_search(site, Spans(service_of(alert), operation_of(alert), failed=True))


def who_template(alert: Alert, site: Site) -> str:
    """Return service and operation as a Go template."""
    if is_ongrid(site):
        return requests_named(alert, spoken)
    return " ".join(f"{{{{ $labels.{label} }}}}" for label in request_labels(alert))


def reading_template(site: Site) -> str:
    """Return the measured per cent as a Go template."""
    return PER_CENT_TEMPLATE if is_ongrid(site) else ratio.READING


def measured(alert: Alert, who: str, reading: str) -> str:
    """Return what was measured beside what is allowed."""
    return f"{who}: {reading} of requests fail, {ratio.allowed(alert)} ({range_of(alert)})"


def condition(alert: Alert, site: Site, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    return ratio.condition(alert, site, f"requests of {requests_named(alert, say)}")


def expected(alert: Alert, site: Site, share: Decimal) -> dict[str, Any]:
    """Return the firing alert as promtool's tests spell it, when this share of requests fails."""
    text = measured(alert, requests_named(alert, str), per_cent(float(share)))
    return {
        "exp_labels": {**kept_labels(alert, site), **labels(alert, site)},
        "exp_annotations": annotations(alert, site, text, condition(alert, site, str), str, traces(alert, site)),
    }


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rule."""
    clock = clock_of(alert, site)
    story = Story(
        alert=alert,
        clock=clock,
        tolerated=threshold_ratio(alert),
        fewest=fewest_requests(alert, site),
        at_threshold_fires=operator_of(alert) == ">=",
        is_exact=lambda load: is_exact(alert, site, clock, load),
        draw=lambda phases, changed: draw(alert, phases, changed),
        expected=lambda share, _: expected(alert, site, share) if ratio.plain_words(share) else None,
        strangers=other_requests(alert, site),
        parts=request_parts(alert),
    )
    return [*story.tests(), ratio.without_failures(story)]


def draw(alert: Alert, phases: Sequence[Phase], changed: Labels) -> Drawn:
    """Return the counters of fine and of failed requests."""
    own = {**request_labels(alert), SPAN_KIND: span_kinds_of(alert)[0], **changed}
    return [
        series(CALLS, {**own, STATUS_CODE: status}, counter(phases, pick))
        for status, pick in ((FINE_STATUS, good), (ERROR_STATUS, bad))
    ]


def is_exact(alert: Alert, site: Site, clock: Clock, load: Load) -> bool:
    """Tell whether the rates of this traffic divide to the threshold, to the last bit."""
    failed, fine = clock.rate(clock.grown * load.bad), clock.rate(clock.grown * load.good)
    share = failed / (fine + failed)
    if is_ongrid(site):
        return 100 * share == float(alert.params["threshold_pct"])
    return share == float(threshold_ratio(alert))


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    return Explanation(
        condition(alert, site, str),
        list(kept_labels(alert, site)),
        quiet_words(alert, site),
        timing.earliest(alert, site),
        timing.earliest(alert, site, fresh=True),
        timing.recovery(alert, site),
    )


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    chosen = selection(alert, site)
    return {
        "watched": markdown_escape(requests_named(alert, str)),
        "service": markdown_escape(service_of(alert)),
        "more_than": Code(ratio.bound(alert)),
        "counted": markdown_escape(EVERY_SPAN if is_ongrid(site) else kinds_words(alert)),
        "share": Code(ratio.share(alert, chosen)),
        "operations": Code(fill(BY_OPERATION, **(values(alert, site) | {"of": all_operations(alert, site)}))),
        "requests": Code(ratio.requests(alert, chosen)),
    }
