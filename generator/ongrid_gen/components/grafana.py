"""Grafana: datasources, each with a UID that everything else refers to. Keys from documentation and source."""

from typing import Any, Final

from ongrid_gen.components import ways
from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.images import GRAFANA
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_UID,
    CALLS,
    EXEMPLAR_LABEL,
    GRAFANA_HTTP,
    LATENCY_BUCKET,
    PROMETHEUS_HOST,
    PROMETHEUS_UID,
    SECRETS_DIR,
    SERVICE,
    TEMPO_HOST,
    TEMPO_UID,
)
from ongrid_gen.model import External, Site
from ongrid_gen.naming import datasource_uid
from ongrid_gen.text import grafana_escape
from ongrid_gen.units import format_duration

NAME: Final = "grafana"
DATASOURCES: Final = "grafana/provisioning/datasources/datasources.yaml"
PASSWORD_FILE: Final = "secrets/grafana-admin"
PASSWORD: Final = "grafana-admin"
SDK_EXEMPLAR_LABEL: Final = "trace_id"


def files(site: Site) -> Tree:
    """Return the provisioning, or nothing where Grafana is not part of the stack."""
    if not site.grafana.enabled:
        return {}
    sources = datasources(site)
    # a datasource that is not listed any more, or bears another name, is deleted before the others are made
    return {DATASOURCES: yaml_file({"apiVersion": 1, "prune": True, "datasources": sources}, site)}


def datasources(site: Site) -> list[dict[str, Any]]:
    """Return what Grafana asks."""
    return [prometheus(site), tempo(site), alertmanager(site)]


def datasource(site: Site, component: str, name: str, uid: str, **json_data: Any) -> dict[str, Any]:
    """Return the datasource of a component; its type is its UID's name. In a Grafana of others its names are ours."""
    own = site.owns(NAME)
    url = ways.way_to(site, component).url if own else ways.url_for_them(site, component)
    found = {
        "name": name if own else f"{site.name} {name}",
        "uid": datasource_uid(site, uid),
        "type": uid,
        "access": "proxy",
        "url": url,
        "editable": False,
        "jsonData": json_data,
    }
    return found if site.owns(component) else found | credential(site.external[component], found)


def credential(theirs: External, source: dict[str, Any]) -> dict[str, Any]:
    """Return what a datasource shows a program of somebody else's; Grafana reads it from the file itself."""
    found: dict[str, Any] = {"jsonData": dict(source["jsonData"])}
    secure: dict[str, str] = {}
    if theirs.credential is not None:
        value = f"$__file{{{ways.secret_path(theirs.credential)}}}"
        if theirs.user is None:
            found["jsonData"]["httpHeaderName1"] = "Authorization"
            secure["httpHeaderValue1"] = f"Bearer {value}"
        else:
            found |= {"basicAuth": True, "basicAuthUser": grafana_escape(theirs.user)}
            secure["basicAuthPassword"] = value
    if theirs.ca is not None:
        found["jsonData"]["tlsAuthWithCACert"] = True
        secure["tlsCACert"] = f"$__file{{{ways.secret_path(theirs.ca)}}}"
    return found | ({"secureJsonData": secure} if secure else {})


def prometheus(site: Site) -> dict[str, Any]:
    """Metrics. Exemplars link to Tempo under its own label name and under that of the SDKs."""
    links = [
        {"name": label, "datasourceUid": datasource_uid(site, TEMPO_UID), "urlDisplayLabel": "Trace"}
        for label in (EXEMPLAR_LABEL, SDK_EXEMPLAR_LABEL)
    ]
    return datasource(
        site,
        PROMETHEUS_HOST,
        "Prometheus",
        PROMETHEUS_UID,
        httpMethod="POST",
        timeInterval=format_duration(site.metrics.interval),
        prometheusType="Prometheus",
        manageAlerts=True,
        **({"exemplarTraceIdDestinations": links} if site.metrics.exemplars else {}),
    ) | ({"isDefault": True} if site.owns(NAME) else {})


def tempo(site: Site) -> dict[str, Any]:
    """Traces, with the way to the span's metrics and the service map."""
    streaming = dialect_of(site).TRACEQL
    rate = f"sum(rate({CALLS}{{$__tags}}[5m]))"
    quantile = f"histogram_quantile(0.95, sum by (le) (rate({LATENCY_BUCKET}{{$__tags}}[5m])))"
    metrics = datasource_uid(site, PROMETHEUS_UID)
    return datasource(
        site,
        TEMPO_HOST,
        "Tempo",
        TEMPO_UID,
        httpMethod="GET",
        tracesToMetrics={
            "datasourceUid": metrics,
            "spanStartTimeShift": "-15m",
            "spanEndTimeShift": "15m",
            "tags": [{"key": "service.name", "value": SERVICE}],
            "queries": [
                {"name": "Requests per second", "query": grafana_escape(rate)},
                {"name": "p95", "query": grafana_escape(quantile)},
            ],
        },
        serviceMap={"datasourceUid": metrics},
        nodeGraph={"enabled": True},
        search={"hide": False},
        streamingEnabled={"search": streaming, "metrics": streaming},
    )


def alertmanager(site: Site) -> dict[str, Any]:
    """Alerts and silences."""
    return datasource(
        site, ALERTMANAGER_HOST, "Alertmanager", ALERTMANAGER_UID,
        implementation="prometheus", handleGrafanaManagedAlerts=False,
    )  # fmt: skip


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
        volumes=["./grafana/provisioning:/etc/grafana/provisioning:ro", "grafana-data:/var/lib/grafana"],
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
