"""Alerts on logs: LogQL that nothing gets out of, lines that count, and what a drill's traffic means to them.

That Loki reads the rules, fires and is quiet, tests/integration/test_logs.py shows.
"""

from decimal import Decimal
from typing import Any

import pytest

from alerts.sites import only, site_with
from ongrid_gen.alerts import lines, rules_of
from ongrid_gen.alerts.drills import drilling_of
from ongrid_gen.components.loki import RULES, files
from ongrid_gen.model import Alert, Drill, Site
from ongrid_gen.text import logql_string
from ongrid_gen.yamlio import parse

LOGS = {"enabled": True, "retention": "168h", "memory": "512Mi", "port": 3100, "disk": "10Gi"}
MATCH = {"kind": "log_match", "service": "payments-api", "pattern": "(?i)panic", "threshold": 2, "window": "5m",
         "for": "0s", "keep_firing_for": "0s"}  # fmt: skip
VOLUME = {"kind": "log_volume", "service": "payments-api", "ratio": 3, "min_lines": 100, "window": "5m", "for": "0s",
          "keep_firing_for": "0s"}  # fmt: skip


def of(alert: dict[str, Any], **more: Any) -> tuple[Alert, Site]:
    site = site_with({**alert, **more}, logs=LOGS)
    return only(site), site


def drill(log: str | None, rate: int, before: int = 0) -> Drill:
    return Drill((), "payments-api", "GET /", None, Decimal("0.1"), rate, Decimal(0), (), (), before,
                 Decimal(600 if before else 0), log)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("panic", "`panic`"),
        (r'a\d "b" {{ $x', r'`a\d "b" {{ $x`'),
        ("`", '"`"'),
        ('`\\d"', '"`\\\\d\\""'),
        ("a\nb", '"a\\nb"'),
    ],
)
def test_a_pattern_is_quoted_so_that_it_ends_where_it_ends(text: str, quoted: str) -> None:
    assert quoted == logql_string(text)


def test_several_patterns_are_filters_one_behind_the_other() -> None:
    alert, site = of(MATCH, pattern=["timeout", "card|x"])
    (rule,) = rules_of(alert, site)
    assert rule.expr == (
        'sum by (service_name) (count_over_time({service_name="payments-api"} |~ `timeout` |~ `card|x` [5m])) >= 2'
    )


def test_a_line_counts_when_every_pattern_occurs_in_it() -> None:
    alert, _ = of(MATCH, pattern=["timeout", "card|x"])
    assert lines.matches(alert, "a timeout of card 4")
    assert not lines.matches(alert, "a timeout")
    assert not lines.matches(alert, "a card")


def test_a_volume_is_lines_unless_they_are_fewer_than_a_multiple_of_those_before() -> None:
    alert, site = of(VOLUME)
    (rule,) = rules_of(alert, site)
    now = 'sum by (service_name) (count_over_time({service_name="payments-api"} [5m]))'
    before = now.replace("[5m]", "[5m] offset 5m")
    assert rule.expr == f"{now} >= 100\n  unless {now} < 3 * {before}"


def test_loki_is_told_nothing_that_it_ignores() -> None:
    alert, site = of(MATCH)
    (group,) = parse(files(site)[f"{RULES}/payments-api.yaml"])["groups"]
    assert {"name", "interval", "rules"} == group.keys()
    assert "keep_firing_for" not in group["rules"][0]
    assert {"kind": "log_match", "service": "payments-api", "owner": "team-payments"}.items() <= dict(
        rules_of(alert, site)[0].labels
    ).items()


def test_without_logs_there_are_no_files() -> None:
    assert {} == files(site_with())


@pytest.mark.parametrize(
    ("log", "rate", "fires"),
    [("PANIC now", 1, True), (None, 100, False), ("all is well", 100, False), ("panic", 0, False)],
)
def test_what_requests_log_is_what_the_alert_looks_at(log: str | None, rate: int, fires: bool) -> None:
    drilling = drilling_of(*of(MATCH))
    assert drilling is not None
    assert fires is (drilling.earliest(drill(log, rate), fresh=True) is not None)


@pytest.mark.parametrize(
    ("rate", "before", "fires"),
    [(20, 0, True), (20, 1, True), (2, 1, False), (3, 1, False), (4, 1, True), (1, 2, False)],
)
def test_a_burst_must_be_over_the_multiple_before_it_is_what_is_compared_with(
    rate: int, before: int, fires: bool
) -> None:
    drilling = drilling_of(*of(VOLUME))
    assert drilling is not None
    assert fires is (drilling.earliest(drill("x", rate, before), fresh=True) is not None)


@pytest.mark.parametrize("alert", [MATCH, VOLUME, {**MATCH, "pattern": r"\d{3}", "example": "404"}])
def test_the_drill_that_is_made_up_fires_the_alert(alert: dict[str, Any]) -> None:
    drilling = drilling_of(*of(alert))
    assert drilling is not None
    assert drilling.earliest(drilling.default(), fresh=True) is not None


def test_a_pattern_that_nobody_gave_a_line_for_is_told() -> None:
    drilling = drilling_of(*of(MATCH, pattern=r"\d{3}"))
    assert drilling is not None
    made_up = drilling.default()
    assert drilling.earliest(made_up, fresh=True) is None
    assert "give the alert a fitting `example`" in drilling.says(made_up)
