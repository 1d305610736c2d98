"""`trace_latency`: too many requests take longer than the threshold.

The expression compares the share of fast enough requests with the quantile. That is exact, because `bounds` makes the
threshold a bucket bound; a quantile read from buckets is interpolated (facts-rules R3, R4).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import timing
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.bounds import neighbours, of_threshold, site_bounds
from ongrid_gen.alerts.cases import latency as latency_cases
from ongrid_gen.alerts.conditions import (
    all_operations,
    exact_matchers,
    identity,
    is_ongrid,
    min_requests,
    operation_of,
    operator_of,
    quantile_of,
    range_of,
    request_labels,
    request_matchers,
    service_of,
    threshold_seconds,
    written,
)
from ongrid_gen.alerts.links import Spans, trace_search
from ongrid_gen.alerts.names import service_group
from ongrid_gen.alerts.wording import (
    Say,
    annotations,
    as_templates,
    go_string,
    guard,
    held,
    own_labels,
    owner_label,
    quiet_words,
    requests_named,
    spoken,
)
from ongrid_gen.conventions import AFFECTS, LATENCY_BUCKET, SERVICE, SERVICE_NAME, SEVERITY
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill, markdown_escape, promql_matcher, promql_string
from ongrid_gen.units import format_duration, plain

KIND: Final = "trace_latency"

RATIO: Final = """\
(
  sum by (<< by >>) (rate(<< bucket >>{<< of >>,le=<< bound >>}[<< range >>]))
    / (sum by (<< by >>) (rate(<< bucket >>{<< of >>,le="+Inf"}[<< range >>])) > 0)
) << operator >> << quantile >>"""
ENOUGH: Final = """
and sum by (<< by >>) (increase(<< bucket >>{<< of >>,le="+Inf"}[<< range >>])) >= << fewest >>"""
# R6: after a restart that adds the bound, the total still holds older requests, the bound does not.
ROLLOUT: Final = """
unless on () (
  << bucket >>{<< service >>,le="+Inf"} offset << range >>
  unless on () << bucket >>{<< service >>,le=<< bound >>} offset << range >>
)"""
# Byte for byte what Ongrid evaluates. Its quantile is interpolated, so it too relies on the bound being there.
ONGRID_EXPR: Final = """\
histogram_quantile(
  << quantile >>,
  sum by (le) (rate(<< bucket >>{
    << of >>
  }[<< range >>]))
) * 1000 << operator >> << threshold >>"""
# R5: without the bound the ratio is empty, which looks like good news.
BOUND_MISSING: Final = """\
(sum by (service_name) (rate(<< bucket >>{<< service >>,le="+Inf"}[<< range >>])) > 0)
unless on () << bucket >>{<< service >>,le=<< bound >>}"""
MISSING_SUFFIX: Final = "BoundMissing"
MISSING_WINDOW: Final = Decimal(300)
MISSING_FOR: Final = Decimal(300)
QUANTILE: Final = (
    "histogram_quantile(<< quantile >>, sum by (le) (rate(<< bucket >>{<< of >>}[<< range >>]<< shift >>)))"
)

# What the runbook asks.
BY_OPERATION: Final = """\
topk(10, 1000 * histogram_quantile(<< quantile >>,
  sum by (le, span_name) (rate(<< bucket >>{<< of >>}[<< range >>]))))"""
METHOD: Final = "The expression counts them: the threshold is a bucket bound, so nothing is estimated."
ONGRID_METHOD: Final = (
    "The expression is Ongrid's: it reads the quantile from buckets, and is right about the threshold because "
    "that is a bucket bound."
)
REQUESTS: Final = 'sum by (<< by >>) (rate(<< bucket >>{<< of >>,le="+Inf"}[<< range >>]))'
BOUNDS: Final = "group by (le) (<< bucket >>{<< service >>})"


def group(alert: Alert) -> str:
    """Return the service's group."""
    return service_group(service_of(alert))


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return the threshold, and a bound above it if it is Tempo's last."""
    return of_threshold(threshold_seconds(alert))


def records(alert: Alert, site: Site) -> list[Record]:
    """Return no recording: the rules read the series themselves."""
    del alert, site
    return []


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the alert, and the one that fires when its bucket bound does not exist."""
    return [main_rule(alert, site), missing_rule(alert, site)]


def main_rule(alert: Alert, site: Site) -> Rule:
    """Return the rule that watches the requests."""
    return Rule(
        alert.path,
        alert.name,
        ongrid_expr(alert, site) if is_ongrid(site) else guarded_expr(alert, site),
        alert.for_,
        alert.keep_firing_for,
        as_templates(labels(alert, site)),
        annotations(alert, site, measured(alert, who_template(alert, site), reading_template(alert, site)),
                    condition(alert, site, spoken), spoken, traces(alert, site)),
    )  # fmt: skip


def values(alert: Alert, site: Site) -> dict[str, Any]:
    """Return what the expressions are filled with."""
    return {
        "bucket": Code(LATENCY_BUCKET),
        "by": identity(alert),
        "of": request_matchers(alert, site),
        "service": promql_matcher(SERVICE_NAME, [service_of(alert)]),
        "bound": promql_string(plain(threshold_seconds(alert))),
        "range": range_of(alert),
        "quantile": quantile_of(alert),
        "operator": Code("<" if operator_of(alert) == ">" else "<="),
        "fewest": min_requests(alert),
    }


def guarded_expr(alert: Alert, site: Site) -> str:
    """Return the exact form, with its guards."""
    return fill(RATIO + (ENOUGH if min_requests(alert) else "") + ROLLOUT, **values(alert, site))


def ongrid_expr(alert: Alert, site: Site) -> str:
    """Return Ongrid's form: the quantile in milliseconds, every span kind, no guard."""
    of, threshold = Code(", ".join(exact_matchers(alert))), written(alert.params["threshold_ms"])
    return fill(
        ONGRID_EXPR, **(values(alert, site) | {"of": of, "operator": Code(operator_of(alert)), "threshold": threshold})
    )


def missing_range(site: Site) -> Decimal:
    """Return the window in which a request counts as traffic: short, as idle series vanish after 15 minutes."""
    return max(MISSING_WINDOW, 4 * site.metrics.interval, 61 + site.metrics.interval + site.alerting.interval)


def missing_name(alert: Alert) -> str:
    """Return the name of the rule that watches the bound."""
    return f"{alert.name}{MISSING_SUFFIX}"


def missing_rule(alert: Alert, site: Site) -> Rule:
    """Return the rule that fires when requests are counted but the bound is not there."""
    window = Code(format_duration(missing_range(site)))
    return Rule(
        alert.path,
        missing_name(alert),
        fill(BOUND_MISSING, **(values(alert, site) | {"range": window})),
        MISSING_FOR,
        Decimal(0),
        as_templates(missing_labels(alert, site)),
        missing_annotations(alert, site, spoken),
    )


def missing_labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return its labels: those of the alert, as a warning."""
    return {**own_labels(alert, site, [SERVICE_NAME]), SERVICE: service_of(alert), SEVERITY: "warning",
            **owner_label(site, alert.service)}  # fmt: skip


def missing_annotations(alert: Alert, site: Site, say: Say) -> dict[str, str]:
    """Return its annotations."""
    bound = plain(threshold_seconds(alert))
    return {
        "summary": f"{say(service_of(alert))}: {say(alert.name)} is blind, no histogram bucket ends at {bound} s",
        "description": f"Tempo counts requests of {say(service_of(alert))}, but without the bucket bound {bound} "
        "(seconds) in metrics_generator.processor.span_metrics.histogram_buckets. Apply the rendered tempo.yaml "
        "and restart Tempo.",
        "runbook": annotations(alert, site, "", "", say)["runbook"],
    }


def labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return the static labels; Ongrid's expression keeps none of its own, so they say all."""
    own = request_labels(alert)
    known = {} if is_ongrid(site) else own
    return {
        **own_labels(alert, site, known),
        SERVICE: service_of(alert),
        AFFECTS: service_of(alert),
        **({} if known else own),
        **owner_label(site, alert.service),
    }


def traces(alert: Alert, site: Site) -> str:
    """Return the search for the slow requests."""
    return trace_search(site, Spans(service_of(alert), operation_of(alert), slower_than=threshold_seconds(alert)))


def who_template(alert: Alert, site: Site) -> str:
    """Return service and operation as a Go template."""
    if is_ongrid(site):
        return requests_named(alert, spoken)
    return " ".join(f"{{{{ $labels.{label} }}}}" for label in request_labels(alert))


def measured(alert: Alert, who: str, reading: str) -> str:
    """Return what was read beside what is allowed."""
    limit = f"{written(alert.params['threshold_ms'])} ms"
    allowed = f"more than {limit} allowed" if operator_of(alert) == ">" else f"less than {limit} wanted"
    return f"{who}: {alert.params['quantile']} is {reading}, {allowed} ({range_of(alert)})"


def decimals(alert: Alert) -> int:
    """Return how many decimals of a millisecond are worth reading."""
    return 0 if threshold_seconds(alert) >= Decimal("0.01") else 2


def last_reading(site: Site) -> str:
    """Return the milliseconds from which on the quantile is only known to be more.

    A little less than the last bound, as the product of two floating-point numbers may be. With a decimal point: Go's
    `ge` does not compare a float with an integer.
    """
    return f"{site_bounds(site)[-1] * 1000 * Decimal('0.9999'):.1f}"


def reading_template(alert: Alert, site: Site) -> str:
    """Return the quantile in milliseconds as a Go template.

    The rule's own value is a ratio (guarded form), so the template asks for the quantile. `query_offset` does not
    apply to it; NaN and 0 fall through the filter.
    """
    shown = (
        f"{{{{ if ge $ms {last_reading(site)} }}}}at least{{{{ else }}}}about{{{{ end }}}} "
        f'{{{{ printf "%.{decimals(alert)}f" $ms }}}} ms'
    )
    if is_ongrid(site):
        return f"{{{{ $ms := $value }}}}{shown}"
    query = go_string(f"1000 * {quantile_query(alert, site, site.alerting.query_offset)} > 0")
    return f"{{{{ with query {query} }}}}{{{{ $ms := . | first | value }}}}{shown}{{{{ else }}}}unknown{{{{ end }}}}"


def reading(alert: Alert, site: Site, milliseconds: float) -> str:
    """Return what that template renders to."""
    word = "at least" if milliseconds >= float(last_reading(site)) else "about"
    return f"{word} {milliseconds:.{decimals(alert)}f} ms"


def quantile_query(alert: Alert, site: Site, shift: Decimal = Decimal(0)) -> str:
    """Return the query of the quantile in seconds, as it was `shift` seconds ago."""
    offset = Code(f" offset {format_duration(shift)}" if shift else "")
    return fill(QUANTILE, **(values(alert, site) | {"shift": offset}))


def condition(alert: Alert, site: Site, say: Say) -> str:
    """Return when the alert fires, as a sentence, and below how many requests it does not."""
    limit = f"{written(alert.params['threshold_ms'])} ms"
    slow = f"above {limit}" if operator_of(alert) == ">" else f"{limit} or more"
    return (
        f"Fires when {alert.params['quantile']} of {requests_named(alert, say)} is {slow}, "
        f"over {range_of(alert)}{held(alert)}.{guard(alert, site)}"
    )


def expected(alert: Alert, site: Site, milliseconds: float) -> dict[str, Any]:
    """Return the firing alert as promtool's tests spell it, when the quantile reads so many milliseconds."""
    text = measured(alert, requests_named(alert, str), reading(alert, site, milliseconds))
    return {
        "exp_labels": {**request_labels(alert), **labels(alert, site)},
        "exp_annotations": annotations(alert, site, text, condition(alert, site, str), str, traces(alert, site)),
    }


def expected_missing(alert: Alert, site: Site) -> dict[str, Any]:
    """Return the alert about the missing bound as promtool's tests spell it."""
    return {
        "exp_labels": {SERVICE_NAME: service_of(alert), **missing_labels(alert, site)},
        "exp_annotations": missing_annotations(alert, site, str),
    }


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rules."""
    subject = latency_cases.Subject(
        alert=alert,
        site=site,
        bounds=site_bounds(site),
        missing_name=missing_name(alert),
        missing=expected_missing(alert, site),
        missing_range=missing_range(site),
        missing_for=MISSING_FOR,
        expected=lambda milliseconds: expected(alert, site, milliseconds),
    )
    return latency_cases.tests(subject)


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    tolerated = plain((1 - quantile_of(alert)) * 100)
    quiet = [
        f"{'up to' if operator_of(alert) == '>' else 'less than'} {tolerated}% of the requests may be slower",
        *quiet_words(alert, site),
        *([] if is_ongrid(site) else [f"a new bucket bound: for {range_of(alert)} after Tempo learned it"]),
    ]
    kept = [] if is_ongrid(site) else list(request_labels(alert))
    return Explanation(
        condition(alert, site, str),
        kept,
        quiet,
        timing.earliest(alert, site),
        timing.earliest(alert, site, fresh=True),
        timing.recovery(alert, site),
    )


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    filled = values(alert, site)
    below, above = neighbours(site_bounds(site), threshold_seconds(alert))
    return {
        "watched": markdown_escape(requests_named(alert, str)),
        "service": markdown_escape(service_of(alert)),
        "method": Code(ONGRID_METHOD if is_ongrid(site) else METHOD),
        "tolerated": (1 - quantile_of(alert)) * 100,
        "threshold": written(alert.params["threshold_ms"]),
        "bound": threshold_seconds(alert),
        "below": below,
        "above": above,
        "missing": markdown_escape(missing_name(alert)),
        "quantile": Code(f"1000 * {quantile_query(alert, site)}"),
        "operations": Code(fill(BY_OPERATION, **(filled | {"of": all_operations(alert, site)}))),
        "requests": Code(fill(REQUESTS, **filled)),
        "bounds": Code(fill(BOUNDS, **filled)),
    }
