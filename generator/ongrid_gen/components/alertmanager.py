"""Alertmanager: who hears what. Every route that matches is notified; the default hears what no route matched."""

from typing import Any, Final

from ongrid_gen.components import inhibitions, routes
from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.channels import CHANNELS, COMMON_TEXTS, integration, secret_name, secrets_of
from ongrid_gen.components.images import ALERTMANAGER
from ongrid_gen.components.intervals import time_interval
from ongrid_gen.conventions import ALERTMANAGER_HTTP
from ongrid_gen.model import Site
from ongrid_gen.resources import stack_text
from ongrid_gen.text import compose_escape

NAME: Final = "alertmanager"
CONFIG: Final = "alertmanager/alertmanager.yaml"
TEXTS: Final = "alertmanager/templates"


def files(site: Site) -> Tree:
    """Return the configuration, and the texts of the types of channel that are used."""
    return {CONFIG: yaml_file(config(site), site)} | {
        f"{TEXTS}/{name}.tmpl": stack_text(f"{TEXTS}/{name}.tmpl") for name in text_files(site)
    }


def text_files(site: Site) -> list[str]:
    """Return the names of the files of templates that the channels need."""
    used = sorted({channel.type for channel in site.notify.channels if CHANNELS[channel.type].texts})
    return [COMMON_TEXTS, *used] if used else []


def config(site: Site) -> dict[str, Any]:
    """Return alertmanager.yaml."""
    windows = [time_interval(window) for window in site.maintenance]
    return {
        **({"templates": ["templates/*.tmpl"]} if text_files(site) else {}),
        "route": routes.root(site),
        "inhibit_rules": inhibitions.rules(site),
        **({"time_intervals": windows} if windows else {}),
        "receivers": receivers(site),
    }


def receivers(site: Site) -> list[dict[str, Any]]:
    """Return the receivers. The heartbeat's tells no end: whoever waits for it would take that for a beat."""
    notify = site.notify
    found = [
        {"name": channel.name, **integration(channel, send_resolved=channel.send_resolved)}
        for channel in notify.channels
    ]
    if notify.default is None or notify.heartbeat is None:
        found.append({"name": routes.NOBODY})
    if notify.heartbeat is not None:
        beats = next(channel for channel in notify.channels if channel.name == notify.heartbeat.channel)
        found.append({"name": routes.HEARTBEAT, **integration(beats, send_resolved=False)})
    return found


def secrets(site: Site) -> list[str]:
    """Return the secret files that Alertmanager reads, relative to the folder of the spec."""
    return sorted({file for channel in site.notify.channels for file in secrets_of(channel)})


def service(site: Site) -> ComposeService:
    """Return Alertmanager's container. It calls out, so it is not only in the inner network."""
    probe = ["CMD", "/bin/amtool", f"--alertmanager.url=http://localhost:{ALERTMANAGER_HTTP}", "cluster", "show"]
    names = [secret_name(file) for file in secrets(site)]
    return Container(
        image=ALERTMANAGER.reference(site.images),
        user="65534:65534",
        command=[
            f"--config.file=/etc/{CONFIG}",
            "--storage.path=/alertmanager",
            "--cluster.listen-address=",
            # only for links: a path in the address is a proxy's, here everything is served at `/`
            f"--web.external-url={compose_escape(site.alertmanager.url)}",
            "--web.route-prefix=/",
        ],
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
