"""What every test of an SLO is told with: how much traffic, from when on, and what is asked of promtool."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.cases.promtest import duration
from ongrid_gen.alerts.conditions import SPAN_KINDS
from ongrid_gen.conventions import SERVICE_NAME, SPAN_KIND, SPAN_NAME
from ongrid_gen.rules import RuleTest
from ongrid_gen.slos.cases.subject import Series, Subject
from ongrid_gen.slos.selection import span_kinds

NEAR: Final = Decimal("0.02")  # how far from a limit traffic is that is just above or below it

Question = Mapping[str, Any]


def case(
    subject: Subject, name: str, drawn: Series, asked: Sequence[Question | None], alerts: Sequence[Question] = ()
) -> RuleTest:
    """Return one test; questions that have no certain answer are left out."""
    certain = [question for question in asked if question is not None]
    body: dict[str, Any] = {"interval": duration(subject.step), "input_series": drawn}
    body |= {"alert_rule_test": list(alerts)} if alerts else {}
    body |= {"promql_expr_test": certain} if certain else {}
    return RuleTest(f"{subject.slo.name}: {name}", body)


def expects(subject: Subject, number: int, alert: str, expected: Sequence[Question]) -> Question:
    """Return the assertion that exactly these alerts fire at an evaluation, with their labels and annotations."""
    return {"eval_time": duration(number * subject.interval), "alertname": alert, "exp_alerts": list(expected)}


def requests(subject: Subject, share: Decimal) -> int:
    """Return requests a step: so many that 2 % of this share are whole requests, and that the guard is content."""
    wanted = max(8 / (share * NEAR), Decimal(100 * (subject.slo.min_errors + 1)) / share)
    return int(10 ** len(str(int(wanted))))


def lead(subject: Subject) -> int:
    """Return steps of nothing before something happens."""
    return subject.steps(subject.interval * 2 + subject.offset)


def quiet(subject: Subject, alerts: Sequence[str], number: int) -> list[Question]:
    """Return the questions whether alerts are quiet, at half a dozen evaluations."""
    at = sorted({number * part // 6 - 1 for part in range(2, 7)} - {-1})
    return [subject.asks_firing(one, alert, fires=False) for one in at for alert in alerts]


def strangers(subject: Subject) -> dict[str, dict[str, str]]:
    """Return the labels that make requests somebody else's."""
    slo = subject.slo
    found = {"another service": {SERVICE_NAME: f"{slo.service}-2"}}
    if slo.operation is not None:
        found["another operation"] = {SPAN_NAME: f"{slo.operation}/2"}
    kind = next((kind for kind in reversed(SPAN_KINDS.values()) if kind not in span_kinds(slo)), None)
    return found | ({"another kind of span": {SPAN_KIND: kind}} if kind else {})
