"""Grafana's datasources, and the ways between them: exemplar → trace, trace → metrics, trace → logs, log → trace.

A `$` that Grafana is to see is doubled: its provisioning replaces variables (`grafana_escape`).
"""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_HTTP,
    ALERTMANAGER_UID,
    CALLS,
    ERROR_STATUS,
    EXEMPLAR_LABEL,
    LATENCY_BUCKET,
    LOKI_HOST,
    LOKI_HTTP,
    LOKI_UID,
    PROMETHEUS_HOST,
    PROMETHEUS_HTTP,
    PROMETHEUS_UID,
    SDK_EXEMPLAR_LABEL,
    SERVICE,
    SERVICE_NAME,
    SERVICE_NAME_DIMENSION,
    SPAN_NAME,
    STATUS_CODE,
    TEMPO_HOST,
    TEMPO_HTTP,
    TEMPO_UID,
)
from ongrid_gen.model import Site
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


def listed(site: Site, *, logs: bool = False) -> list[Data]:
    """Return the datasources; with `logs` also Loki, and the ways to it and back."""
    return [prometheus(site), tempo(site, logs=logs), *([loki()] if logs else []), alertmanager()]


def datasource(name: str, uid: str, url: str, **json_data: Any) -> Data:
    """Return one datasource; its type is its UID's name."""
    return {
        "name": name, "uid": uid, "type": uid, "access": "proxy", "url": url, "editable": False,
        "jsonData": json_data,
    }  # fmt: skip


def prometheus(site: Site) -> Data:
    """Metrics. Exemplars link to Tempo under its own label name and under that of the SDKs."""
    links = [
        {"name": label, "datasourceUid": TEMPO_UID, "urlDisplayLabel": "Trace"}
        for label in (EXEMPLAR_LABEL, SDK_EXEMPLAR_LABEL)
    ]
    return datasource(
        "Prometheus",
        PROMETHEUS_UID,
        f"http://{PROMETHEUS_HOST}:{PROMETHEUS_HTTP}",
        httpMethod="POST",
        timeInterval=format_duration(site.metrics.interval),
        prometheusType="Prometheus",
        manageAlerts=True,
        **({"exemplarTraceIdDestinations": links} if site.metrics.exemplars else {}),
    ) | {"isDefault": True}


def tempo(site: Site, *, logs: bool = False) -> Data:
    """Traces, with the way to the span's metrics and logs, and the service map."""
    streaming = dialect_of(site).TRACEQL
    to_logs = {"tracesToLogsV2": around(LOKI_UID, LOGS_AROUND, SERVICE_NAME) | {
        "customQuery": True, "query": grafana_escape(LOGS_OF_SPAN),
    }}  # fmt: skip
    return datasource(
        "Tempo",
        TEMPO_UID,
        f"http://{TEMPO_HOST}:{TEMPO_HTTP}",
        httpMethod="GET",
        **(to_logs if logs else {}),
        tracesToMetrics=around(PROMETHEUS_UID, METRICS_AROUND, SERVICE)
        | {"queries": [{"name": name, "query": grafana_escape(query)} for name, query in metrics_of_span()]},
        serviceMap={"datasourceUid": PROMETHEUS_UID},
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


def loki() -> Data:
    """Logs, with the way from a line to its trace."""
    fields = [
        {"name": "Trace", "matcherType": kind, "matcherRegex": pattern, "datasourceUid": TEMPO_UID,
         "url": grafana_escape("${__value.raw}"), "urlDisplayLabel": "Trace"}
        for kind, pattern in (("label", BESIDE), ("regex", grafana_escape(LOGFMT)), ("regex", grafana_escape(JSON)))
    ]  # fmt: skip
    return datasource("Loki", LOKI_UID, f"http://{LOKI_HOST}:{LOKI_HTTP}", maxLines=1000, derivedFields=fields)


def alertmanager() -> Data:
    """Alerts and silences."""
    url = f"http://{ALERTMANAGER_HOST}:{ALERTMANAGER_HTTP}"
    return datasource(
        "Alertmanager", ALERTMANAGER_UID, url, implementation="prometheus", handleGrafanaManagedAlerts=False
    )
