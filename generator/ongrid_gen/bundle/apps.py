"""The applications of a bundle, as the files of their variables say: where each sends its spans, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.network import GRPC, HTTP, port_of
from ongrid_gen.bundle.services import Service

APPS: Final = "apps/"
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
PROTOCOL: Final = "OTEL_EXPORTER_OTLP_PROTOCOL"
NAME: Final = "OTEL_SERVICE_NAME"


@dataclass(frozen=True, slots=True)
class Application:
    """An application: its `service.name`, the address that it sends to (empty without one), and the protocol."""

    name: str
    file: str
    address: str
    protocol: str

    @property
    def port(self) -> int | None:
        """The port that it calls; None when the address names none."""
        try:
            return urlsplit(self.address).port
        except ValueError:
            return None

    @property
    def host(self) -> str:
        """The host that it calls."""
        try:
            return urlsplit(self.address).hostname or ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Published:
    """A port of a container that the machine it runs on passes on. 0 as `outside` is one that Docker chooses."""

    service: Service
    address: str
    outside: int
    inside: int


def applications(bundle: Bundle) -> Iterator[Application]:
    """Yield every application that has a file of variables."""
    for file, text in bundle.environments.items():
        if file.startswith(APPS):
            found = variables(text)
            protocol = GRPC if found.get(PROTOCOL) == "grpc" else HTTP
            yield Application(found.get(NAME) or PurePosixPath(file).stem, file, found.get(ENDPOINT, ""), protocol)


def variables(text: str) -> dict[str, str]:
    """Return the variables of a file that Compose and shells read: `NAME=value`, one a line."""
    pairs = (line.strip().partition("=") for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, equals, value in pairs if equals}


def published(service: Service) -> Iterator[Published]:
    """Yield the ports that a container publishes."""
    for port in service.ports:
        if port_of(port.target):
            yield Published(service, port.address, port_of(port.published), port_of(port.target))
