"""The types of channel: what each one takes of the spec, and what Alertmanager is told of it.

A new type is an entry of CHANNELS, `schemas/channels/<type>.schema.json` and `stack/alertmanager/<type>.tmpl` (a
webhook needs no text: its body is Alertmanager's own).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ongrid_gen.conventions import SECRETS_DIR
from ongrid_gen.model import Channel

Config = dict[str, Any]

COMMON_TEXTS: Final = "common"
# Alertmanager's own default is the first of each pair; the second is for accounts in Europe.
PAGERDUTY: Final = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
OPSGENIE: Final = {"us": "https://api.opsgenie.com/", "eu": "https://api.eu.opsgenie.com/"}


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that a channel reads from a file, under its key in the spec: what it is, and what one looks like."""

    what: str
    example: str


@dataclass(frozen=True, slots=True)
class ChannelType:
    """One type of channel. `section` is Alertmanager's list for it, `texts` whether it has a file of templates."""

    section: str
    secrets: Mapping[str, Secret]
    config: Callable[[Channel], Config]
    texts: bool = True


def text(name: str) -> str:
    """Return the Go template that calls one of ours."""
    return f'{{{{ template "{name}" . }}}}'


def secret_name(file: str) -> str:
    """Return the name of a secret inside the container: its file name."""
    return file.rsplit("/", 1)[-1]


def mounted(channel: Channel, key: str) -> str:
    """Return where a secret of the channel lies in the container. It is read at each notification."""
    return f"{SECRETS_DIR}/{secret_name(channel.settings[key])}"


def webhook(channel: Channel) -> Config:
    """Every alert of the group, as JSON."""
    return {"url_file": mounted(channel, "url_file"), "max_alerts": 0, "timeout": "10s"}


def slack(channel: Channel) -> Config:
    """Slack: a title that leads to Alertmanager, the alerts below it; red, yellow or green at the side."""
    return {
        "api_url_file": mounted(channel, "url_file"),
        **({"channel": channel.settings["channel"]} if "channel" in channel.settings else {}),
        "color": text("slack.ongrid.color"),
        "title": text("slack.ongrid.title"),
        "title_link": text("ongrid.alertmanager"),
        "text": text("slack.ongrid.text"),
        "fallback": text("slack.ongrid.title"),
    }


def email(channel: Channel) -> Config:
    """Mail, as HTML and as plain text. Alertmanager takes the port 465 as encrypted from the first byte."""
    settings = channel.settings
    login: Config = {}
    if "username" in settings:
        login = {"auth_username": settings["username"], "auth_password_file": mounted(channel, "password_file")}
    return {
        "to": ", ".join(settings["to"]),
        "from": settings["from"],
        "smarthost": settings["smarthost"],
        **login,
        "require_tls": settings["require_tls"],
        "headers": {"Subject": text("email.ongrid.subject")},
        "html": text("email.ongrid.html"),
        "text": text("email.ongrid.text"),
    }


def telegram(channel: Channel) -> Config:
    """Telegram: HTML, in which Alertmanager escapes every value."""
    return {
        "bot_token_file": mounted(channel, "bot_token_file"),
        "chat_id": channel.settings["chat_id"],
        "parse_mode": "HTML",
        "message": text("telegram.ongrid.message"),
    }


def discord(channel: Channel) -> Config:
    """Discord: one embed; Alertmanager colours it."""
    return {
        "webhook_url_file": mounted(channel, "url_file"),
        "title": text("discord.ongrid.title"),
        "message": text("discord.ongrid.message"),
    }


def msteams(channel: Channel) -> Config:
    """Teams: a card of two text blocks; Alertmanager colours the title."""
    return {
        "webhook_url_file": mounted(channel, "url_file"),
        "title": text("msteams.ongrid.title"),
        "text": text("msteams.ongrid.text"),
    }


def pagerduty(channel: Channel) -> Config:
    """PagerDuty: an incident for each group, closed when it is over."""
    return {
        "routing_key_file": mounted(channel, "routing_key_file"),
        "url": PAGERDUTY[channel.settings["region"]],
        "severity": text("pagerduty.ongrid.severity"),
        "description": text("ongrid.title"),
        "client": "Alertmanager",
        "client_url": text("ongrid.alertmanager"),
        "source": text("pagerduty.ongrid.source"),
        "component": text("pagerduty.ongrid.component"),
        "class": text("pagerduty.ongrid.class"),
        "details": {
            "firing": text("pagerduty.ongrid.firing"),
            "resolved": text("pagerduty.ongrid.resolved"),
        },
        "links": [
            {"href": text("ongrid.traces"), "text": "Traces"},
            {"href": text("ongrid.runbook"), "text": "Runbook"},
            {"href": text("ongrid.silence"), "text": "Silence"},
        ],
    }


def opsgenie(channel: Channel) -> Config:
    """Opsgenie: an alert for each group, closed when it is over; P1, P3 or P5."""
    return {
        "api_key_file": mounted(channel, "api_key_file"),
        "api_url": OPSGENIE[channel.settings["region"]],
        "message": text("ongrid.title"),
        "description": text("opsgenie.ongrid.description"),
        "source": text("ongrid.alertmanager"),
        "priority": text("opsgenie.ongrid.priority"),
        "tags": text("opsgenie.ongrid.tags"),
        "update_alerts": True,
    }


ADDRESS: Final = Secret("the address", "https://…")

CHANNELS: Final[Mapping[str, ChannelType]] = {
    "webhook": ChannelType("webhook_configs", {"url_file": ADDRESS}, webhook, texts=False),
    "slack": ChannelType("slack_configs", {"url_file": ADDRESS}, slack),
    "email": ChannelType("email_configs", {"password_file": Secret("the password", "…")}, email),
    "telegram": ChannelType("telegram_configs", {"bot_token_file": Secret("the token of the bot", "…")}, telegram),
    "discord": ChannelType("discord_configs", {"url_file": ADDRESS}, discord),
    "msteams": ChannelType("msteamsv2_configs", {"url_file": ADDRESS}, msteams),
    "pagerduty": ChannelType("pagerduty_configs", {"routing_key_file": Secret("the integration key", "…")}, pagerduty),
    "opsgenie": ChannelType("opsgenie_configs", {"api_key_file": Secret("the API key", "…")}, opsgenie),
}


def secrets_of(channel: Channel) -> dict[str, Secret]:
    """Return the secrets that a channel reads, by their file relative to the folder of the spec."""
    known = CHANNELS[channel.type].secrets
    return {channel.settings[key]: secret for key, secret in known.items() if key in channel.settings}


def integration(channel: Channel, *, send_resolved: bool) -> Config:
    """Return the part of a receiver that notifies the channel."""
    kind = CHANNELS[channel.type]
    return {kind.section: [{"send_resolved": send_resolved, **kind.config(channel)}]}
