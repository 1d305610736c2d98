"""A real Alertmanager with our configuration and texts: who is told, in which words, and what keeps it quiet.

The alerts are those that the rules' own unit tests expect, so labels and texts are the rules'.
"""

import html
import json
import re
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.sinks import HttpSink, MailSink
from ongrid_gen.components import alertmanager, channels
from ongrid_gen.components.base import yaml_file
from ongrid_gen.components.images import ALERTMANAGER
from ongrid_gen.conventions import ALERTMANAGER_HTTP, WATCHDOG
from ongrid_gen.model import Site
from ongrid_gen.rulefiles import rule_files
from ongrid_gen.rules import Rule
from ongrid_gen.runtime import api, docker, images
from ongrid_gen.wait import DeadlineError, until
from ongrid_gen.write import write
from support import site_of

pytestmark = pytest.mark.integration

Alert = dict[str, Any]

SPEC = """
version: 1
site: demo
services: [{name: payments-api, owner: "team <a> & b"}, {name: shop-web}]
alerting: {runbooks: "https://wiki.example.com/runbooks(1)"}
alertmanager: {url: "https://alerts.example.com/am"}
alerts:
  - {name: Slow, kind: trace_latency, service: shop-web, threshold_ms: 800, severity: critical}
  - {name: PaymentsSlow, kind: trace_latency, service: payments-api, threshold_ms: 800}
  - {name: "결제 오류", kind: trace_error_rate, service: payments-api, threshold_pct: 5}
  - {name: Dependency, kind: service_dependency_error_rate, client: shop-web, threshold_ratio: 0.05}
slos: [{name: charges, service: payments-api, objective: 99.9, sli: errors}]
"""
CHANNELS = """
notify:
  group_wait: 1s
  group_interval: 1s
  channels:
    - {name: hook, type: webhook, url_file: secrets/hook}
    - {name: slack, type: slack, url_file: secrets/slack, channel: "#oncall"}
    - {name: mail, type: email, to: [a@example.com, b@example.com], from: c@example.com, smarthost: "@",
       require_tls: false}
    - {name: telegram, type: telegram, bot_token_file: secrets/token, chat_id: -1001}
    - {name: discord, type: discord, url_file: secrets/discord}
    - {name: msteams, type: msteams, url_file: secrets/msteams}
    - {name: pagerduty, type: pagerduty, routing_key_file: secrets/key}
    - {name: opsgenie, type: opsgenie, api_key_file: secrets/key}
  routes: [{channel: hook}, {channel: slack}, {channel: mail}, {channel: telegram}, {channel: discord},
           {channel: msteams}, {channel: pagerduty}, {channel: opsgenie}]
  default: hook
"""
PATHS = {"hook": "/hook", "slack": "/slack", "telegram": "/bot", "discord": "/discord", "msteams": "/msteams",
         "pagerduty": "/pagerduty", "opsgenie": "/v2/alerts"}  # fmt: skip
LONG = "<&>\"'`*_" * 60


class Running:
    """An Alertmanager under test, and where its notifications arrive."""

    def __init__(self, site: Site, address: str, http: HttpSink, mail: MailSink) -> None:
        self.site, self.address, self.http, self.mail = site, address, http, mail

    def post(self, *alerts: Alert) -> None:
        """Let alerts arrive as Prometheus sends them: with the external labels."""
        sent = [{**one, "labels": {**self.site.external_labels, **one["labels"]}} for one in alerts]
        request = urllib.request.Request(
            f"{self.address}/api/v2/alerts", json.dumps(sent).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10):
            pass

    def resolve(self, *alerts: Alert) -> None:
        """Let alerts be over."""
        now = datetime.now(UTC)
        self.post(*[{**one, "startsAt": text(now - timedelta(minutes=3)), "endsAt": text(now)} for one in alerts])

    def status(self, alert: Alert) -> dict[str, Any]:
        """Return what Alertmanager says of an alert."""
        for one in api.get(f"{self.address}/api/v2/alerts"):
            if alert["labels"].items() <= one["labels"].items():
                status: dict[str, Any] = one["status"]
                return status
        raise AssertionError(f"Alertmanager does not know {alert['labels']}")


def text(moment: datetime) -> str:
    """Return a time as the API reads it."""
    return moment.isoformat().replace("+00:00", "Z")


@contextmanager
def running(spec: str, folder: Path, stand_ins: bool) -> Iterator[Running]:
    """Run an Alertmanager with the configuration of a spec; only where notifications go is changed."""
    with HttpSink() as http, MailSink() as mail:
        site = site_of(spec.replace('smarthost: "@"', f'smarthost: "{mail.address}"'), stand_ins=stand_ins)
        images.provide(site, print)
        config = alertmanager.config(site)
        for receiver in config["receivers"]:
            for one in receiver.get("telegram_configs", ()):
                one["api_url"] = http.url("")
            for one in receiver.get("pagerduty_configs", ()):
                one["url"] = http.url("/pagerduty")
            for one in receiver.get("opsgenie_configs", ()):
                one["api_url"] = http.url("/")
        write({**alertmanager.files(site), alertmanager.CONFIG: yaml_file(config, site)}, folder)
        secrets = folder / "secrets"
        secrets.mkdir()
        for channel in site.notify.channels:
            for file, secret in channels.secrets_of(channel).items():
                value = http.url(f"/{channel.name}") if secret is channels.ADDRESS else "12:key"
                (folder / file).write_text(f"{value}\n", encoding="utf-8")
        with container(site, folder) as address:
            yield Running(site, address, http, mail)


@contextmanager
def container(site: Site, folder: Path) -> Iterator[str]:
    """Run the container of the bundle's Alertmanager, as compose.yaml would."""
    service = alertmanager.service(site)
    name = f"notify-{uuid.uuid4().hex[:8]}"
    docker.run(
        "run", "--detach", f"--name={name}", "--add-host=host.docker.internal:host-gateway",
        f"--user={service['user']}",
        "--tmpfs=/alertmanager:mode=1777", f"--publish=127.0.0.1:0:{ALERTMANAGER_HTTP}",
        f"--volume={folder / 'alertmanager'}:/etc/alertmanager:ro", f"--volume={folder / 'secrets'}:/run/secrets:ro",
        ALERTMANAGER.reference(site.images), *service["command"],
    )  # fmt: skip
    try:
        port = docker.run("port", name, str(ALERTMANAGER_HTTP)).strip().rsplit(":", 1)[-1]
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(address), seconds=30, what="Alertmanager to be ready")
        yield address
    finally:
        docker.attempt("rm", "--force", name, timeout=30)


def answers(address: str) -> bool:
    """Tell whether Alertmanager is ready."""
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def alert_of(site: Site, name: str, number: int = 0) -> Alert:
    """Return an alert as the unit tests of its rule expect it: all its labels, all its texts."""
    found = [
        {"labels": {"alertname": name, **one["exp_labels"]}, "annotations": one["exp_annotations"]}
        for file in rule_files(site)
        for tests in file.tests
        for test in tests.tests
        for asked in test.body.get("alert_rule_test", ())
        if asked["alertname"] == name
        for one in asked["exp_alerts"]
    ]
    return found[number]


def rule_labels(site: Site, name: str) -> dict[str, str]:
    """Return the labels of one of the stack's own rules, as they stand in the rule file."""
    rules = [rule for file in rule_files(site) for rule in file.rules if isinstance(rule, Rule)]
    return {"alertname": name, **next(rule.labels for rule in rules if rule.name == name)}


@pytest.fixture(scope="module")
def told(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    with running(SPEC + CHANNELS, scratch / "told", stand_ins) as one:
        yield one


def arrived(told: Running, alert: Alert, status: str) -> dict[str, str]:
    """Wait until every channel told of an alert with this status, and return the texts without their escapes.

    PagerDuty and Opsgenie say nothing when it is over: they close what they opened.
    """
    name, found = alert["labels"]["alertname"], {}
    mark = {"firing": "since ", "resolved": "over after "}[status]
    wanted = {*PATHS, "mail"} - ({"pagerduty", "opsgenie"} if status == "resolved" else set())

    def everywhere() -> bool:
        for channel, path in PATHS.items():
            for body in told.http.bodies(path):
                plain = plain_text(json.dumps(body, ensure_ascii=False))
                if name in plain and (mark in plain or body.get("status") == status):
                    found[channel] = plain
        for mail in told.mail.mails:
            if name in str(mail["subject"]) and mark in mail.get_body(("plain",)).get_content():
                found["mail"] = mail.get_body(("plain",)).get_content()
        return wanted <= set(found)

    try:
        until(everywhere, seconds=40, what=f"every channel to be told that {name} is {status}")
    except DeadlineError as error:
        raise AssertionError(f"only {sorted(found)} were told") from error
    return found


def plain_text(body: str) -> str:
    """Return text without the escapes of JSON, Markdown and HTML."""
    return html.unescape(re.sub(r"\\+([`*_~|<>\[\]#\"'])", r"\1", body))


def test_every_channel_says_what_is_the_matter_and_where_to_look(told: Running) -> None:
    alert = alert_of(told.site, "PaymentsSlow")
    told.post(alert)
    labels, notes = alert["labels"], alert["annotations"]
    texts = arrived(told, alert, "firing")
    for channel, said in texts.items():
        assert notes["summary"] in said, channel
        assert "800 ms" in notes["summary"]
        assert labels["owner"] in said, channel
        assert labels["service"] in said, channel
        # Telegram's and Teams' bodies are HTML and Markdown; an address is the same in both
        assert notes["traces"].replace("&", "&amp;") in said or notes["traces"] in said, channel
    for channel in set(texts) - {"hook"}:
        said = texts[channel]
        assert "[warning] PaymentsSlow" in said or "warning" in said, channel
        assert "https://wiki.example.com/runbooks(1" in urllib.parse.unquote(said), channel
        assert "https://alerts.example.com/am/#/" in said, channel
    told.resolve(alert)
    ended = arrived(told, alert, "resolved")
    assert "[resolved] PaymentsSlow" in ended["slack"]
    assert "[resolved] PaymentsSlow" in ended["telegram"]


def latest(told: Running, path: str, name: str) -> Any:
    """Wait for a notification of that alert, and return the last one."""
    until(lambda: bool(told.http.bodies(path, lambda body: name in body)), seconds=30, what=f"{path} to be told")
    return told.http.bodies(path, lambda body: name in body)[-1]


def test_each_service_is_told_in_its_own_way(told: Running) -> None:
    alert = alert_of(told.site, "Slow")
    told.post(alert)
    slack = latest(told, "/slack", "[critical] Slow")
    assert ("#oncall", "danger") == (slack["channel"], slack["attachments"][0]["color"])
    assert "https://alerts.example.com/am/#/alerts?receiver=slack" == slack["attachments"][0]["title_link"]
    pager = latest(told, "/pagerduty", "[critical] Slow")
    assert ("trigger", "critical", "12:key") == (
        pager["event_action"],
        pager["payload"]["severity"],
        pager["routing_key"],
    )
    assert ["Traces", "Runbook", "Silence"] == [link["text"] for link in pager["links"]]
    assert alert["annotations"]["traces"] == pager["links"][0]["href"]
    genie = latest(told, "/v2/alerts", '"priority": "P1"')
    assert ("demo", "Slow") == (genie["details"]["site"], genie["details"]["alertname"])
    telegram = latest(told, "/bot12:key/sendMessage", "[critical] Slow")
    assert ("-1001", "HTML") == (str(telegram["chat_id"]), telegram["parse_mode"])
    told.resolve(alert)
    until(lambda: ended(told, pager["dedup_key"]), seconds=30, what="the incident to be closed")
    close = f"/v2/alerts/{genie['alias']}/close"
    until(lambda: bool(told.http.bodies(close)), seconds=30, what="Opsgenie's alert to be closed")


def ended(told: Running, key: str) -> bool:
    """Tell whether PagerDuty's incident of that key was closed."""
    return any((key, "resolve") == (one["dedup_key"], one["event_action"]) for one in told.http.bodies("/pagerduty"))


def test_a_silence_link_names_the_labels_of_the_alert(told: Running) -> None:
    alert = alert_of(told.site, "결제 오류")
    told.post(alert)
    found = latest(told, "/discord", "결제")["embeds"][0]["description"]
    link = urllib.parse.unquote(re.findall(r"silences/new\?filter=([^)]*)\)", found)[0])
    assert link.startswith('{alertname="결제 오류",')
    assert 'service="payments-api"' in link
    assert 'owner="team <a> & b"' in link
    told.resolve(alert)


def test_hostile_text_stays_text_and_is_never_too_long(told: Running) -> None:
    labels = {"alertname": f"Hostile {LONG[:100]}", "severity": "critical", "service": LONG, "owner": LONG}
    notes = {"summary": f"<script>alert(1)</script> {LONG}", "description": LONG * 5,
             "runbook": "javascript:alert(1)", "traces": "javascript:alert(2)"}  # fmt: skip
    told.post({"labels": labels, "annotations": notes})
    message = latest(told, "/bot", "Hostile")["text"]
    assert "could not be sent" not in message
    assert len(message) <= 4096
    assert "<script>" not in message
    assert re.fullmatch(r"(?:[^<>]|</?b>|<a href=\"https?://[^\"]*\">|<a href=\"#ZgotmplZ\">|</a>)*", message)
    until(lambda: any("Hostile" in str(mail["subject"]) for mail in told.mail.mails), seconds=30, what="the mail")
    mail = next(mail for mail in told.mail.mails if "Hostile" in str(mail["subject"]))
    page = mail.get_body(("html",)).get_content()
    assert "<script>" not in page
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)
    slack = latest(told, "/slack", "Hostile")["attachments"][0]
    assert "<script>" not in slack["text"]
    assert "&lt;script&gt;" in slack["text"]
    assert len(json.dumps(latest(told, "/msteams", "Hostile"), ensure_ascii=False).encode()) < 28_000


def test_a_crowd_is_counted_and_its_first_are_listed(told: Running) -> None:
    alert = alert_of(told.site, "Dependency")
    crowd = [{**alert, "labels": {**alert["labels"], "alertname": "Crowd", "client": f"c{n}"}} for n in range(25)]
    told.post(*crowd)
    until(
        lambda: all(
            told.http.bodies(path, lambda body: "25 firing" in body) for path in ("/slack", "/bot", "/discord")
        ),
        seconds=30,
        what="the whole crowd to be told at once",
    )
    slack = told.http.bodies("/slack", lambda body: "25 firing" in body)[-1]["attachments"][0]["text"]
    assert 10 == slack.count("since ")
    assert "the first 10 of 25" in slack
    telegram = told.http.bodies("/bot", lambda body: "25 firing" in body)[-1]["text"]
    assert 5 == telegram.count("warning: ")
    told.resolve(*crowd)


def test_no_notification_failed(told: Running) -> None:
    with urllib.request.urlopen(f"{told.address}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    failed = [line for line in lines if line.startswith("alertmanager_notifications_failed_total")]
    assert failed
    assert [line for line in failed if not line.endswith(" 0")] == []


INHIBITED = {
    "Tempo is down, so what is read from spans is no news": ("TempoDown", "Slow", {}),
    "nor are failing calls": ("TempoDown", "Dependency", {}),
    "nor a burning budget": ("TempoDown", "charges ticket", {}),
    "the caller is slow because what it calls fails": ("Dependency", "Slow", {}),
    "who is paged needs no ticket": ("charges page", "charges ticket", {}),
}
HEARD = {
    "another site's Tempo is down": ("TempoDown", "Slow", {"site": "other"}),
    "Tempo is down, but the heartbeat goes on": ("TempoDown", WATCHDOG, {}),
    "another caller's dependency fails": ("Dependency", "PaymentsSlow", {}),
    "a rule without `affects` shares it with nobody": ("Dependency", "SlowBoundMissing", {"affects": ""}),
    "another objective burns": ("charges page", "charges ticket", {"slo": "other"}),
    "the ticket keeps no page quiet": ("charges ticket", "charges page", {}),
    "the slow caller keeps its dependency's alert": ("Slow", "Dependency", {}),
}


def any_alert(site: Site, name: str) -> Alert:
    """Return an alert by its rule's name, by that of the stack's own rule, or by objective and tier."""
    objective, _, tier = name.partition(" ")
    if tier in ("page", "ticket"):
        rules = [rule for file in rule_files(site) for rule in file.rules if isinstance(rule, Rule)]
        rule = next(one for one in rules if one.labels.get("slo") == objective and one.labels.get("tier") == tier)
        return {"labels": {"alertname": rule.name, "service_name": "payments-api", **rule.labels}}
    try:
        return alert_of(site, name)
    except IndexError:
        return {"labels": rule_labels(site, name)}


@pytest.fixture(scope="module")
def quiet(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    with running(SPEC, scratch / "quiet", stand_ins) as one:
        yield one


def inhibited(quiet: Running, source: str, target: str, changed: Mapping[str, str]) -> bool:
    """Tell whether one alert keeps another quiet. A label of its own keeps every pair apart from the others."""
    pair = {"pair": uuid.uuid4().hex}
    first, second = any_alert(quiet.site, source), any_alert(quiet.site, target)
    first = {**first, "labels": {**first["labels"], **changed, **pair}}
    second = {**second, "labels": {**second["labels"], **pair}}
    quiet.post(first)
    quiet.post(second)
    try:
        return bool(quiet.status(second)["inhibitedBy"])
    finally:
        quiet.resolve(first, second)


@pytest.mark.parametrize("why", list(INHIBITED))
def test_one_cause_is_one_notification(quiet: Running, why: str) -> None:
    source, target, changed = INHIBITED[why]
    assert inhibited(quiet, source, target, changed)


@pytest.mark.parametrize("why", list(HEARD))
def test_what_has_another_cause_is_told(quiet: Running, why: str) -> None:
    source, target, changed = HEARD[why]
    assert not inhibited(quiet, source, target, changed)


def windows() -> str:
    """Return a window that is now, whatever the time, and one that is not."""
    later = datetime.now(UTC) + timedelta(hours=3)
    begin, end = later.strftime("%H:%M"), (later + timedelta(hours=1)).strftime("%H:%M")
    return f"""
maintenance:
  - {{name: now, from: "00:00", to: "24:00", match: {{service: payments-api}}}}
  - {{name: later, from: "{begin}", to: "{end}", match: {{severity: critical}}}}
"""


@pytest.fixture(scope="module")
def maintained(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    notify = CHANNELS + "  heartbeat: {channel: discord, interval: 2s}\n"
    with running(SPEC + notify + windows(), scratch / "maintained", stand_ins) as one:
        yield one


def test_a_window_that_is_now_keeps_its_alerts_quiet_and_no_others(maintained: Running) -> None:
    ours, other = alert_of(maintained.site, "PaymentsSlow"), alert_of(maintained.site, "Slow")
    maintained.post(ours, other)
    until(lambda: muted_by(maintained, ours) == {"now"}, seconds=30, what="the alert to be muted")
    latest(maintained, "/hook", '"Slow"')
    assert set() == muted_by(maintained, other)
    assert maintained.http.bodies("/hook", lambda body: "PaymentsSlow" in body) == []


def muted_by(running: Running, alert: Alert) -> set[str]:
    """Return the windows in which every notification of an alert is kept back now."""
    found = [
        set(one["status"]["mutedBy"])
        for group in api.get(f"{running.address}/api/v2/alerts/groups")
        for one in group["alerts"]
        if alert["labels"].items() <= one["labels"].items()
    ]
    return set.intersection(*found) if found else set()


def test_the_heartbeat_beats_at_its_interval_in_maintenance_too(maintained: Running) -> None:
    """Alertmanager repeats at multiples of `group_interval`; were both the same, every second is left out."""
    labels = {**rule_labels(maintained.site, WATCHDOG), "service": "payments-api"}
    maintained.post({"labels": labels})
    until(lambda: len(beats(maintained)) >= 4, seconds=30, what="four beats")
    gaps = [after - before for before, after in zip(beats(maintained), beats(maintained)[1:], strict=False)]
    assert max(gaps) < 3.5
    assert maintained.http.bodies("/hook", lambda body: WATCHDOG in body) == []


def beats(running: Running) -> list[float]:
    """Return when the heartbeat's channel was told."""
    return [one.at for one in list(running.http.arrived) if one.path == "/discord" and WATCHDOG in json.dumps(one.body)]
