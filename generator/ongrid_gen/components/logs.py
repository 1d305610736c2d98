"""The way of logs through agents and gateway to Loki: beside that of spans, by the same receivers and processors.

Every exporter is there once for each sort of data, with a queue of its own: neither logs nor spans fill the other's.
"""

from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.conventions import LOKI_HOST, LOKI_HTTP
from ongrid_gen.model import Site

Config = dict[str, Any]
PIPELINE: Final = "logs"
TO_LOKI: Final = "otlp_http/loki"


def agent_pipelines(site: Site, processors: list[str]) -> Config:
    """Return an agent's pipeline of logs. Of what agents accept, only OTLP carries any."""
    if site.logs is None:
        return {}
    return {PIPELINE: {"receivers": ["otlp"], "processors": processors, "exporters": [collector.TO_GATEWAY]}}


def gateway_exporters(site: Site) -> Config:
    """Return the gateway's exporter to Loki, which appends `/v1/logs` to the address."""
    if site.logs is None:
        return {}
    endpoint = f"http://{LOKI_HOST}:{LOKI_HTTP}/otlp"
    return {TO_LOKI: {"endpoint": endpoint, "compression": "gzip", **collector.delivery(site.gateway)}}


def gateway_pipelines(site: Site, processors: list[str]) -> Config:
    """Return the gateway's pipeline of logs."""
    if site.logs is None:
        return {}
    return {PIPELINE: {"receivers": ["otlp"], "processors": processors, "exporters": [TO_LOKI]}}
