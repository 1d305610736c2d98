"""What an agent listens for: the receivers of its configuration, and the ports they have inside and on the host."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.conventions import JAEGER_GRPC, JAEGER_HTTP, OTLP_GRPC, OTLP_HTTP, ZIPKIN
from ongrid_gen.model import Ingest

OTLP: Final = "otlp"


@dataclass(frozen=True, slots=True)
class Door:
    """One port: of a receiver's protocol (empty where it has only one), and the spec's key of the port on the host."""

    receiver: str
    protocol: str
    port: int
    key: str


DOORS: Final = (
    Door(OTLP, "grpc", OTLP_GRPC, "grpc_port"),
    Door(OTLP, "http", OTLP_HTTP, "http_port"),
    Door("jaeger", "grpc", JAEGER_GRPC, "jaeger_grpc_port"),
    Door("jaeger", "thrift_http", JAEGER_HTTP, "jaeger_http_port"),
    Door("zipkin", "", ZIPKIN, "zipkin_port"),
)


def doors(ingest: Ingest) -> Iterator[Door]:
    """Yield the ports of what is accepted."""
    return (door for door in DOORS if door.receiver in (OTLP, *ingest.protocols))


def config(ingest: Ingest) -> dict[str, Any]:
    """Return the receivers by name."""
    found: dict[str, Any] = {}
    for door in doors(ingest):
        settings: dict[str, Any] = {"endpoint": f"0.0.0.0:{door.port}"}
        if ingest.cors and (door.receiver, door.protocol) == (OTLP, "http"):
            settings["cors"] = {"allowed_origins": [collector.literal(origin) for origin in ingest.cors]}
        if door.protocol:
            found.setdefault(door.receiver, {"protocols": {}})["protocols"][door.protocol] = settings
        else:
            found[door.receiver] = settings
    return found
