"""Grafana's datasources, and the ways between them: exemplar → trace, trace → metrics, trace → logs, log → trace.

A `$` that Grafana is to see is doubled: its provisioning replaces variables (`grafana_escape`).
"""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.components import ways
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_UID,
    CALLS,
    ERROR_STATUS,
    EXEMPLAR_LABEL,
    GRAFANA_HOST,
    LATENCY_BUCKET,
    LOKI_HOST,
    LOKI_UID,
    PROMETHEUS_HOST,
    PROMETHEUS_UID,
    SDK_EXEMPLAR_LABEL,
    SERVICE,
    SERVICE_NAME,
    SERVICE_NAME_DIMENSION,
    SPAN_NAME,
    STATUS_CODE,
    TEMPO_HOST,
    TEMPO_UID,
)
from ongrid_gen.model import External, Site
from ongrid_gen.naming import datasource_uid
from ongrid_gen.text import grafana_escape
from ongrid_gen.units import format_duration

Data = dict[str, Any]

# How far around a span its metrics and its logs are looked for: series are of minutes, clocks differ by less.
METRICS_AROUND: Final = ("-15m", "15m")
LOGS_AROUND: Final = ("-5m", "5m")
# The logs of one trace of one service. Sent by OTLP, a line has the ID of its trace beside it.
LOGS_OF_SPAN: Final = '{${__tags}} | trace_id="${__trace.traceId}"'
# Where a log line names its trace: beside the line (OTLP), as `trace_id=…` in it (logfmt), or as a key of JSON. Every
# spelling of the key counts; what is no ID is none. Both are read as JavaScript and as Python does.
BESIDE: Final = "trace_id"
ID: Final = "([0-9a-fA-F]{16,32})"
LOGFMT: Final = rf'(?:^|[\s,])[tT]race_?[iI][dD]="?{ID}\b'
JSON: Final = rf'"[tT]race_?[iI][dD]"\s*:\s*"{ID}"'


def listed(site: Site) -> list[Data]:
    """Return the datasources; where logs are kept also Loki, and the ways to it and back."""
    return [prometheus(site), tempo(site), *([loki(site)] if site.logs else []), alertmanager(site)]


def datasource(site: Site, component: str, name: str, uid: str, **json_data: Any) -> Data:
    """Return the datasource of a component; its type is its UID's name. In a Grafana of others its names are ours."""
    own = site.owns(GRAFANA_HOST)
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


def credential(theirs: External, source: Data) -> Data:
    """Return what a datasource shows a program of somebody else's; Grafana reads it from the file itself."""
    found: Data = {"jsonData": dict(source["jsonData"])}
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


def prometheus(site: Site) -> Data:
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
    ) | ({"isDefault": True} if site.owns(GRAFANA_HOST) else {})


def tempo(site: Site) -> Data:
    """Traces, with the way to the span's metrics and logs, and the service map."""
    streaming = dialect_of(site).TRACEQL
    metrics = datasource_uid(site, PROMETHEUS_UID)
    to_logs = {"tracesToLogsV2": around(datasource_uid(site, LOKI_UID), LOGS_AROUND, SERVICE_NAME) | {
        "customQuery": True, "query": grafana_escape(LOGS_OF_SPAN),
    }}  # fmt: skip
    return datasource(
        site,
        TEMPO_HOST,
        "Tempo",
        TEMPO_UID,
        httpMethod="GET",
        **(to_logs if site.logs else {}),
        tracesToMetrics=around(metrics, METRICS_AROUND, SERVICE)
        | {"queries": [{"name": name, "query": grafana_escape(query)} for name, query in metrics_of_span()]},
        serviceMap={"datasourceUid": metrics},
        nodeGraph={"enabled": True},
        search={"hide": False},
        streamingEnabled={"search": streaming, "metrics": streaming},
    )


def around(uid: str, shifts: tuple[str, str], label: str) -> Data:
    """Return a way from a span to another datasource, around its time, by the label that its service has there."""
    return {
        "datasourceUid": uid,
        "spanStartTimeShift": shifts[0],
        "spanEndTimeShift": shifts[1],
        "tags": [{"key": SERVICE_NAME_DIMENSION, "value": label}],
    }


def metrics_of_span() -> Iterator[tuple[str, str]]:
    """Yield what is asked of the metrics of a span's service, by name. `$__tags` are its labels."""
    yield "Requests per second", f"sum(rate({CALLS}{{$__tags}}[5m]))"
    yield "Errors per second", f'sum(rate({CALLS}{{$__tags,{STATUS_CODE}="{ERROR_STATUS}"}}[5m]))'
    yield "p95", f"histogram_quantile(0.95, sum by (le) (rate({LATENCY_BUCKET}{{$__tags}}[5m])))"
    yield (
        "p95 by operation",
        (f"histogram_quantile(0.95, sum by (le, {SPAN_NAME}) (rate({LATENCY_BUCKET}{{$__tags}}[5m])))"),
    )


def loki(site: Site) -> Data:
    """Logs, with the way from a line to its trace."""
    tempo_uid = datasource_uid(site, TEMPO_UID)
    fields = [
        {"name": "Trace", "matcherType": kind, "matcherRegex": pattern, "datasourceUid": tempo_uid,
         "url": grafana_escape("${__value.raw}"), "urlDisplayLabel": "Trace"}
        for kind, pattern in (("label", BESIDE), ("regex", grafana_escape(LOGFMT)), ("regex", grafana_escape(JSON)))
    ]  # fmt: skip
    return datasource(site, LOKI_HOST, "Loki", LOKI_UID, maxLines=1000, derivedFields=fields)


def alertmanager(site: Site) -> Data:
    """Alerts and silences."""
    return datasource(
        site, ALERTMANAGER_HOST, "Alertmanager", ALERTMANAGER_UID,
        implementation="prometheus", handleGrafanaManagedAlerts=False,
    )  # fmt: skip
