"""What a spec suppresses: until when, where, and what cannot be."""

from datetime import date

import pytest

from ongrid_gen.checks import run_checks
from ongrid_gen.suppress import sift
from support import problems_of, site_of

LAST_DAY = date(2027, 6, 30)
SPEC = """version: 1
site: demo
services: [{name: payments-api}]
ingest: {listen: 0.0.0.0}
alerts: [{name: Slow.Charge, kind: trace_latency, service: SERVICE, threshold_ms: 800}]
suppress: [{code: CODE, AT reason: the firewall closes the port, until: "2027-06-30"}]
"""


def spec(code: str, at: str, service: str = "payments-api") -> str:
    """Return the spec of a site that suppresses a code."""
    place = f'at: "{at}",' if at else ""
    return SPEC.replace("CODE", code).replace("AT ", place).replace("SERVICE", service)


def told(code: str, at: str = "", today: date = LAST_DAY) -> list[str]:
    """Return the codes that are told."""
    site = site_of(spec(code, at))
    return [problem.code for problem in sift(run_checks(site), site, today)]


@pytest.mark.parametrize("at", ["", "ingest", "ingest.listen"])
def test_a_warning_is_not_told_until_the_end_of_its_day(at: str) -> None:
    assert ["OG023"] == told("OG017", at)


def test_the_day_after_it_is_told_again_and_why() -> None:
    assert ["OG023", "OG017", "OG056"] == told("OG017", today=date(2027, 7, 1))


def test_a_hint_can_be_suppressed() -> None:
    assert ["OG017"] == told("OG023")


@pytest.mark.parametrize("at", ["ingest.cors", "ingest.lis", "alerts", "no.such.place"])
def test_elsewhere_it_is_told(at: str) -> None:
    assert ["OG023", "OG017", "OG056"] == told("OG017", at)


@pytest.mark.parametrize("at", ["", "alerts.Slow.Charge.service"])
def test_an_error_is_told_in_any_case(at: str) -> None:
    assert "OG013" in [problem.code for problem in problems_of(spec("OG013", at, service="payment-api"))]


def test_what_is_not_there_need_not_be_suppressed() -> None:
    assert ["OG023", "OG017", "OG056"] == told("OG058")
