"""Who calls whom: the containers of a bundle, the applications before them, and the hosts outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final

from ongrid_gen.bundle.apps import Application, Published, applications, published
from ongrid_gen.bundle.contracts import reaches_listener
from ongrid_gen.bundle.contracts.open_port import is_edge
from ongrid_gen.bundle.contracts.reaches_listener import ITSELF
from ongrid_gen.bundle.files import COMPOSE
from ongrid_gen.bundle.network import (
    API,
    GRPC,
    HTTP,
    SCRAPES,
    Call,
    Listener,
    is_alertmanager,
    is_collector,
    is_grafana,
    is_prometheus,
    is_tempo,
)
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.model import Edge, Graph, Link, Node, Sort
from ongrid_gen.graph.words import listed

NOBODY: Final = "nobody listens"
# What a call is for, by the key of the configuration that it is written below.
PURPOSES: Final = {
    SCRAPES: "scrapes", "alerting": "alerts", "metrics_generator": "writes", "datasources": "asks"
}  # fmt: skip
SPOKEN: Final = {GRPC: "OTLP/gRPC", HTTP: "OTLP/HTTP"}
SORTS: Final = (
    (is_tempo, Sort.STORE), (is_prometheus, Sort.PROMETHEUS), (is_alertmanager, Sort.ALERTMANAGER)
)  # fmt: skip


@dataclass(frozen=True)
class Calls:
    """The calls of a bundle, and how they end."""

    wiring: Wiring

    @property
    def graph(self) -> Graph:
        """Return the picture: applications, containers that take part, and what they call."""
        edges = once([*self._edges(), *self._sent()])
        ends = {end for edge in edges for end in (edge.start, edge.end)}
        containers = [one for one in map(self._container, self.wiring.services)
                      if one.id in ends or one.id in self._open]  # fmt: skip
        nodes = [*map(application, self._applications), *containers, *self._outside()]
        return Graph(self.wiring.bundle.name, tuple(nodes), tuple(edges))

    @cached_property
    def _applications(self) -> list[Application]:
        return list(applications(self.wiring.bundle))

    @cached_property
    def _published(self) -> list[Published]:
        return [port for service in self.wiring.services for port in published(service)]

    @cached_property
    def _open(self) -> set[str]:
        """The containers that listen, or publish a port."""
        services = [*(one.service for one in self.wiring.listeners), *(one.service for one in self._published)]
        return set(map(container_id, services))

    @cached_property
    def _broken(self) -> dict[Any, str]:
        """What the contract of calls says of those that end nowhere, by their place."""
        return {one.path: f"{one.message}; {one.hint}" for one in reaches_listener.check(self.wiring)}

    def _edges(self) -> Iterator[Edge]:
        for call in self.wiring.calls:
            note = self._broken.get(call.path, f"{call.text}, in {call.path[0]}")
            broken = self._why(call) if call.path in self._broken else ""
            start = container_id(call.service)
            for end in self._ends(call):
                if broken or end != start:
                    yield Edge(start, end, Link.CALLS, label_of(call), broken, note)

    def _ends(self, call: Call) -> list[str]:
        """Return what a call leads to; a container of that name is meant, even when it is not reached."""
        found = [call.service] if call.host in ITSELF else self.wiring.called(call) or self.wiring.own(call.host)
        return [container_id(one) for one in found] or [outside_id(call)]

    def _why(self, call: Call) -> str:
        """Return in few words why a call ends nowhere."""
        found = [call.service] if call.host in ITSELF else self.wiring.called(call)
        if not found and self.wiring.own(call.host):
            return "no network in common"
        speaks = [one.protocol for one in self.wiring.listeners if one.service in found and one.port == call.port]
        return f"speaks {spoken(speaks[0])}" if speaks else NOBODY

    def _sent(self) -> Iterator[Edge]:
        """Yield what the applications call: a port of their own machine, which an agent's container publishes."""
        for app in self._applications:
            label = f"{spoken(app.protocol)} :{app.port}" if app.port else spoken(app.protocol)
            note = f"{app.address}, in {app.file}"
            start = application_id(app)
            ends = self._taking(app)
            for service, listens in ends:
                yield Edge(start, container_id(service), Link.CALLS, label, "" if listens else NOBODY, note)
            if app.address and not ends:
                yield Edge(start, f"host:{app.host}", Link.CALLS, label, NOBODY if is_here(app) else "", note)

    def _taking(self, app: Application) -> list[tuple[Service, bool]]:
        """Return the containers that an application's address means, and whether they speak what it sends."""
        if is_here(app):
            ports = [(one.service, one.inside) for one in self._published if one.outside == app.port]
        else:
            ports = [(one, app.port or 0) for one in self.wiring.own(app.host)]
        return [(service, self._speaks(service, port, app.protocol)) for service, port in ports]

    def _speaks(self, service: Service, port: int, protocol: str) -> bool:
        ports = [one for one in self.wiring.listeners if one.service == service]
        return not ports or any(one.port == port and one.protocol == protocol for one in ports)

    def _container(self, service: Service) -> Node:
        listens = [port_text(one) for one in self.wiring.listeners if one.service == service]
        outside = [f"on {one.address or '*'}:{one.outside or '(any)'}" for one in self._published
                   if one.service == service]  # fmt: skip
        lines = (*listed(listens, 4), *listed(outside, 2))
        edge = "" if service.file == COMPOSE else f" ({PurePosixPath(service.file).parent.name})"
        note = "\n".join((str(service.data.get("image", "")), *listens, *outside))
        return Node(container_id(service), sort_of(service), f"{service.name}{edge}", lines, note)

    def _outside(self) -> Iterator[Node]:
        """Yield the hosts that are called and are no containers; those of one scrape job are one node."""
        found: dict[str, list[Call]] = {}
        for call in self.wiring.calls:
            for end in self._ends(call):
                if end.startswith(("host:", "targets:")):
                    found.setdefault(end, []).append(call)
        for name, calls in found.items():
            yield outside(name, calls, known=not any(call.path in self._broken for call in calls))
        for app in self._applications:
            if app.address and not self._taking(app) and f"host:{app.host}" not in found:
                found[f"host:{app.host}"] = []
                yield Node(
                    f"host:{app.host}", Sort.OUTSIDE, app.host, (NOBODY if is_here(app) else "not in the bundle",)
                )


def once(edges: list[Edge]) -> list[Edge]:
    """Return each edge once: a job of many targets outside is one arrow; its note is that of the first."""
    found: dict[tuple[str, str, str, str], Edge] = {}
    for edge in edges:
        found.setdefault((edge.start, edge.end, edge.label, edge.broken), edge)
    return list(found.values())


def is_here(app: Application) -> bool:
    """Tell whether an application calls its own machine."""
    return app.host in ITSELF


def application(app: Application) -> Node:
    """Return an application."""
    lines = () if app.address else ("no endpoint is written",)
    return Node(application_id(app), Sort.APPLICATION, app.name, lines, app.file)


def application_id(app: Application) -> str:
    """Return the id of an application's node."""
    return f"application:{app.file}"


def container_id(service: Service) -> str:
    """Return the id of a container's node: the folder of its compose file tells those of several edges apart."""
    return f"container:{(PurePosixPath(service.file).parent / service.name).as_posix()}"


def outside_id(call: Call) -> str:
    """Return the id of the node of a host outside."""
    return f"targets:{job_of(call)}" if is_scrape(call) and "." in call.host else f"host:{call.host}"


def outside(name: str, calls: list[Call], *, known: bool) -> Node:
    """Return the node of a host outside, or of the targets of a scrape job."""
    targets = list(dict.fromkeys(call.text for call in calls))
    if name.startswith("targets:"):
        return Node(name, Sort.TARGET, f"targets of {job_of(calls[0])}", tuple(listed(targets, 3)), "\n".join(targets))
    line = "not in the bundle" if known else "no container of that name"
    sort = Sort.TARGET if any(map(is_scrape, calls)) else Sort.OUTSIDE
    return Node(name, sort, calls[0].host or calls[0].text, (line,), "\n".join(targets))


def is_scrape(call: Call) -> bool:
    """Tell whether a call is one of Prometheus' scrapes."""
    return call.path[1:2] == (SCRAPES,)


def job_of(call: Call) -> str:
    """Return the name of the job that a scrape belongs to."""
    return str(dig(call.service.settings, *call.path[1:3], "job_name"))


def sort_of(service: Service) -> Sort:
    """Return which column a container is in; one of unknown programs is taken for a store."""
    if is_collector(service.settings):
        return Sort.AGENT if is_edge(service) else Sort.GATEWAY
    if is_grafana(service):
        return Sort.GRAFANA
    return next((sort for fits, sort in SORTS if fits(service.settings)), Sort.STORE)


def port_text(listener: Listener) -> str:
    """Return what is spoken on a port."""
    return f":{listener.port} {spoken(listener.protocol)}"


def label_of(call: Call) -> str:
    """Return what a call is for, how it is spoken, and its port."""
    purpose = PURPOSES.get(str(call.path[1]), "")
    protocol = "HTTPS" if call.protocol == API and call.text.startswith("https:") else spoken(call.protocol)
    return " ".join(filter(None, (purpose, protocol, f":{call.port}" if call.port else "")))


def spoken(protocol: str) -> str:
    """Return a protocol as it stands on an arrow."""
    return SPOKEN.get(protocol, protocol)
