"""The exporters of spans to the Tempos: the one that keeps them, whosever it is, and the one that counts."""

from typing import Any

from ongrid_gen.components import collector, ways
from ongrid_gen.components.tempo.base import Role, roles
from ongrid_gen.conventions import OTLP_GRPC, TEMPO_HOST
from ongrid_gen.model import Site


def exporter(role: Role) -> str:
    """Return the name of the exporter to one Tempo of ours."""
    return f"otlp_grpc/{role.host}"


def to_tempo(site: Site, role: Role) -> dict[str, Any]:
    """Return the exporter to one Tempo of ours, with a queue of its own."""
    return {"endpoint": f"{role.host}:{OTLP_GRPC}", "tls": {"insecure": True}, **collector.delivery(site.gateway)}


def to_store(site: Site) -> dict[str, Any]:
    """Return the exporter to the Tempo that keeps traces, by its name."""
    own = next((role for role in roles(site) if role.stores), None)
    if own is not None:
        return {exporter(own): to_tempo(site, own)}
    way = ways.way_to(site, TEMPO_HOST)
    protocol = way.external.protocol if way.external is not None else "grpc"
    settings = {"endpoint": way.takes, **way.exporter, **collector.delivery(site.gateway)}
    return {f"otlp_{protocol}/{TEMPO_HOST}": settings}


def name_of_store(site: Site) -> str:
    """Return the name of the exporter to the Tempo that keeps traces."""
    return next(iter(to_store(site)))
