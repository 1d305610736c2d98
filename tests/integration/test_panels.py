"""Dashboards on the real stack: each panel's query finds series, and an alert's own query leads to a slow trace.

Grafana itself is not asked: what it would ask Prometheus and Tempo is.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from integration.conftest import Running
from ongrid_gen import dashboards
from ongrid_gen.alerts import kind_of
from ongrid_gen.components import datasources
from ongrid_gen.drill.traffic import Sender, Traffic
from ongrid_gen.runtime import api
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

SLOW = Traffic("payments-api", "POST /v1/charge", client="shop-web", duration=Decimal("0.9"), rate=20)
FAILING = Traffic("stock-api", "GET /stock", client="shop-web", rate=20, error_percent=Decimal(20))
ALERT = "PaymentsSlow"
# What is only there when something is wrong, which it is not: the title of the panel and the legend of the query.
NOTHING_WRONG = (
    ("Spans refused and lost", ""),
    ("Refused and dropped", ""),
    ("Notifications", "failed"),
    ("Alerts that fire", ""),
)
# Whose services get no traffic here.
UNSENT = ("OrdersErrors", "EdgeSlow", "CalmSlow", "CalmErrors")
CHOSEN = {"service": ("payments-api", "shop-web"), "operation": (".*",), "__rate_interval": ("1m",)}
TOOK = re.compile(r'"(?:start|end)TimeUnixNano": ?"?(\d+)')


@dataclass
class Seen:
    """The stack while an alert fires."""

    running: Running
    began: float


@pytest.fixture(scope="module")
def seen(running: Running) -> Iterator[Seen]:
    began = time.time()
    with ExitStack() as stack:
        for traffic in (SLOW, FAILING):
            stack.enter_context(Sender(running.stack.otlp_http(), traffic))
        labels = {"alertname": ALERT}
        until(lambda: running.sink.found("firing", labels, began), seconds=420, what=f"{ALERT} at the webhook")
        yield Seen(running, began)


def found_for(seen: Seen, expr: str) -> list[dict[str, str]]:
    """Return the labels of what a query finds, with any choice of the variables in it."""
    tried = [expr]
    for name, values in CHOSEN.items():
        tried = [one.replace(f"${name}", value) for one in tried for value in values]
    answers = [api.promql(seen.running.stack.prometheus, one) for one in dict.fromkeys(tried)]
    return [entry["metric"] for answer in answers for entry in answer]


def asked(seen: Seen) -> Iterator[tuple[str, Any]]:
    """Yield the title of every panel with each of its queries."""
    for text in dashboards.files(seen.running.site).values():
        for one in json.loads(text)["panels"]:
            for panel in (one, *one.get("panels", ())):
                yield from ((panel["title"], target) for target in panel.get("targets", ()) if "expr" in target)


def test_every_panel_has_something_to_show(seen: Seen) -> None:
    queries = list(asked(seen))
    assert len(queries) > 40
    empty = [
        f"{title}: {target['expr']}"
        for title, target in queries
        if title not in UNSENT
        and not any(title == panel and words in target.get("legendFormat", "") for panel, words in NOTHING_WRONG)
        and not found_for(seen, target["expr"])
    ]
    assert empty == []


def test_what_a_legend_names_is_a_label_of_the_series(seen: Seen) -> None:
    for title, target in asked(seen):
        for label in re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")):
            assert all(label in metric for metric in found_for(seen, target["expr"])), f"{title}: {label}"


def test_the_query_of_a_firing_alert_has_an_exemplar_that_opens_a_slow_trace(seen: Seen) -> None:
    site, stack = seen.running.site, seen.running.stack
    alert = site.alert(ALERT)
    assert alert is not None
    curve, _ = kind_of(alert).plot(alert, site).curves[0]
    address, now = f"{stack.prometheus}/api/v1/query_exemplars", time.time()
    data = api.get(address, query=curve, start=f"{seen.began:.0f}", end=f"{now:.0f}")["data"]
    # the label by which the datasource opens a trace is the one that the exemplar has
    links = datasources.prometheus(site)["jsonData"]["exemplarTraceIdDestinations"]
    ids = [
        one["labels"][link["name"]]
        for series in data
        for one in series["exemplars"]
        for link in links
        if link["name"] in one["labels"] and float(one["value"]) > 0.8
    ]
    assert ids, f"none of {data}"
    opened = until(lambda: next(filter(None, (api.trace(stack.tempo, one.zfill(32)) for one in ids[-20:])), None),
                   seconds=60, what="a trace of an exemplar")  # fmt: skip
    text = json.dumps(opened)
    assert '"payments-api"' in text
    assert "POST /v1/charge" in text
    times = [int(one) for one in TOOK.findall(text)]
    assert max(times) - min(times) >= 800_000_000
