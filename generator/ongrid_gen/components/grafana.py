"""Grafana: datasources, each with a UID that everything else refers to, and dashboards. Keys from documentation and
source; no image could be had to try."""

from typing import Any, Final

from ongrid_gen import dashboards
from ongrid_gen.components import datasources
from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.images import GRAFANA
from ongrid_gen.conventions import DASHBOARD_TAG, GRAFANA_HTTP, SECRETS_DIR
from ongrid_gen.model import Site

NAME: Final = "grafana"
DATASOURCES: Final = "grafana/provisioning/datasources/datasources.yaml"
DASHBOARDS: Final = "grafana/provisioning/dashboards/dashboards.yaml"
PASSWORD_FILE: Final = "secrets/grafana-admin"
PASSWORD: Final = "grafana-admin"
# Where the container sees them. Grafana reads them again every so many seconds: nothing is restarted for one.
INSIDE: Final = f"/etc/{dashboards.FOLDER}"
AGAIN: Final = 30


def files(site: Site) -> Tree:
    """Return the provisioning and the dashboards, or nothing where Grafana is not part of the stack."""
    if not site.grafana.enabled:
        return {}
    sources = {"apiVersion": 1, "datasources": datasources.listed(site)}
    return {
        DATASOURCES: yaml_file(sources, site),
        DASHBOARDS: yaml_file({"apiVersion": 1, "providers": [provider()]}, site),
        **dashboards.files(site),
    }


def provider() -> dict[str, Any]:
    """Return who reads the dashboards: all in one folder, none to be changed by hand, as the next render says it."""
    return {
        "name": DASHBOARD_TAG,
        "folder": DASHBOARD_TAG,
        "folderUid": DASHBOARD_TAG,
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": AGAIN,
        "options": {"path": INSIDE},
    }


def service(site: Site) -> ComposeService | None:
    """Return Grafana's container, or None where it is not part of the stack. No anonymous access, no phoning home."""
    if not site.grafana.enabled:
        return None
    probe = ["CMD", "curl", "-fsS", "-o", "/dev/null", f"http://localhost:{GRAFANA_HTTP}/api/health"]
    return Container(
        image=GRAFANA.reference(site.images),
        user="472:0",
        command=[],
        memory=site.grafana.memory,
        networks=["inside", "published"],
        volumes=[
            "./grafana/provisioning:/etc/grafana/provisioning:ro",
            f"./{dashboards.FOLDER}:{INSIDE}:ro",
            "grafana-data:/var/lib/grafana",
        ],
        ports=[publish("127.0.0.1", site.grafana.port, GRAFANA_HTTP)],
        environment={
            "GF_SECURITY_ADMIN_PASSWORD__FILE": f"{SECRETS_DIR}/{PASSWORD}",
            "GF_AUTH_ANONYMOUS_ENABLED": "false",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        },
        extra={
            "hostname": NAME,
            "tmpfs": ["/tmp"],
            "secrets": [PASSWORD],
            "healthcheck": {"test": probe, "interval": "5s", "timeout": "5s", "retries": 12, "start_period": "60s"},
        },
    ).as_compose(stand_ins=site.images.stand_ins)
