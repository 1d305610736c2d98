"""What an alert reads, as queries whose values can be drawn beside its threshold, in the unit that people think in.

The expression of an alert has a value only while it fires. These have one all the time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import (
    metric_anomaly,
    metric_forecast,
    metric_raw,
    metric_threshold,
    ratio,
    service_dependency_error_rate,
    throughput,
    trace_absent,
    trace_error_rate,
    trace_latency,
    trace_throughput_drop,
)
from ongrid_gen.alerts.closed_set import PER_CENT
from ongrid_gen.alerts.conditions import number, operator_of, range_of, request_matchers, threshold_ratio
from ongrid_gen.conventions import CALLS
from ongrid_gen.model import Alert, Site, Slo
from ongrid_gen.promql import read, sort_of, top
from ongrid_gen.promql.tree import COMPARISONS, is_number
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import pairs
from ongrid_gen.slos.selection import selectors
from ongrid_gen.text import Code, fill
from ongrid_gen.units import format_duration

PER_SECOND: Final = "/s"
DEVIATIONS: Final = "deviations"
ZSCORE: Final = """\
abs(<< x >> - avg_over_time(<< x >>[<< window >>] offset << skip >>))
  / (stddev_over_time(<< x >>[<< window >>] offset << skip >>) > 0)"""
MEDIANS: Final = """\
<< x >> / ((<< scale >> * quantile_over_time(0.5, << x >>[<< window >>] offset << skip >>)) > 0)"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A query, what it tells, in which unit, and what of it the alert minds: None where no one number is the limit."""

    words: str
    query: str
    unit: str
    operator: str = ""
    threshold: Decimal | None = None


def readings_of(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return what an alert reads; nothing for a kind that no query of Prometheus says."""
    find = READINGS.get(alert.kind)
    return find(alert, site) if find is not None else ()


def latency(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the quantile in milliseconds."""
    query = f"1000 * {trace_latency.quantile_query(alert, site)}"
    return (Reading(f"{alert.params['quantile']} of the requests", query, "ms", operator_of(alert),
                    number(alert.params["threshold_ms"])),)  # fmt: skip


def error_rate(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the share of failed requests."""
    return (share_of(alert, "failed requests", trace_error_rate.selection(alert, site)),)


def dependency(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the share of failed calls, an edge of the service graph each."""
    del site
    return (share_of(alert, "failed calls", service_dependency_error_rate.selection(alert)),)


def share_of(alert: Alert, words: str, selection: ratio.Selection) -> Reading:
    """Return a share in per cent beside its limit."""
    limit = 100 * threshold_ratio(alert)
    return Reading(words, ratio.share(alert, selection), PER_CENT, operator_of(alert), limit)


def absent(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the requests a second, of which there must be some; a service that never had any has 0 too."""
    query = fill(trace_absent.REQUESTS, calls=Code(CALLS), of=request_matchers(alert, site), range=range_of(alert))
    return (Reading("requests", f"{query} or vector(0)", PER_SECOND, "<=", Decimal(0)),)


def drop(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the drop, and the requests a second."""
    fell = fill(trace_throughput_drop.DROP, **trace_throughput_drop.values(alert, site))
    return (
        Reading("fewer requests than before", fell, PER_CENT, operator_of(alert), number(alert.params["drop_pct"])),
        Reading("requests", str(throughput.read(alert, site)), PER_SECOND),
    )


def threshold(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return each number that is compared."""
    del site
    return tuple(
        Reading(leg.signal.words, leg.value, leg.signal.unit, leg.operator, leg.threshold)
        for leg in metric_threshold.legs(alert)
    )


def anomaly(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the number, and how far from the usual it is, in deviations."""
    del site
    signal, values = metric_anomaly.signal(alert), metric_anomaly.values(alert)
    if metric_anomaly.is_mad(alert):
        far = fill(MEDIANS, **{**values, "x": Code(metric_anomaly.differences(alert).name)})
    else:
        far = fill(ZSCORE, **{**values, "x": Code(signal.name)})
    return (
        Reading(signal.words, signal.name, signal.unit),
        Reading("distance from the usual", far, DEVIATIONS, ">", number(alert.params["deviation"])),
    )


def forecast(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return what is forecast, and the number itself, beside the same threshold."""
    signal, operator = metric_forecast.signal(alert), str(alert.params["operator"])
    limit = number(alert.params["threshold"])
    ahead = fill(metric_forecast.PREDICTED, **metric_forecast.values(alert, site))
    return (
        Reading(f"forecast for {metric_forecast.ahead(alert)} ahead", ahead, signal.unit, operator, limit),
        Reading(signal.words, signal.name, signal.unit, operator, limit),
    )


def raw(alert: Alert, site: Site) -> tuple[Reading, ...]:
    """Return the expression without its comparison, where that is plain."""
    del site
    return (compared(metric_raw.expr(alert)),)


def compared(expr: str) -> Reading:
    """Return what an expression compares with a number; the expression itself when it does something else."""
    node = top(read(expr).tree)
    if sort_of(node) == "BinaryExpr" and str(node.op) in COMPARISONS and not is_number(node.lhs):
        right = top(node.rhs)
        if sort_of(right) == "NumberLiteral":
            return Reading("its expression", node.lhs.prettify(), "", str(node.op), number(right.val))
    return Reading("its expression", expr, "")


def burning(slo: Slo, tier: str) -> tuple[Reading, ...]:
    """Return the share of bad requests in both windows of each pair of a tier."""
    own = selectors(slo)["own"]
    found = {
        window: Reading(
            f"bad requests in {format_duration(window)}", f"100 * {names.ratio(window)}{own}", PER_CENT, ">",
            100 * pair.limit,
        )
        for pair in pairs(slo, tier)
        for window in (pair.short, pair.long)
    }  # fmt: skip
    return tuple(found.values())


READINGS: Final[dict[str, Callable[[Alert, Site], tuple[Reading, ...]]]] = {
    trace_latency.KIND: latency,
    trace_error_rate.KIND: error_rate,
    service_dependency_error_rate.KIND: dependency,
    trace_absent.KIND: absent,
    trace_throughput_drop.KIND: drop,
    metric_raw.KIND: raw,
    metric_threshold.KIND: threshold,
    metric_anomaly.KIND: anomaly,
    metric_forecast.KIND: forecast,
}
