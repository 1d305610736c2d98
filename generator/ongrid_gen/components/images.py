"""Every image of the stack: official name and tag, and the stand-in of the same place."""

from typing import Final

from ongrid_gen.components.base import Image

OTELCOL: Final = Image("otelcol", "otel/opentelemetry-collector-contrib:0.155.0", "ongrid-gen/otelcol:0.155.0")
PROMETHEUS: Final = Image("prometheus", "prom/prometheus:v3.14.0", "ongrid-gen/prometheus:3-debian")
ALERTMANAGER: Final = Image("alertmanager", "prom/alertmanager:v0.34.0", "ongrid-gen/alertmanager:0-debian")
GRAFANA: Final = Image("grafana", "grafana/grafana:13.0.1", None)
BUSYBOX: Final = Image("busybox", "busybox:1.37", "ongrid-gen/busybox:1.35")
TEMPO_STAND_IN: Final = "ongrid-gen/tempo:1.5.0"
