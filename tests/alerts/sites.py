"""Sites of a few lines for these tests: normalised data with every default, so no other stage is in the way."""

from typing import Any

from ongrid_gen.alerts.signal import KINDS as METRIC_KINDS
from ongrid_gen.model import Alert, Site
from ongrid_gen.site_data import site_from

SERVICES = (
    {"name": "payments-api", "owner": "team-payments", "operations": ["POST /v1/charge"]},
    {"name": "orders-api", "owner": "team-orders"},
    {"name": "shop-web"},
)
LATENCY = {"kind": "trace_latency", "service": "payments-api", "quantile": "p95", "threshold_ms": 800}
ERRORS = {"kind": "trace_error_rate", "service": "payments-api", "operator": ">", "threshold_pct": 1.0}
DEPENDENCY = {"kind": "service_dependency_error_rate", "operator": ">", "threshold_ratio": 0.05}
ABSENT = {"kind": "trace_absent", "service": "payments-api", "expect": "always", "seen_within": "1d", "window": "10m",
          "for": "5m", "keep_firing_for": "0s"}  # fmt: skip
DROP = {"kind": "trace_throughput_drop", "service": "payments-api", "operator": ">", "drop_pct": 50, "compare_to": "1h",
        "min_requests": 100}  # fmt: skip
KINDS = ["server", "consumer"]


def alert_data(**keys: Any) -> dict[str, Any]:
    """Return one alert with the defaults of the schema."""
    window = keys.get("window", "5m")
    shared = {"name": "Alarm", "severity": "warning", "window": window, "for": "2m", "keep_firing_for": window,
              "labels": {}}  # fmt: skip
    kinds = {"span_kind": KINDS} if keys["kind"] not in (DEPENDENCY["kind"], *METRIC_KINDS) else {}
    return {**shared, **kinds, **keys}


def metric_alert(**keys: Any) -> dict[str, Any]:
    """Return a metric alert with the defaults of its schema."""
    from ongrid_gen.normalise import fill
    from ongrid_gen.schema import alert_schema

    alert = dict(keys)
    fill(alert, alert_schema(alert["kind"]))
    return alert


def site_with(*alerts: dict[str, Any], **changes: Any) -> Site:
    """Return a site with these alerts. `changes` go over whole sections, `style`, `interval` and such over alerting."""
    alerting = {"style": "guarded", "interval": "30s", "query_offset": "30s"}
    alerting |= {key: changes.pop(key) for key in list(changes) if key in alerting}
    names = [alert.get("name", f"Alarm{number}") for number, alert in enumerate(alerts)]
    data: dict[str, Any] = {
        "site": "demo", "environment": "production", "labels": {"cluster": "prod"}, "versions": {"tempo": "2.10"},
        "images": {"stand_ins": False},
        "services": [{"aliases": [], "operations": [], "template_ids": False, **one} for one in SERVICES],
        "ingest": {"listen": "127.0.0.1", "grpc_port": 4317, "http_port": 4318, "protocols": ["otlp"], "cors": []},
        "edges": [{"name": "local", "attributes": {}}],
        "gateway": {"batch": {"timeout": "1s", "size": 1024}, "queue": {"size": 10000, "persistent": True},
                    "memory": "512Mi", "max_request": "20Mi", "limits": {}, "listen": "127.0.0.1"},
        "privacy": {"delete": [], "mask": [], "patterns": [], "keep": []},
        "sampling": {"head": {"ratio": 1}},
        "tempo": {"retention": "72h", "storage": {"backend": "local"}, "memory": "512Mi", "port": 3200,
                  "disk": "20Gi"},
        "metrics": {"interval": "15s", "dimensions": [], "size": False, "exemplars": True,
                    "service_graph": {"dimensions": [], "messaging_latency": True}, "max_active_series": 0},
        "prometheus": {"retention": "15d", "memory": "512Mi", "port": 9090, "disk": "10Gi", "scrape": []},
        "alertmanager": {"memory": "64Mi", "port": 9093},
        "grafana": {"enabled": False, "memory": "256Mi", "port": 3000},
        "alerting": alerting,
        "alerts": [alert_data(**{**alert, "name": name}) for alert, name in zip(alerts, names, strict=True)],
        "slos": [],
        "notify": {"channels": [], "routes": [], "default": None, "inhibit": [], "group_by": ["alertname", "service"],
                   "group_wait": "10s", "group_interval": "1m", "repeat": "4h"},
        "maintenance": [],
        "queries": {},
        "budget": {"spans_per_request": 10, "bytes_per_span": 500},
        "drills": [],
        "suppress": [],
    }  # fmt: skip
    return site_from({**data, **changes})


def only(site: Site) -> Alert:
    """Return the one alert of a site."""
    (alert,) = site.alerts
    return alert
