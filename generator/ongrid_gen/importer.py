"""Reads alert rules exported from Ongrid and writes them as `alerts:` of our spec, saying what it changed and why.

What Ongrid itself would not have evaluated, or this version cannot render, is reported and left out, never silently.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ongrid_gen.alerts import KINDS
from ongrid_gen.alerts.conditions import QUANTILES
from ongrid_gen.conventions import RESERVED_LABELS
from ongrid_gen.importing import DURATION, Reading, UnusableError, exact
from ongrid_gen.importing_metrics import BURN, LOG_KINDS, READERS, burn_rate

QUANTILE_KIND: Final = "trace_latency"
DEFAULT_QUANTILE: Final = "p95"
# What Ongrid's compiler maps to a number of its own; everything else became p95 there.
ONGRID_QUANTILES: Final = {
    "p50": "p50", "0.5": "p50", "0.50": "p50",
    "p95": "p95", "0.95": "p95",
    "p99": "p99", "0.99": "p99",
}  # fmt: skip
OPERATORS: Final = (">", ">=")
SEVERITIES: Final = ("info", "warning", "critical")
THRESHOLDS: Final = {
    "trace_latency": "threshold_ms",
    "trace_error_rate": "threshold_pct",
    "service_dependency_error_rate": "threshold_ratio",
}
LIMITS: Final = {"threshold_pct": 100, "threshold_ratio": 1}
SERVICE_KINDS: Final = frozenset({"trace_latency", "trace_error_rate"})
TEXTS: Final = {
    "trace_latency": ("operation",),
    "trace_error_rate": ("operation",),
    "service_dependency_error_rate": ("client", "server", "connection_type"),
}
LABEL: Final = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
LONGEST_NAME: Final = 120
READ: Final = frozenset(
    {
        "kind",
        "scope_type",
        "conditions_json",
        "name",
        "rule_key",
        "severity",
        "labels",
        "labels_json",
        "join_mode",
        "enabled",
    }
)
# Keys of Ongrid's table that say nothing about when a rule fires.
BOOKKEEPING: Final = frozenset(
    {"id", "created_at", "updated_at", "deleted_at", "created_by", "updated_by", "description"}
)

# What reading JSON ends in that is none, or of a depth or with a number that nobody means.
UNREADABLE: Final = (ValueError, RecursionError)


class RulesError(ValueError):
    """The text is no export that we can read; the message says what is and how to mend it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an export: `alerts` and `slos` of a spec, and a sentence for all that was changed or left out."""

    alerts: list[dict[str, Any]]
    notes: list[str]
    slos: list[dict[str, Any]] = field(default_factory=list)


def import_rules(text: str) -> Imported:
    """Return the alerts of an export. RulesError when the text is no JSON array of rules."""
    alerts: list[dict[str, Any]] = []
    notes: list[str] = []
    slos: list[dict[str, Any]] = []
    names: set[str] = set()
    for number, rule in enumerate(parse(text), 1):
        name = f"rule {number}"
        try:
            reading = begin(rule, number, names)
            name = f"rule {number} ({reading.name})"
            if reading.kind == BURN:
                slos.append(read_burn_rate(reading, {slo["name"] for slo in slos}))
            else:
                alerts.append(read(reading))
        except UnusableError as why:
            notes.append(f"{name} left out: {why}")
            continue
        names.add(reading.name)
        notes += reading.notes
    return Imported(alerts, [*notes, *closing_notes(alerts, slos)], slos)


def parse(text: str) -> list[Any]:
    """Return the array of an export."""
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise RulesError(
            f"this is no JSON (line {error.lineno}, column {error.colno}: {error.msg}): "
            "save the answer of Ongrid's rules API as it is, without a prompt or headers around it"
        ) from None
    except UNREADABLE as error:
        raise RulesError(f"this is no export of rules: {error}") from None
    if isinstance(found, dict):
        inner = next((key for key, value in found.items() if isinstance(value, list)), None)
        way = f"import its `{inner}` alone, as with `jq .{inner}`" if inner else "put [ and ] around it"
        raise RulesError(f"this is a JSON object, not an array of rules: {way}")
    if not isinstance(found, list):
        raise RulesError('this is no JSON array of rules: an export looks like [{"kind": …, "conditions_json": …}]')
    return found


def begin(rule: Any, number: int, names: set[str]) -> Reading:
    """Return a rule with its name, kind and conditions. UnusableError when it has none that we know."""
    if not isinstance(rule, Mapping):
        raise UnusableError("it is no JSON object")
    kind = rule.get("kind")
    if not isinstance(kind, str):
        raise UnusableError("it has no kind")
    if kind in LOG_KINDS:
        raise UnusableError(f"the kind {kind!r} reads logs, which this version does not store; they come later")
    if kind not in KINDS and kind != BURN:
        raise UnusableError(f"this version cannot render the kind {kind!r} (it knows {', '.join(KINDS)})")
    if rule.get("enabled") is False:
        raise UnusableError("it is disabled in Ongrid; an alert in the spec always runs")
    reading = Reading(rule, "", kind, conditions_of(rule))
    set_name(reading, number, names)
    return reading


def conditions_of(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions, which Ongrid stores as an object or as JSON text."""
    found = rule.get("conditions_json")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except json.JSONDecodeError as error:
            raise UnusableError(f"its conditions_json is text, but no JSON ({error.msg})") from None
        except UNREADABLE as error:
            raise UnusableError(f"its conditions_json is text that cannot be read: {error}") from None
    if isinstance(found, list) and rule.get("kind") == "metric_threshold":
        found = {"conditions": found}
    if not isinstance(found, dict):
        raise UnusableError("it has no conditions_json object")
    return dict(found)


def set_name(reading: Reading, number: int, names: set[str]) -> None:
    """Name the alert: the rule's name, else its key, else what it watches; unique among those before it."""
    rule = reading.rule
    given = CONTROL.sub(" ", str(rule.get("name") or "")).strip()[:LONGEST_NAME]
    words = rule.get("rule_key") or f"{reading.conditions.get('service') or ''}_{reading.kind}"
    made = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^0-9A-Za-z]+", str(words)))
    wanted = given or made[:LONGEST_NAME]
    reading.name = wanted if wanted not in names else f"{wanted[: LONGEST_NAME - 8]} {number}"
    if not given:
        source = f"its rule_key `{rule['rule_key']}`" if rule.get("rule_key") else "what it watches"
        reading.note(f"it has no name, so it is called after {source}")
    elif given != rule.get("name"):
        reading.note("its name was too long or held control characters")
    if reading.name != wanted:
        reading.note(f"another rule is called {wanted} too")


def read(reading: Reading) -> dict[str, Any]:
    """Return the alert."""
    alert: dict[str, Any] = {"name": reading.name, "kind": reading.kind}
    own: tuple[Part, ...] = (service, texts, quantile, window, operator, threshold)
    if reading.kind in READERS:
        own = (READERS[reading.kind],)
    elif reading.kind not in THRESHOLDS:
        raise UnusableError(f"Ongrid has no kind {reading.kind!r}")
    for part in (*own, severity, labels):
        alert |= part(reading)
    scope(reading)
    leftovers(reading)
    return alert


def read_burn_rate(reading: Reading, names: set[str]) -> dict[str, Any]:
    """Return the SLO of a burn rate."""
    slo = burn_rate(reading, names) | labels(reading)
    scope(reading)
    leftovers(reading)
    return slo


Part = Callable[[Reading], dict[str, Any]]


def service(reading: Reading) -> dict[str, Any]:
    """Read the service."""
    if reading.kind not in SERVICE_KINDS:
        return {}
    value = reading.conditions.pop("service", None)
    if not isinstance(value, str) or not value:
        raise UnusableError("it names no service; Ongrid stored it, but never evaluated it")
    return {"service": value}


def texts(reading: Reading) -> dict[str, Any]:
    """Read the optional filters; an empty one is none, as in Ongrid."""
    found = {}
    for key in TEXTS[reading.kind]:
        value = reading.conditions.pop(key, None)
        if value in (None, ""):
            continue
        if not isinstance(value, str) or CONTROL.search(value):
            raise UnusableError(f"its {key} is {value!r}: a text without control characters is needed")
        found[key] = value
    if reading.kind == "trace_error_rate" and "operation" in found:
        reading.note("it counts only its operation now; Ongrid's trace_error_rate did not read it")
    return found


def quantile(reading: Reading) -> dict[str, Any]:
    """Read the quantile."""
    if reading.kind != QUANTILE_KIND:
        return {}
    value = reading.conditions.pop("quantile", None)
    found = ONGRID_QUANTILES.get(str(value).strip(), DEFAULT_QUANTILE)
    if value is not None and str(value).strip() not in ONGRID_QUANTILES:
        known = (
            f"; if {value} was meant, write `quantile: {value}`"
            if isinstance(value, str) and value in QUANTILES
            else ""
        )
        reading.note(f"quantile {value!r} is one that Ongrid does not know and evaluated as p95, so it is p95{known}")
    return {"quantile": found}


def window(reading: Reading) -> dict[str, Any]:
    """Read the window; Ongrid's default is ours."""
    value = reading.conditions.pop("window", None)
    if value in (None, ""):
        return {"window": "5m"}
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        raise UnusableError(f"its window is {value!r}: a Prometheus duration such as 5m is needed")
    return {"window": value}


def operator(reading: Reading) -> dict[str, Any]:
    """Read the operator; what has none ran with `>`."""
    value = reading.conditions.pop("operator", None)
    if reading.kind == QUANTILE_KIND:
        if value not in (None, "", ">"):
            reading.note(f"operator {value!r} is left out: Ongrid never looked at it here and compared with `>`")
        return {}
    if value in (None, ""):
        reading.note("it has no operator, so it is `>`: what Ongrid evaluated, though its preview showed `>=`")
        return {"operator": ">"}
    if value not in OPERATORS:
        raise UnusableError(f"its operator is {value!r}: only > and >= can fire on too many")
    return {"operator": value}


def threshold(reading: Reading) -> dict[str, Any]:
    """Read the threshold, which must be above 0 as in Ongrid's evaluator."""
    key = THRESHOLDS[reading.kind]
    value = reading.conditions.pop(key, None)
    number = exact(value)
    if number is None or number <= 0:
        raise UnusableError(
            f"its {key} is {value!r}: a number above 0 is needed; Ongrid stored it, but never evaluated it"
        )
    if number > LIMITS.get(key, number):
        raise UnusableError(f"its {key} is {value}: more than {LIMITS[key]} is not possible, so it never fired")
    if isinstance(value, str):
        reading.note(f"{key} was the text {value!r} and is a number now")
        value = int(number) if number == number.to_integral_value() else float(number)
    return {key: value}


def severity(reading: Reading) -> dict[str, Any]:
    """Read the severity."""
    value = reading.rule.get("severity")
    if value in SEVERITIES:
        return {"severity": value}
    if value not in (None, ""):
        reading.note(f"severity {value!r} is none of {', '.join(SEVERITIES)}, so it is warning")
    return {"severity": "warning"}


def labels(reading: Reading) -> dict[str, Any]:
    """Read the labels; those that rules set themselves are left out."""
    found = reading.rule.get("labels") or reading.rule.get("labels_json") or {}
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except UNREADABLE:
            found = None
    if not isinstance(found, Mapping):
        reading.note("its labels are no JSON object and are left out")
        return {}
    kept = {}
    for name, value in found.items():
        if name in RESERVED_LABELS:
            reading.note(f"label `{name}` is left out: the rendered rule sets it")
        elif not LABEL.fullmatch(name) or not isinstance(value, str | int | float) or str(value) == "":
            reading.note(f"label `{name}` is left out: it is no label name, or its value no text")
        else:
            kept[name] = str(value)
    return {"labels": kept} if kept else {}


def scope(reading: Reading) -> None:
    """Note a scope that means nothing to rules over traces."""
    value = reading.rule.get("scope_type")
    if value in (None, "", "global"):
        return
    if reading.kind in READERS:
        reading.note(f"scope_type {value!r} is left out: the alert tells devices apart by the label device_id")
    else:
        reading.note(f"scope_type {value!r} is left out: rules over traces are global in Ongrid too")


def leftovers(reading: Reading) -> None:
    """Note every key that was not read."""
    for key in reading.conditions:
        reading.note(f"condition `{key}` is left out: Ongrid's {reading.kind} does not read it")
    for key, value in reading.rule.items():
        if key not in READ and key not in BOOKKEEPING and value not in (None, "", [], {}):
            reading.note(f"`{key}` is left out: it has no counterpart here (who is told stands in `notify`)")


def closing_notes(alerts: list[dict[str, Any]], slos: list[dict[str, Any]]) -> list[str]:
    """Return what is true of all alerts together."""
    services = sorted({one["service"] for one in (*alerts, *slos) if "service" in one})
    notes = [f"`services` must list: {', '.join(services)}"] if services else []
    if any(alert["kind"] in READERS for alert in alerts):
        notes.append("`prometheus.scrape` must have the jobs that expose what the alerts on metrics read, with the "
                     "label device_id on their series (`labels` of the job)")  # fmt: skip
    if any(alert["kind"] not in READERS for alert in alerts):
        notes.append(
            "the rules are rendered with guards that Ongrid does not have (request spans only, a minimum of requests, "
            "`for: 2m`); `alerting: {style: ongrid}` keeps Ongrid's expressions"
        )
    return notes
