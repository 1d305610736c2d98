"""How agents tell of themselves. They are on other machines, where Prometheus cannot scrape them, so they push.

An agent hands its own metrics to a receiver of its own, reachable from itself only, and on to the gateway by the way
that spans take; the gateway writes them to Prometheus. Names are those of a collector that is scraped: the exporter
adds no suffix (tried with collector 0.155 and Prometheus 3.5.3).
"""

from typing import Any, Final

from ongrid_gen.components import access, collector
from ongrid_gen.conventions import AGENT_JOB, OTLP_OWN, OWN_METRICS, PROMETHEUS_HOST, PROMETHEUS_HTTP
from ongrid_gen.model import Edge, Site

Config = dict[str, Any]
RECEIVER: Final = "otlp/own"
TO_GATEWAY: Final = "otlp_http/own"
TO_PROMETHEUS: Final = "prometheus_remote_write"
PIPELINE: Final = "metrics/own"
FILTER: Final = "filter/own"
IDENTITY: Final = "resource/own"
NAME: Final = "transform/own"
INSTANCE: Final = "service.instance.id"  # the label `instance` of the series
INTERVAL_MS: Final = 15_000
# What is older tells nobody anything, and Prometheus refuses what comes ten minutes late.
PATIENCE: Final = {"enabled": True, "initial_interval": "1s", "max_interval": "15s", "max_elapsed_time": "120s"}


def telemetry(edge: Edge, host: str = "0.0.0.0") -> Config:
    """Return an agent's telemetry: the page to look at on its machine, and what it pushes. `job` and `instance` of
    the series are `service.name` and `service.instance.id` here.
    """
    own = collector.telemetry(host=host)
    otlp = {"protocol": "http/protobuf", "endpoint": f"http://localhost:{OTLP_OWN}"}
    pushed = {"periodic": {"interval": INTERVAL_MS, "timeout": INTERVAL_MS, "exporter": {"otlp": otlp}}}
    metrics = {**own["metrics"], "readers": [*own["metrics"]["readers"], pushed]}
    who = {"service.name": AGENT_JOB, INSTANCE: edge.name}
    return {"resource": {"attributes": [{"name": key, "value": one} for key, one in who.items()]}, "metrics": metrics}


def receiver() -> Config:
    """Return the agent's receiver of its own metrics. Applications do not reach it: theirs go elsewhere."""
    return {"protocols": {"http": {"endpoint": f"localhost:{OTLP_OWN}"}}}


def to_gateway(way: Config) -> Config:
    """Return the agent's exporter: the way that spans take, with a queue of its own: neither fills the other's."""
    return {**way, "retry_on_failure": dict(PATIENCE), "sending_queue": {"queue_size": 16}}


def agent_pipeline() -> Config:
    """Return the agent's pipeline of its own metrics."""
    return {"receivers": [RECEIVER], "processors": ["memory_limiter"], "exporters": [TO_GATEWAY]}


def gateway_processors(site: Site) -> Config:
    """Return what lets only agents' own metrics pass: no edge writes series that alerts are made of.

    With credentials, an edge's series bear the name that its credential says.
    """
    stamped = [{"key": "service.name", "value": AGENT_JOB, "action": "upsert"}]
    auth = site.gateway.auth
    if auth is not None and auth.scheme == "basic":
        stamped.append({"key": INSTANCE, "from_context": "auth.username", "action": "upsert"})
    if auth is not None and auth.scheme == "bearer":
        stamped.append({"key": access.HEADER, "from_context": "metadata.authorization", "action": "upsert"})
    found: Config = {
        FILTER: {
            "error_mode": "propagate",
            "metrics": {"metric": [f'not IsMatch(name, "^{OWN_METRICS}")']},
        },
        IDENTITY: {"attributes": stamped},
    }
    if auth is not None and auth.scheme == "bearer":
        statements = [collector.literal(one) for one in access.name_of_token(INSTANCE)]
        found[NAME] = {"error_mode": "propagate", "metric_statements": statements}
    return found


def to_prometheus() -> Config:
    """Return the gateway's exporter to Prometheus' remote-write receiver."""
    return {
        "endpoint": f"http://{PROMETHEUS_HOST}:{PROMETHEUS_HTTP}/api/v1/write",
        "translation_strategy": "UnderscoreEscapingWithoutSuffixes",
        "target_info": {"enabled": False},
        "disable_scope_info": True,
        "retry_on_failure": dict(PATIENCE),
    }


def gateway_pipeline(processors: list[str]) -> Config:
    """Return the gateway's pipeline of the agents' own metrics."""
    return {"receivers": ["otlp"], "processors": ["memory_limiter", *processors], "exporters": [TO_PROMETHEUS]}
