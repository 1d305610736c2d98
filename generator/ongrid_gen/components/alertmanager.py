"""Alertmanager: who hears what. Every route that matches is notified; the default hears what no route matched."""

from typing import Any, Final

from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.images import ALERTMANAGER
from ongrid_gen.conventions import ALERTMANAGER_HTTP, SECRETS_DIR, SERVICE
from ongrid_gen.model import Channel, Site
from ongrid_gen.text import promql_string
from ongrid_gen.units import format_duration

NAME: Final = "alertmanager"
CONFIG: Final = "alertmanager/alertmanager.yaml"
NOBODY: Final = "nobody"


def files(site: Site) -> Tree:
    """Return the configuration."""
    return {CONFIG: yaml_file(config(site), site)}


def config(site: Site) -> dict[str, Any]:
    """Return alertmanager.yaml."""
    notify = site.notify
    routes = [
        {"matchers": [f"{label}={promql_string(value)}" for label, value in route.match.items()],
         "receiver": route.channel, "continue": True}
        for route in notify.routes
    ]  # fmt: skip
    receivers = [receiver(channel) for channel in notify.channels]
    default = notify.default or NOBODY
    if default == NOBODY:
        receivers.append({"name": NOBODY})
    return {
        "route": {
            "receiver": default,
            "group_by": ["alertname", SERVICE],
            "group_wait": format_duration(notify.group_wait),
            "group_interval": format_duration(notify.group_interval),
            "repeat_interval": format_duration(notify.repeat),
            **({"routes": routes} if routes else {}),
        },
        "receivers": receivers,
    }


def receiver(channel: Channel) -> dict[str, Any]:
    """Return one receiver. The secret file is read at each notification, so a changed one needs no reload."""
    webhook = {
        "url_file": f"{SECRETS_DIR}/{secret_name(channel.url_file)}",
        "send_resolved": True,
        "max_alerts": 0,
        "timeout": "10s",
    }
    return {"name": channel.name, "webhook_configs": [webhook]}


def secret_name(file: str) -> str:
    """Return the name of a secret inside the container: its file name."""
    return file.rsplit("/", 1)[-1]


def secrets(site: Site) -> list[str]:
    """Return the secret files that Alertmanager reads, relative to the folder of the spec."""
    return sorted({channel.url_file for channel in site.notify.channels})


def service(site: Site) -> ComposeService:
    """Return Alertmanager's container. It calls out, so it is not only in the inner network."""
    probe = ["CMD", "/bin/amtool", f"--alertmanager.url=http://localhost:{ALERTMANAGER_HTTP}", "cluster", "show"]
    names = [secret_name(file) for file in secrets(site)]
    return Container(
        image=ALERTMANAGER.reference(site.images),
        user="65534:65534",
        command=[f"--config.file=/etc/{CONFIG}", "--storage.path=/alertmanager", "--cluster.listen-address="],
        memory=site.alertmanager.memory,
        networks=["inside", "published"],
        volumes=["./alertmanager:/etc/alertmanager:ro", "alertmanager-data:/alertmanager"],
        ports=[publish("127.0.0.1", site.alertmanager.port, ALERTMANAGER_HTTP)],
        extra={
            "hostname": NAME,
            # the webhook sink of `ongrid-gen drill` listens on the host
            "extra_hosts": ["host.docker.internal:host-gateway"],
            **({"secrets": names} if names else {}),
            "healthcheck": {"test": probe, "interval": "3s", "timeout": "5s", "retries": 3, "start_period": "30s"},
        },
    ).as_compose(stand_ins=site.images.stand_ins)
