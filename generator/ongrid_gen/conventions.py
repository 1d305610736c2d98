"""Every name that leaves the program: labels, metrics, ports, paths, users. Spelled once, here."""

from decimal import Decimal
from typing import Final

# What Tempo's metrics generator emits. Recorded from 1.5.0, 2.10.8 and 3.0.3.
CALLS: Final = "traces_spanmetrics_calls_total"
LATENCY: Final = "traces_spanmetrics_latency"
LATENCY_BUCKET: Final = "traces_spanmetrics_latency_bucket"
SIZE: Final = "traces_spanmetrics_size_total"
GRAPH_TOTAL: Final = "traces_service_graph_request_total"
GRAPH_FAILED: Final = "traces_service_graph_request_failed_total"

# Labels of those series. `service` is Tempo's own, `service_name` comes with the dimension `service.name`.
SERVICE: Final = "service"
SERVICE_NAME: Final = "service_name"
SPAN_NAME: Final = "span_name"
SPAN_KIND: Final = "span_kind"
STATUS_CODE: Final = "status_code"
CLIENT: Final = "client"
SERVER: Final = "server"
GENERATOR: Final = "__metrics_gen_instance"  # the host name of the generator that counted
ERROR_STATUS: Final = "STATUS_CODE_ERROR"

# Labels that rules and external labels add.
KIND: Final = "kind"
SEVERITY: Final = "severity"
SITE: Final = "site"
ENVIRONMENT: Final = "environment"
OWNER: Final = "owner"
# The service whose requests suffer: an alert's own, and of a failing dependency the caller. Inhibition compares it.
AFFECTS: Final = "affects"
SLO: Final = "slo"
TIER: Final = "tier"
COMPONENT: Final = "component"
# The value of `kind` on the stack's own alerts and on those of SLOs.
SELF_KIND: Final = "self"
# What the rule files of the stack's own alerts begin with.
SELF_GROUPS: Final = "self-"
BURN_KIND: Final = "slo_burn_rate"
WATCHDOG: Final = "Watchdog"

EXEMPLAR_LABEL: Final = "traceID"
SERVICE_NAME_DIMENSION: Final = "service.name"

# Bucket bounds in seconds that Tempo uses when none are given: 0.002 * 2**n (14) and 0.1 * 2**n (8).
SPAN_BOUNDS: Final = tuple(Decimal("0.002") * 2**n for n in range(14))
GRAPH_BOUNDS: Final = tuple(Decimal("0.1") * 2**n for n in range(8))

# What Tempo or Prometheus would overwrite, hide or empty when used as a dimension or a site label.
RESERVED_LABELS: Final = frozenset(
    {
        SERVICE, SERVICE_NAME, SPAN_NAME, SPAN_KIND, STATUS_CODE, "status_message", "job", "instance", "le",
        CLIENT, SERVER, "connection_type", "alertname", "alertstate", KIND, SEVERITY, SITE, ENVIRONMENT,
        AFFECTS, SLO, GENERATOR,
    }
)  # fmt: skip

# Ports inside the networks of the stack.
OTLP_GRPC: Final = 4317
OTLP_HTTP: Final = 4318
JAEGER_GRPC: Final = 14250
JAEGER_HTTP: Final = 14268
ZIPKIN: Final = 9411
TEMPO_HTTP: Final = 3200
OTLP_OWN: Final = 4319  # where an agent hands its own metrics to itself
COLLECTOR_HEALTH: Final = 13133
COLLECTOR_METRICS: Final = 8888
PROMETHEUS_HTTP: Final = 9090
ALERTMANAGER_HTTP: Final = 9093
GRAFANA_HTTP: Final = 3000
LOKI_HTTP: Final = 3100

# On every span: the edge whose agent it came through. With credentials the gateway says it, not the agent.
EDGE: Final = "ongrid.edge"

# The `job` of the series that agents push of themselves, their `instance` being the edge; and how their names begin.
AGENT_JOB: Final = "agent"
OWN_METRICS: Final = "otelcol_"

LOCALHOST: Final = "localhost"
# The attribute of a resource that says which device it is.
DEVICE_ID: Final = "device_id"
# The service of the trace that `doctor` follows: no alert of a site is about it.
DOCTOR: Final = "ongrid-doctor"

DOCKER_HOST: Final = "host.docker.internal"  # this machine, as its containers know it
# Host names inside the networks of the stack: the names of the compose services.
AGENT_HOST: Final = "agent"
GATEWAY_HOST: Final = "gateway"
SAMPLER_HOST: Final = "sampler"  # of those that share the gateway's sampling; a number follows
TEMPO_HOST: Final = "tempo"
TEMPO_METRICS_HOST: Final = "tempo-metrics"  # counts all spans where `tempo` stores a part of them
PROMETHEUS_HOST: Final = "prometheus"
ALERTMANAGER_HOST: Final = "alertmanager"
GRAFANA_HOST: Final = "grafana"
LOKI_HOST: Final = "loki"
BEYLA_HOST: Final = "beyla"

# Grafana's datasource UIDs. Everything refers to them, nothing to names.
PROMETHEUS_UID: Final = "prometheus"
TEMPO_UID: Final = "tempo"
ALERTMANAGER_UID: Final = "alertmanager"
LOKI_UID: Final = "loki"

# The attributes of a log's resource that Loki makes labels of: each set of values is a stream. They have few values. By
# the edge, as the logs of one that was cut off would else be refused for being behind those of another.
LOG_LABELS: Final = (SERVICE_NAME_DIMENSION, "deployment.environment", EDGE)

SECRETS_DIR: Final = "/run/secrets"
# The folder of the secrets, for Compose.
SECRETS_VARIABLE: Final = "ONGRID_GEN_SECRETS"
EXTERNAL: Final = "external"  # the folder of what is put into programs of others
RUNBOOKS: Final = "runbooks"

# Grafana's dashboards: the UIDs by which links know them, and the tag by which they know each other.
DASHBOARD_TAG: Final = "ongrid"
SERVICES_BOARD: Final = "ongrid-services"
ALERTS_BOARD: Final = "ongrid-alerts"
GRAPH_BOARD: Final = "ongrid-service-graph"
SLOS_BOARD: Final = "ongrid-slos"
STACK_BOARD: Final = "ongrid-stack"
SAMPLING_BOARD: Final = "ongrid-sampling"
EDGES_BOARD: Final = "ongrid-edges"
# The label of an exemplar that an SDK sends; Tempo's own is EXEMPLAR_LABEL.
SDK_EXEMPLAR_LABEL: Final = "trace_id"

QUERIES: Final = "queries/traceql.yaml"
# On a container: the digest of the files it reads.
CONFIG_LABEL: Final = "ongrid-gen.config"

# `make up` and `make test` render here when no image registry answers.
STAND_INS_SUFFIX: Final = "-stand-ins"
BANNER: Final = "Generated by ongrid-gen from {spec}. Do not edit: change the spec and render again."
