"""The generated tests are worth something: break a rule on purpose, and one of them fails."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.bundle import write, write_bundle
from alerts.sites import DEPENDENCY, ERRORS, LATENCY, site_with
from ongrid_gen.ruletest import Promtool, run

pytestmark = pytest.mark.engine

OPERATION = {"operation": "POST /v1/charge"}
KINDS = 'span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"'
BUCKETS = "traces_spanmetrics_latency_bucket"
CALLS = "traces_spanmetrics_calls_total"
FAILED_CALLS = "traces_service_graph_request_failed_total"
GUARDED = '{service_name="payments-api",le="+Inf"} offset'

# What is broken: the field of the rule, what stands there, what is put there, how many times (0: everywhere).
Mutant = tuple[str, str, str, int]
SHARED: dict[str, Mutant] = {
    "for is gone": ("for", "2m", "0s", 0),
    "for is an evaluation shorter": ("for", "2m", "1m30s", 0),
    "for is an evaluation longer": ("for", "2m", "2m30s", 0),
    "keep_firing_for is gone": ("keep_firing_for", "5m", "0s", 0),
    "keep_firing_for is longer": ("keep_firing_for", "5m", "5m30s", 0),
    "every window is shorter": ("expr", "[5m]", "[4m]", 0),
    "every window is longer": ("expr", "[5m]", "[6m]", 0),
    "the ratio's windows are longer": ("expr", "[5m]", "[6m]", 2),
    "the first window is shorter": ("expr", "[5m]", "[4m]", 1),
    "rate is delta": ("expr", "rate(", "delta(", 0),
    "rate is irate": ("expr", "rate(", "irate(", 0),
    "increase is delta": ("expr", "increase(", "delta(", 0),
    "the query offset is gone": ("group", "query_offset: 30s", "query_offset: 0s", 0),
    "the query offset is longer": ("group", "query_offset: 30s", "query_offset: 1m", 0),
    "the guard is gone": ("expr", "\nand sum", "\nor 0 * sum", 1),
    "the guard wants one more": ("expr", ">= {fewest}", "> {fewest} + 1", 1),
    "the guard wants much less": ("expr", ">= {fewest}", ">= {fewest} / 2", 1),
    "the label kind is gone": ("labels", "kind", "sort", 0),
    "the label owner is gone": ("labels", "owner", "holder", 0),
    "a threshold in words is wrong": ("annotations", "allowed", "permitted", 0),
}
RATIO: dict[str, Mutant] = {
    "the operator is the other one": ("expr", ") > {t}", ") >= {t}", 1),
    "the operator is turned round": ("expr", ") > {t}", ") < {t}", 1),
    "the threshold is a tenth higher": ("expr", ") > {t}", ") > {t} * 1.1", 1),
    "the threshold is a tenth lower": ("expr", ") > {t}", ") > {t} * 0.9", 1),
    "it does not mind division by nothing": ("expr", " > 0)", " >= 0)", 1),
    "failures fall back to zero": ("expr", "\n) >", " or vector(0)\n) >", 1),
}
SERVICE: dict[str, Mutant] = {
    "every service counts": ("expr", 'service_name="payments-api",', "", 0),
    "every service counts in the ratio": ("expr", 'service_name="payments-api",', "", 2),
    "every operation counts": ("expr", 'span_name="POST /v1/charge",', "", 0),
    "every span counts": ("expr", f",{KINDS}", "", 0),
    "every span counts as failed or fast": ("expr", f",{KINDS}", "", 1),
    "the operation is not kept": ("expr", "service_name, span_name", "service_name", 0),
    "identity is lost": ("expr", "sum by (service_name, span_name)", "sum", 0),
}
MUTANTS: dict[str, tuple[dict[str, Any], str, str, dict[str, Mutant]]] = {
    "latency": (
        {**LATENCY, **OPERATION}, "20", "0.95",
        {
            **SHARED, **SERVICE,
            "the operator is the other one": ("expr", ") < 0.95", ") <= 0.95", 1),
            "the operator is turned round": ("expr", ") < 0.95", ") > 0.95", 1),
            "the quantile is another": ("expr", "< 0.95", "< 0.94", 1),
            "the quantile is stricter": ("expr", "< 0.95", "< 0.96", 1),
            "the bound is the one above": ("expr", 'le="0.8"', 'le="1.024"', 1),
            "the bound is written as a float": ("expr", 'le="0.8"', 'le="0.80"', 0),
            "the rollout guard is gone": ("expr", GUARDED, GUARDED.replace("payments", "no"), 1),
            "the rollout guard looks at now": ("expr", " offset 5m", "", 0),
            "the notification reads another quantile": ("annotations", "(0.95, ", "(0.9, ", 0),
            "the notification reads the present": ("annotations", " offset 30s", "", 0),
            "the notification is in seconds": ("annotations", "1000 * ", "", 0),
            "missing: the bound is another": ("missing", 'le="0.8"', 'le="1.024"', 0),
            "missing: it does not wait": ("missing for", "5m", "0s", 0),
        },
    ),
    "errors": (
        {**ERRORS, **OPERATION, "threshold_pct": 5}, "20", "0.05",
        {
            **SHARED, **RATIO, **SERVICE,
            "every request failed": ("expr", ',status_code="STATUS_CODE_ERROR"', "", 1),
            "unset is failed": ("expr", "STATUS_CODE_ERROR", "STATUS_CODE_UNSET", 1),
        },
    ),
    "dependency": (
        {**DEPENDENCY}, "20", "0.05",
        {
            **SHARED, **RATIO,
            "requests from outside count": ("expr", 'client!="user"', "", 0),
            "every request failed": ("expr", FAILED_CALLS, "traces_service_graph_request_total", 1),
            "clients are not told apart": ("expr", "by (client, server)", "by (server)", 0),
            "servers are not told apart": ("expr", "by (client, server)", "by (client)", 0),
            "the service is the client": ("labels", "$labels.server", "$labels.client", 0),
        },
    ),
}  # fmt: skip
# Broken in a way that no sensible data can show, and why.
EQUAL = {
    "every service counts in the ratio": "the guard selects the service, and `and` keeps what both sides have",
    "failures fall back to zero": "0 is not more than any threshold",
    "it does not mind division by nothing": "0/0 is not more than a threshold either, and x/0 is less than the guard",
}
CASES = [
    pytest.param(alert, mutant, fewest, threshold, id=f"{kind}: {name}")
    for kind, (alert, fewest, threshold, mutants) in MUTANTS.items()
    for name, mutant in mutants.items()
    if name not in EQUAL
]


def broken(content: Any, mutant: Mutant) -> Any:
    """Return the rules file, broken."""
    where, old, new, times = mutant
    if where == "group":
        return yaml.safe_load(yaml.safe_dump(content).replace(old, new))
    rules = content["groups"][0]["rules"]
    rule = rules[1] if where.startswith("missing") else rules[0]
    where = {"missing": "expr", "missing for": "for"}.get(where, where)
    if isinstance(rule[where], str):
        rule[where] = rule[where].replace(old, new, times or -1)
    elif old in rule[where]:
        rule[where][new] = rule[where].pop(old)
    else:
        rule[where] = {key: value.replace(old, new) for key, value in rule[where].items()}
    return content


@pytest.mark.parametrize(("alert", "mutant", "fewest", "threshold"), CASES)
def test_a_broken_rule_fails_its_generated_tests(
    alert: dict[str, Any], mutant: Mutant, fewest: str, threshold: str, promtool: Promtool, tmp_path: Path
) -> None:
    bundle = write_bundle(site_with(alert), tmp_path)
    (path,) = (bundle / "prometheus" / "rules").glob("*.yaml")
    before = yaml.safe_dump(yaml.safe_load(path.read_text()))
    where, *texts, times = mutant
    old, new = (text.replace("{fewest}", fewest).replace("{t}", threshold) for text in texts)
    content = broken(yaml.safe_load(path.read_text()), (where, old, new, times))
    assert yaml.safe_dump(content) != before, f"{old!r} does not stand in {where}"
    write(path, content)
    failures = run(bundle, promtool).failures
    assert failures
    assert all("exp:" in failure.message for failure in failures), "broken otherwise than meant"
