"""Each rendered file is accepted by the program that reads it; and each validator is seen to refuse a broken one.

These run in the images of this machine. The dialects whose program cannot be had are held to recorded key lists
(`test_dialects.py`).
"""

import pytest

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.render import Tree, render
from ongrid_gen.runtime import images
from ongrid_gen.verify import ask_engines
from support import ROOT, site_of

pytestmark = pytest.mark.engine

HOSTILE = r"""
version: 1
site: hostile
environment: 'prod "$x" ${y} {{ z }}'
labels: {cluster: 'a "b" \ ${c} $d {{ .e }}'}
services:
  - {name: payments-api, aliases: ['"x" ${y}', 'back\slash', '결제'], owner: team-a}
edges: [{name: local, attributes: {device_id: '$1 ${HOME} "quoted"'}}]
metrics: {dimensions: [http.request.method]}
alerts:
  - name: '결제 "느림" {{ x }} ${y} a/b'
    kind: trace_latency
    service: payments-api
    operation: 'POST /v1/"charge"/{id} ${x} \d+ $y {{ .z }}'
    threshold_ms: 812.5
    summary: '{{ $labels.nope }} "quoted" ${x}'
  - {name: "it's", kind: trace_error_rate, service: payments-api, operation: 'GET {id}', threshold_pct: 0.1}
  - {name: '$$', kind: service_dependency_error_rate, threshold_ratio: 0.05, labels: {team: '{{ "x" }} $a'}}
notify:
  channels: [{name: oncall, type: webhook, url_file: secrets/oncall.url}]
  routes: [{channel: oncall, match: {team: '{{ "x" }} $a'}}]
  default: oncall
"""
CHANNELS = """
version: 1
site: demo
services: [{name: payments-api, owner: team-a}, {name: shop-web}]
alerts:
  - {name: Slow, kind: trace_latency, service: payments-api, threshold_ms: 800, severity: critical}
  - {name: Errors, kind: trace_error_rate, service: payments-api, threshold_pct: 5}
  - {name: Dependency, kind: service_dependency_error_rate, threshold_ratio: 0.05}
notify:
  channels:
    - {name: hook, type: webhook, url_file: secrets/hook.url}
    - {name: slack, type: slack, url_file: secrets/slack.url, channel: "#oncall"}
    - name: mail
      type: email
      to: [oncall@example.com, lead@example.com]
      from: alerts@example.com
      smarthost: mail.example.com:587
      username: alerts
      password_file: secrets/mail.password
    - {name: telegram, type: telegram, bot_token_file: secrets/bot.token, chat_id: -1001}
    - {name: discord, type: discord, url_file: secrets/discord.url}
    - {name: msteams, type: msteams, url_file: secrets/teams.url, send_resolved: false}
    - {name: pagerduty, type: pagerduty, routing_key_file: secrets/pagerduty.key, region: eu}
    - {name: opsgenie, type: opsgenie, api_key_file: secrets/opsgenie.key}
  routes:
    - {channel: pagerduty, severity: critical, repeat: 1h}
    - {channel: slack, match: {owner: team-a}, group_by: [alertname]}
  default: hook
  heartbeat: {channel: hook}
  inhibit:
    - {source: {alertname: Slow}, target: {alertname: Errors}, equal: [service]}
maintenance:
  - {name: nightly, from: "23:00", to: "02:00", weekdays: [sunday], timezone: Asia/Seoul,
     match: {service: payments-api}}
  - {name: deploy, from: "12:00", to: "13:00", match: {severity: critical}}
  - {name: all, from: "04:00", to: "24:00", timezone: Europe/Berlin}
"""
# A gateway for other machines, and edges whose attributes are of many languages, by name of the sort of credential.
GUARDED = """
version: 1
site: guarded
services: [{name: payments-api}]
edges:
  - {name: local, attributes: {device_id: '$1 ${HOME} "quoted" \\ {{ x }}', 'q"$1': 결제}}
  - {name: branch}
gateway:
  endpoint: https://traces.example.com
  listen: 0.0.0.0
  tls: {}
  auth: {%s: secrets/edges.%s}
notify: {channels: [{name: oncall, type: webhook, url_file: secrets/oncall.url}], default: oncall}
"""
SPECS = {
    "smallest": (ROOT / "site.min.yaml").read_text(encoding="utf-8"),
    "demo": (ROOT / "site.yaml").read_text(encoding="utf-8"),
    "ongrid": (ROOT / "site.yaml").read_text(encoding="utf-8") + "\nalerting: {style: ongrid}\n",
    "hostile": HOSTILE,
    "channels": CHANNELS,
    **{scheme: GUARDED % (scheme, scheme) for scheme in ("basic", "bearer")},
}


@pytest.fixture(scope="module")
def sites(stand_ins: bool) -> dict[str, Site]:
    found = {name: site_of(text, stand_ins=stand_ins) for name, text in SPECS.items()}
    images.provide(found["demo"], print)
    return found


def words(problems: list[Problem]) -> list[str]:
    return [problem.message for problem in problems]


@pytest.mark.parametrize("name", list(SPECS))
def test_every_file_is_accepted_by_its_own_engine(sites: dict[str, Site], name: str) -> None:
    site = sites[name]
    assert words(ask_engines(site, render(site))) == []


def broken(site: Site, path: str, before: str, after: str) -> Tree:
    tree = render(site)
    assert before in tree[path]
    return {**tree, path: tree[path].replace(before, after, 1)}


BREAKS = {
    "promtool check config": ("prometheus/prometheus.yaml", "scrape_configs", "scrape_confusions"),
    "promtool check rules": ("prometheus/rules/payments-api.yaml", "rate(", "rrate("),
    "amtool": ("alertmanager/alertmanager.yaml", "receivers", "deceivers"),
    "tempo": ("tempo/tempo.yaml", "remote_write_flush_deadline", "remote_write_flush_deadlime"),
    "otelcol validate": ("otelcol/gateway.yaml", "memory_limiter:", "memory_limited:"),
    "docker compose config": ("compose.yaml", "mem_limit", "mem_limits"),
}


@pytest.mark.parametrize("engine_name", list(BREAKS))
def test_each_engine_is_seen_to_refuse(sites: dict[str, Site], engine_name: str) -> None:
    path, before, after = BREAKS[engine_name]
    found = words(ask_engines(sites["demo"], broken(sites["demo"], path, before, after)))
    assert any(message.startswith(engine_name) for message in found), found
    assert {message.split(" refuses ")[0] for message in found} <= {engine_name, "promtool check config"}


BLAMED = {
    "an alert": ("prometheus/rules/payments-api.yaml", "rate(traces_spanmetrics_latency", "rrate(x", ("alerts", 0)),
    "an objective": (
        "prometheus/rules/slo-payments-availability.yaml",
        "record: slo",
        "record: '%%'\n    x: slo",
        ("slos", 0),
    ),
    "a channel": ("alertmanager/alertmanager.yaml", "receiver: oncall", "receiver: onkall", ("notify",)),
    "the gateway": ("otelcol/gateway.yaml", "memory_limiter:", "memory_limited:", ("gateway",)),
    "an edge": ("edge/local/otelcol/agent.yaml", "memory_limiter:", "memory_limited:", ("edges", 0)),
}


@pytest.mark.parametrize("what", list(BLAMED))
def test_a_complaint_is_shown_at_the_key_that_caused_it(sites: dict[str, Site], what: str) -> None:
    path, before, after, key = BLAMED[what]
    found = ask_engines(sites["demo"], broken(sites["demo"], path, before, after))
    assert key in [problem.path for problem in found], found


def test_compose_that_would_lose_a_variable_is_refused(sites: dict[str, Site]) -> None:
    tree = broken(sites["demo"], "compose.yaml", "TZ: UTC", "TZ: $unset")
    assert any("unset" in message for message in words(ask_engines(sites["demo"], tree)))
