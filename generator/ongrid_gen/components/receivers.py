"""What an agent listens for: the receivers of its configuration, and the ports they have inside and on the host."""

from collections.abc import Callable, Iterator
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
    """Return the receivers of a container by name."""

    def settings(door: Door) -> dict[str, Any]:
        found: dict[str, Any] = {"endpoint": f"0.0.0.0:{door.port}"}
        if ingest.cors and (door.receiver, door.protocol) == (OTLP, "http"):
            found["cors"] = {"allowed_origins": [collector.literal(origin) for origin in ingest.cors]}
        return found

    return by_name(ingest, settings)


def on_host(ingest: Ingest) -> dict[str, Any]:
    """Return where a plain program listens: where applications would reach the container."""
    host = f"[{ingest.listen}]" if ":" in ingest.listen else ingest.listen
    return by_name(ingest, lambda door: {"endpoint": f"{host}:{ingest.ports[door.key] or door.port}"})


def by_name(ingest: Ingest, settings: Callable[[Door], dict[str, Any]]) -> dict[str, Any]:
    """Return the receivers by name, each port with its settings."""
    found: dict[str, Any] = {}
    for door in doors(ingest):
        if door.protocol:
            found.setdefault(door.receiver, {"protocols": {}})["protocols"][door.protocol] = settings(door)
        else:
            found[door.receiver] = settings(door)
    return found
