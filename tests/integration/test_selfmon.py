"""The stack's watch over itself on the real stack: quiet while all is well, and each fault is told.

Every `for` of the rendered self rules is shortened to 5 s, so that a fault need not last; how long each waits is proven
by the rule tests.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from integration.conftest import Running, Tree, stack_of
from ongrid_gen import catalogue, selfmon
from ongrid_gen.components.alertmanager import CONFIG as ALERTMANAGER_CONFIG
from ongrid_gen.components.prometheus import CONFIG as PROMETHEUS_CONFIG
from ongrid_gen.components.tempo import CONFIG as TEMPO_CONFIG
from ongrid_gen.conventions import WATCHDOG
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api
from ongrid_gen.wait import DeadlineError, until
from selfmon.test_selfmon_rules import rules, selectors

pytestmark = pytest.mark.integration

TRAFFIC = Traffic("payments-api", "POST /v1/charge", client="shop-web", rate=50)
# Many series on both sides of a comparison that wants one: an error at evaluation, though the syntax is right.
FAILING_RULE = """\
groups:
  - name: broken
    rules:
      - {record: broken, expr: 'prometheus_http_requests_total * on (job) prometheus_http_requests_total'}
"""
PATIENCE = 120
# Where an agent sends its spans; its own metrics go the same way, by another exporter.
WAY = "otlp_http/gateway:\n    endpoint: http://gateway:4318"
SILENCE = 120  # the window of `EdgeSilent`
# Compares two counters that are scraped at different times: until both were twice, one of them seems to stand.
PATIENT = {"TracesStalled"}


def impatient(tree: Tree) -> Tree:
    """Shorten every `for` of the stack's own rules, but for those that must outlast a start."""
    return {path: hurried(text) if path.startswith("prometheus/rules/self-") else text for path, text in tree.items()}


def hurried(text: str) -> str:
    """Return a rules file in which alerts wait five seconds only."""
    found = yaml.safe_load(text)
    for rule in (rule for group in found["groups"] for rule in group["rules"]):
        if "for" in rule and rule["alert"] not in PATIENT:
            rule["for"] = "5s"
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True)


def small_queue(spec: str) -> str:
    """Give the gateway a queue that is full after half a minute without Tempo."""
    return spec.replace("gateway: {batch: {timeout: 200ms}}", "gateway: {batch: {timeout: 200ms}, queue: {size: 2048}}")


@pytest.fixture(scope="module")
def healthy(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """A stack with traffic, all of it well."""
    with (
        stack_of("site.yaml", scratch, stand_ins=stand_ins, spec_change=small_queue, tree_change=impatient) as running,
        Sender(running.stack.otlp_http(), TRAFFIC),
    ):
        query = "sum(increase(traces_spanmetrics_calls_total[1m])) > 500"
        until(lambda: api.promql(running.stack.prometheus, query), seconds=PATIENCE, what="span metrics")
        yield running


def firing(running: Running, *states: str) -> set[str]:
    """Return the names of the alerts in these states; firing ones without any."""
    wanted = states or ("firing",)
    return {one["labels"]["alertname"] for one in api.alerts(running.stack.prometheus) if one["state"] in wanted}


def told(running: Running, *names: str, patience: float = PATIENCE) -> None:
    """Wait until these alerts have been seen firing."""
    left = set(names)

    def seen() -> bool:
        left.difference_update(firing(running))
        return not left

    try:
        until(seen, seconds=patience, what="them to fire")
    except DeadlineError as error:
        raise AssertionError(f"{sorted(left)} did not fire; firing: {sorted(firing(running))}") from error


def written(running: Running, path: str, before: str, after: str) -> str:
    """Change a rendered file in place, as its container sees it; return what it was."""
    file = running.stack.bundle / path
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    return text


def test_every_selector_finds_series_with_the_labels_it_asks_for(healthy: Running) -> None:
    prometheus = healthy.stack.prometheus
    born = catalogue.born("tempo", healthy.site.tempo.dialect) | catalogue.born("otelcol", catalogue.OTELCOL)
    wanted = {one.name for rule in rules(healthy.site) for one in selectors(rule.expr)} - born

    def all_here() -> bool:  # the last ones come with the first scrape after the first remote write
        return wanted <= set(api.get(f"{prometheus}/api/v1/label/__name__/values")["data"])

    until(all_here, seconds=PATIENCE, what="every metric of the stack's own rules")
    for rule in rules(healthy.site):
        known: set[str] = set()
        unborn = False
        for one in selectors(rule.expr):
            found = {
                label for series in api.promql(prometheus, f"{{__name__={one.name!r}}}") for label in series["metric"]
            }
            known |= found
            unborn = unborn or not found
            assert not found or {matcher.name for matcher in one.matchers.matchers} <= found, rule.name
        kept = {label for group in re.findall(r"by \(([^)]*)\)", rule.expr) for label in group.split(", ")}
        assert unborn or kept <= known, rule.name


def test_while_all_is_well_only_the_watchdog_speaks(healthy: Running) -> None:
    until(lambda: firing(healthy, "firing", "pending") - PATIENT == {WATCHDOG}, seconds=PATIENCE, what="quiet")
    ours = selfmon.names(healthy.site) - {WATCHDOG}
    ends = time.monotonic() + 20

    def over() -> bool:
        assert not firing(healthy, "firing", "pending") & ours - PATIENT
        assert not firing(healthy) & ours
        return time.monotonic() > ends

    until(over, seconds=40, what="a time of quiet")


def test_what_prometheus_cannot_do_is_told(healthy: Running) -> None:
    stack = healthy.stack
    broken = stack.bundle / "prometheus" / "rules" / "zz-broken.yaml"
    broken.write_text(FAILING_RULE, encoding="utf-8")
    api.post(f"{stack.prometheus}/-/reload")
    told(healthy, "RuleEvaluationFailing")
    broken.unlink()
    before = written(healthy, PROMETHEUS_CONFIG, "scrape_configs", "scrape_confusions")
    with pytest.raises(api.ApiError):
        api.post(f"{stack.prometheus}/-/reload")
    told(healthy, "PrometheusReloadFailed")
    (stack.bundle / PROMETHEUS_CONFIG).write_text(before, encoding="utf-8")
    api.post(f"{stack.prometheus}/-/reload")


def test_what_alertmanager_cannot_do_is_told(healthy: Running) -> None:
    stack = healthy.stack
    before = written(healthy, ALERTMANAGER_CONFIG, "receivers", "deceivers")
    with pytest.raises(api.ApiError):
        api.post(f"{stack.alertmanager}/-/reload")
    (stack.secrets / "oncall.url").write_text("http://prometheus:9090/not-here", encoding="utf-8")
    told(healthy, "AlertmanagerReloadFailed", "DeliveryFailing")
    (stack.bundle / ALERTMANAGER_CONFIG).write_text(before, encoding="utf-8")
    stack.centre.call("stop", "alertmanager", timeout=60)
    told(healthy, "AlertmanagerDown", "NotificationsFailing", "NotificationsDropped")
    stack.centre.call("start", "alertmanager", timeout=60)


def test_spans_of_another_time_are_told(healthy: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    late = time.time_ns() - 3600 * 10**9
    with monkeypatch.context() as patch, Sender(healthy.stack.otlp_http(), TRAFFIC):
        patch.setattr("ongrid_gen.drill.traffic.time.time_ns", lambda: late)
        told(healthy, "SpanClockSkew")


def test_an_edge_that_is_gone_or_refused_for_good_is_told(healthy: Running) -> None:
    agent = healthy.stack.edge("local")
    # a port that speaks HTTP and knows no OTLP: the answer forbids to try again
    before = written(healthy, "edge/local/otelcol/agent.yaml", WAY, WAY.replace("4318", "8888"))
    agent.call("restart", "agent", timeout=60)
    told(healthy, "EdgeDropping")
    (healthy.stack.bundle / "edge/local/otelcol/agent.yaml").write_text(before, encoding="utf-8")
    agent.call("stop", "agent", timeout=60)
    told(healthy, "EdgeSilent", patience=SILENCE + PATIENCE)
    agent.call("start", "agent", timeout=60)


def test_a_gateway_that_is_gone_is_told(healthy: Running) -> None:
    healthy.stack.centre.call("stop", "gateway", timeout=60)
    told(healthy, "GatewayDown")
    healthy.stack.centre.call("start", "gateway", timeout=60)


def test_a_tempo_that_is_gone_fills_the_queue_and_its_limit_of_series_is_told(healthy: Running) -> None:
    stack = healthy.stack
    stack.centre.call("stop", "tempo", timeout=60)
    told(healthy, "TempoDown", "GatewayQueueFilling", "GatewayQueueFull", "GatewayRefusing")
    told(healthy, "EdgeQueueFilling", "EdgeRefusing")
    restarted_with(healthy, r"(max_active_series): \d+", r"\1: 50")
    told(healthy, "TempoSeriesLimited", "TempoSeriesNearLimit")


def test_a_prometheus_that_takes_nothing_is_told(healthy: Running) -> None:
    stack = healthy.stack
    written(healthy, "compose.yaml", "--web.enable-remote-write-receiver", "--web.enable-admin-api")
    stack.centre.call("up", "--detach", "--no-deps", "prometheus", timeout=120)
    told(healthy, "RemoteWriteFailing")


def test_spans_over_the_rate_limit_are_told(healthy: Running) -> None:
    healthy.stack.centre.call("stop", "tempo", timeout=60)
    restarted_with(healthy, r"(rate_limit_bytes|burst_size_bytes): \d+", r"\1: 2000")
    told(healthy, "TempoSpansDiscarded", "TempoSpansRefused", "GatewayExportFailing")


def restarted_with(running: Running, pattern: str, replacement: str) -> None:
    """Change Tempo's configuration, and start it again."""
    file = running.stack.bundle / TEMPO_CONFIG
    text, times = re.subn(pattern, replacement, file.read_text(encoding="utf-8"))
    assert times
    file.write_text(text, encoding="utf-8")
    running.stack.centre.call("start", "tempo", timeout=60)
