"""Files made from a stencil are those that each service would have by itself, to the byte; and made in no time."""

import time

import pytest

from ongrid_gen import alerts
from ongrid_gen.alerts import stencil
from ongrid_gen.components.prometheus import rule_texts
from ongrid_gen.model import Site
from ongrid_gen.render import render
from ongrid_gen.rules import RuleFile
from support import site_of

NAMES = ("payments-api", "on", "y", "null", "inf", "a", "x2", "e1", "service", "slo-a", "self-b", "metrics",
         "service-graph", "o-" + "x" * 60, "ends-", "ongrid-gen")  # fmt: skip
ALERT_NAMES = (
    "Plain",
    "is_plain",
    "on",
    "No",
    "slo-x",
    "결제느림",
    "a: b",
    "{{ $x }}",
    "1e3",
    "x" * 120,
    "a.b",
    "Ends-",
)
ALERTS = """\
  - {{name: '{name}', kind: trace_latency, service: {service}, threshold_ms: 800, operation: 'GET /{{id}}'}}
  - {{name: '{name}2', kind: trace_error_rate, service: {service}, threshold_pct: 5, summary: 'too many {{'}}
  - {{name: '{name}3', kind: trace_throughput_drop, service: {service}, labels: {{team: a}}}}
  - {{name: '{name}4', kind: trace_absent, service: {service}, expect: after_seen}}
"""


def site(alerting: str) -> Site:
    services = "".join(
        f"  - {{name: '{name}', owner: {'team a' if at % 3 else 'team-b'}}}\n" for at, name in enumerate(NAMES)
    )
    names = [*ALERT_NAMES, *(f"Alert{number}" for number in range(len(ALERT_NAMES), len(NAMES)))]
    found = "".join(ALERTS.format(name=name[:119], service=f"'{of}'") for name, of in zip(names, NAMES, strict=True))
    edges = "  - {name: Edges, kind: service_dependency_error_rate, threshold_ratio: 0.1}\n"
    return site_of(f"version: 1\nsite: demo\nalerting: {alerting}\nservices:\n{services}alerts:\n{found}{edges}")


@pytest.mark.parametrize("alerting", ["{}", "{style: ongrid}", "{runbooks: 'https://wiki.example/runbooks'}"])
def test_every_file_is_the_one_that_is_rendered_plainly(alerting: str) -> None:
    found = site(alerting)
    plain = {path: text for file in alerts.rule_files(found) for path, text in rule_texts(file, found).items()}
    assert plain == stencil.alert_files(found, rule_texts)


def test_a_shape_is_rendered_once() -> None:
    found = site("{}")
    rendered: list[RuleFile] = []
    stencil.alert_files(found, lambda file, of: rendered.append(file) or {})
    stood_in = [file for file in rendered if file.name == stencil.SERVICE]
    assert 0 < len(stood_in) <= 2
    assert len(rendered) < len(alerts.groups(found))


def test_services_whose_alerts_are_alike_cost_little_more_than_one() -> None:
    names = [f"service-{number}" for number in range(200)]
    services = "".join(f"  - {{name: {name}}}\n" for name in names)
    found = "".join(ALERTS.format(name=f"Alert{at}x", service=name) for at, name in enumerate(names))
    many = site_of(f"version: 1\nsite: demo\nservices:\n{services}alerts:\n{found}")
    started = time.process_time()
    render(many)
    assert time.process_time() - started < 4
