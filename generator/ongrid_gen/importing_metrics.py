"""Reads Ongrid's alerts on metrics, and its burn rates where they are about span metrics.

What they cannot mean here is left out with the reason; what the spec needs besides is said.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.closed_set import METRICS
from ongrid_gen.alerts.signal import braced
from ongrid_gen.checks.fires_on_purpose import filters
from ongrid_gen.conventions import CALLS, ERROR_STATUS, LATENCY_BUCKET, SERVICE, SERVICE_NAME, SPAN_NAME, STATUS_CODE
from ongrid_gen.importing import Reading, UnusableError, duration_in, number_in, one_of
from ongrid_gen.promql import PromqlError, Selector, read, selector_of, selectors, sort_of, top
from ongrid_gen.units import format_duration, parse_duration, plain

BURN: Final = "metric_burn_rate"
LOG_KINDS: Final = frozenset({"log_match", "log_volume"})
COMPARISONS: Final = (">", ">=", "<", "<=", "==", "!=")
IGNORED: Final = Decimal(300)
INTERVAL: Final = Decimal(30)
SLUG: Final = re.compile(r"[^a-z0-9]+")


def metric_raw(reading: Reading) -> dict[str, Any]:
    """Read an expression of its own."""
    text = reading.conditions.pop("expr", None)
    if not isinstance(text, str) or not text.strip():
        raise UnusableError("it has no expr")
    tree = sound(text, "expr")
    if not filters(tree):
        raise UnusableError(
            "its expr compares nothing, so it would fire as long as there are series; write it with a comparison"
        )
    return {"expr": text.strip()}


def metric_threshold(reading: Reading) -> dict[str, Any]:
    """Read conditions: a list, or an object that holds one."""
    listed = reading.conditions.pop("conditions", None)
    if not isinstance(listed, list) or not listed or not all(isinstance(one, Mapping) for one in listed):
        raise UnusableError("its conditions_json is no list of conditions")
    held: list[str] = []
    found = []
    for condition in map(dict, listed):
        one = {
            **watched(reading, condition),
            "operator": one_of(condition, "operator", COMPARISONS),
            "threshold": needed(reading, condition, "threshold"),
            **given("window", duration_in(condition, "window")),
            "aggregator": one_of(condition, "aggregator", ("avg", "max", "min", "last"), "avg"),
        }
        held += [duration for duration in [duration_in(condition, "for")] if duration is not None]
        leftovers(reading, condition)
        found.append(one)
    return {"match": match(reading), "conditions": found, **longest(reading, held)}


def match(reading: Reading) -> str:
    """Read how conditions are joined."""
    mode = reading.conditions.pop("join_mode", None) or reading.rule.get("join_mode") or "all"
    if mode not in ("all", "any"):
        raise UnusableError(f"its join_mode is {mode!r}: all or any is needed")
    return str(mode)


def longest(reading: Reading, held: list[str]) -> dict[str, Any]:
    """Return the one `for` of all conditions."""
    if not held:
        return {}
    if len({parse_duration(one) for one in held}) > 1:
        reading.note("its conditions waited for different times; the alert waits for the longest")
    return {"for": max(held, key=parse_duration)}


def metric_anomaly(reading: Reading) -> dict[str, Any]:
    """Read an anomaly."""
    conditions = reading.conditions
    signal = watched(reading, conditions)
    metric = METRICS[signal["metric"]]
    reading.note(
        f"a difference of at most {plain(metric.floor)} {metric.unit}".rstrip() + " is no anomaly now, and the last "
        "minutes are no part of the baseline: Ongrid had neither, so any wobble of a flat line fired, and what was "
        "unusual judged itself"
    )
    if conditions.pop("baseline_step", None) is not None:
        reading.note("baseline_step is left out: the baseline is every recorded sample")
    held = for_of(reading)
    seconds = parse_duration(held["for"]) if held else Decimal(120)
    ignored = {} if seconds + INTERVAL <= IGNORED else {"ignore_last": format_duration(seconds + INTERVAL)}
    return {
        **signal,
        "method": one_of(conditions, "method", ("zscore", "mad"), "zscore"),
        **given("baseline_window", duration_in(conditions, "baseline_window")),
        **given("deviation", number_in(reading, conditions, "deviation")),
        **ignored,
        **held,
    }


def metric_forecast(reading: Reading) -> dict[str, Any]:
    """Read a forecast."""
    conditions = reading.conditions
    found = {
        **watched(reading, conditions),
        "operator": one_of(conditions, "operator", ("<", "<=", ">", ">=")),
        "threshold": needed(reading, conditions, "threshold"),
        **given("fit_window", duration_in(conditions, "fit_window")),
        **given("predict_seconds", number_in(reading, conditions, "predict_seconds")),
        **for_of(reading),
    }
    reading.note("it fires only while the metric moves towards its threshold; Ongrid did not ask that")
    return found


READERS: Final = {
    "metric_raw": metric_raw,
    "metric_threshold": metric_threshold,
    "metric_anomaly": metric_anomaly,
    "metric_forecast": metric_forecast,
}


def watched(reading: Reading, conditions: dict[str, Any]) -> dict[str, Any]:
    """Read metric and selector."""
    metric = conditions.pop("metric", None)
    if not isinstance(metric, str) or metric not in METRICS:
        raise UnusableError(f"its metric is {metric!r}: one of {', '.join(METRICS)} is needed, or write it with `expr`")
    selector = conditions.pop("selector", None)
    if selector in (None, "", "{}"):
        return {"metric": metric}
    if isinstance(selector, Mapping) and all(isinstance(one, str) for one in selector.values()):
        return {"metric": metric, "selector": dict(selector)}
    if not isinstance(selector, str) or selector_of(sound(braced(selector), "selector")) is None:
        raise UnusableError(f"its selector is {selector!r}: matchers are needed")
    reading.note("its selector stays as Ongrid stores it; a matcher on a label takes the place of the metric's own")
    return {"metric": metric, "selector": selector}


def sound(text: str, key: str) -> Any:
    """Return the tree of an expression. UnusableError when there is none."""
    try:
        return read(text).tree
    except PromqlError as error:
        raise UnusableError(f"its {key} is no PromQL, at character {error.start + 1}: {error.message}") from None


def for_of(reading: Reading) -> dict[str, Any]:
    """Read `for_seconds`."""
    value = number_in(reading, reading.conditions, "for_seconds")
    if value is None:
        return {}
    if value < 0 or value != int(value):
        raise UnusableError(f"its for_seconds is {value!r}: a whole number is needed")
    reading.note("for_seconds is `for` now")
    return {"for": format_duration(int(value))}


def needed(reading: Reading, conditions: dict[str, Any], key: str) -> int | float:
    """Read a number that must be there."""
    found = number_in(reading, conditions, key)
    if found is None:
        raise UnusableError(f"it has no {key}")
    return found


def given(key: str, value: Any) -> dict[str, Any]:
    """Return an entry when there is a value."""
    return {} if value is None else {key: value}


def leftovers(reading: Reading, condition: Mapping[str, Any]) -> None:
    """Note the keys of a condition that were not read."""
    for key in condition:
        reading.note(f"condition `{key}` is left out: Ongrid's {reading.kind} does not read it")


def burn_rate(reading: Reading, names: set[str]) -> dict[str, Any]:
    """Return the SLO that a burn rate is about: when its SLI plainly is our ratio of good requests, or of fast ones."""
    conditions = reading.conditions
    sli, objective = conditions.pop("sli", None), number_in(reading, conditions, "slo")
    if not isinstance(sli, str) or objective is None or not 0 < objective < 100:
        raise UnusableError("its sli and slo are no expression and per cent")
    share = Decimal(str(objective))
    percent = share * 100 if share < 1 else share
    found = sli_of(sli)
    if found is None:
        raise UnusableError(
            "its sli is not plainly our span metrics; write an entry of `slos` with `sli: errors` or `sli: latency`"
        )
    if conditions.pop("burns", None):
        reading.note("its burns are left out: an SLO has windows of its own, page and ticket, whose factors follow "
                     "from the budget; Ongrid joined unrelated windows with `and`")  # fmt: skip
    wanted = SLUG.sub("-", reading.name.lower()).strip("-")
    name = (wanted if wanted[:1].isalpha() else f"slo-{wanted}".strip("-"))[:50]
    while name in names:
        name += "-2"
    if name != reading.name:
        reading.note(f"the SLO is called {name}")
    number = int(percent) if percent == percent.to_integral_value() else float(percent)
    return {"name": name, "service": found.pop("service"), "objective": number, **found}


def sli_of(text: str) -> dict[str, Any] | None:
    """Return what an SLI says, when it is one of our ratios: good requests divided by all."""
    try:
        node = top(read(text.replace("$window", "5m")).tree)
    except PromqlError:
        return None
    if sort_of(node) != "BinaryExpr" or str(node.op) != "/":
        return None
    good, every = list(selectors(node.lhs)), list(selectors(node.rhs))
    if len(good) != 1 or len(every) != 1 or not plainly_rates(node):
        return None
    return errors_of(good[0], every[0]) or latency_of(good[0], every[0])


def plainly_rates(node: Any) -> bool:
    """Tell whether both sides are sums of rates."""
    sides = (top(node.lhs), top(node.rhs))
    return all(
        sort_of(side) == "AggregateExpr" and str(side.op) == "sum" and sort_of(top(side.expr)) == "Call"
        and top(side.expr).func.name in ("rate", "increase") for side in sides
    )  # fmt: skip


def errors_of(good: Selector, every: Selector) -> dict[str, Any] | None:
    """Return the SLI of requests that do not fail."""
    fine = (STATUS_CODE, "!=", ERROR_STATUS)
    if good.metric != CALLS or every.metric != CALLS or {*good.matchers} - {*every.matchers} != {fine}:
        return None
    who = who_of(every)
    return None if who is None else {**who, "sli": "errors"}


def latency_of(good: Selector, every: Selector) -> dict[str, Any] | None:
    """Return the SLI of requests that are fast enough."""
    bounds = [value for label, sign, value in good.matchers if (label, sign) == ("le", "=")]
    rest = tuple(one for one in good.matchers if one[0] != "le")
    total = tuple(one for one in every.matchers if one[0] != "le")
    whole = every.metric == LATENCY_BUCKET.replace("_bucket", "_count") or ("le", "=", "+Inf") in every.matchers
    who = who_of(Selector(every.metric, total))
    if good.metric != LATENCY_BUCKET or len(bounds) != 1 or rest != total or not whole or who is None:
        return None
    milliseconds = Decimal(bounds[0]) * 1000
    if not milliseconds.is_finite():
        return None
    number = int(milliseconds) if milliseconds == milliseconds.to_integral_value() else float(milliseconds)
    return {**who, "sli": "latency", "threshold_ms": number}


def who_of(selector: Selector) -> dict[str, Any] | None:
    """Return service and operation, when there are no other matchers."""
    found = {label: value for label, sign, value in selector.matchers if sign == "="}
    service = found.pop(SERVICE_NAME, None) or found.pop(SERVICE, None)
    operation = found.pop(SPAN_NAME, None)
    if service is None or found or any(sign != "=" for _, sign, _ in selector.matchers):
        return None
    return {"service": service, **({} if operation is None else {"operation": operation})}
