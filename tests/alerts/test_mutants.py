"""The generated tests are worth something: break a rule on purpose, and one of them fails.

Here stands what `tools/mutants.py` does not do: the same change in several places at once, labels, annotations, the
group.
"""

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
GUARDED = '{service_name="payments-api",le="+Inf"} offset'

# What is broken: the field of the rule, what stands there, what is put there, how many times (0: everywhere).
Mutant = tuple[str, str, str, int]
SHARED: dict[str, Mutant] = {
    "every window is shorter": ("expr", "[5m]", "[4m]", 0),
    "every window is longer": ("expr", "[5m]", "[6m]", 0),
    "the ratio's windows are longer": ("expr", "[5m]", "[6m]", 2),
    "rate is delta": ("expr", "rate(", "delta(", 0),
    "rate is irate": ("expr", "rate(", "irate(", 0),
    "the query offset is gone": ("group", "query_offset: 30s", "query_offset: 0s", 0),
    "the query offset is longer": ("group", "query_offset: 30s", "query_offset: 1m", 0),
    "the label kind is gone": ("labels", "kind", "sort", 0),
    "the label owner is gone": ("labels", "owner", "holder", 0),
    "a threshold in words is wrong": ("annotations", "allowed", "permitted", 0),
}
SERVICE: dict[str, Mutant] = {
    "every service counts": ("expr", 'service_name="payments-api",', "", 0),
    "every operation counts": ("expr", 'span_name="POST /v1/charge",', "", 0),
    "every span counts": ("expr", f",{KINDS}", "", 0),
    "the operation is not kept": ("expr", "service_name, span_name", "service_name", 0),
    "identity is lost": ("expr", "sum by (service_name, span_name)", "sum", 0),
}
MUTANTS: dict[str, tuple[dict[str, Any], dict[str, Mutant]]] = {
    "latency": (
        {**LATENCY, **OPERATION},
        {
            **SHARED, **SERVICE,
            "the bound is written as a float": ("expr", 'le="0.8"', 'le="0.80"', 0),
            "the rollout guard is gone": ("expr", GUARDED, GUARDED.replace("payments", "no"), 1),
            "the rollout guard looks at now": ("expr", " offset 5m", "", 0),
            "the notification reads another quantile": ("annotations", "(0.95, ", "(0.9, ", 0),
            "the notification reads the present": ("annotations", " offset 30s", "", 0),
            "the notification is in seconds": ("annotations", "1000 * ", "", 0),
            "missing: the bound is another": ("missing", 'le="0.8"', 'le="1.024"', 0),
        },
    ),
    "errors": (
        {**ERRORS, **OPERATION, "threshold_pct": 5},
        {
            **SHARED, **SERVICE,
        },
    ),
    "dependency": (
        {**DEPENDENCY},
        {
            **SHARED,
            "requests from outside count": ("expr", 'client!="user"', "", 0),
            "clients are not told apart": ("expr", "by (client, server)", "by (server)", 0),
            "servers are not told apart": ("expr", "by (client, server)", "by (client)", 0),
            "the service is the client": ("labels", "$labels.server", "$labels.client", 0),
        },
    ),
}  # fmt: skip
CASES = [
    pytest.param(alert, mutant, id=f"{kind}: {name}")
    for kind, (alert, mutants) in MUTANTS.items()
    for name, mutant in mutants.items()
]


def broken(content: Any, mutant: Mutant) -> Any:
    """Return the rules file, broken."""
    where, old, new, times = mutant
    if where == "group":
        return yaml.safe_load(yaml.safe_dump(content).replace(old, new))
    rules = content["groups"][0]["rules"]
    rule = rules[1] if where == "missing" else rules[0]
    where = "expr" if where == "missing" else where
    if isinstance(rule[where], str):
        rule[where] = rule[where].replace(old, new, times or -1)
    elif old in rule[where]:
        rule[where][new] = rule[where].pop(old)
    else:
        rule[where] = {key: value.replace(old, new) for key, value in rule[where].items()}
    return content


@pytest.mark.parametrize(("alert", "mutant"), CASES)
def test_a_broken_rule_fails_its_generated_tests(
    alert: dict[str, Any], mutant: Mutant, promtool: Promtool, tmp_path: Path
) -> None:
    bundle = write_bundle(site_with(alert), tmp_path)
    (path,) = (bundle / "prometheus" / "rules").glob("*.yaml")
    before = yaml.safe_dump(yaml.safe_load(path.read_text()))
    content = broken(yaml.safe_load(path.read_text()), mutant)
    assert yaml.safe_dump(content) != before, f"{mutant[1]!r} does not stand in {mutant[0]}"
    write(path, content)
    failures = run(bundle, promtool).failures
    assert failures
    assert all("exp:" in failure.message for failure in failures), "broken otherwise than meant"
