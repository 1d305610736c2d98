"""Who calls whom: the containers of a bundle, and the hosts outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ongrid_gen.bundle.contracts import reaches_listener
from ongrid_gen.bundle.network import API, ITSELF, SCRAPES, Call
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph.containers import container_id, containers, spoken
from ongrid_gen.graph.model import Edge, Graph, Link, Node, Sort
from ongrid_gen.graph.senders import NOBODY, senders
from ongrid_gen.graph.words import listed
from ongrid_gen.problems import Path

# What a call is for, by the key of the configuration that it is written below.
PURPOSES: Final = {
    SCRAPES: "scrapes", "alerting": "alerts", "metrics_generator": "writes", "datasources": "asks"
}  # fmt: skip
HOST, TARGETS = "host:", "targets:"


@dataclass(frozen=True)
class Calls:
    """The calls of a bundle, and how they end."""

    wiring: Wiring

    @property
    def graph(self) -> Graph:
        """Return the picture: applications, containers that call or can be called, and hosts outside."""
        sent = senders(self.wiring)
        edges = (*once(list(self._edges())), *sent.edges)
        ends = {end for edge in edges for end in (edge.start, edge.end)}
        taking_part = [node for node, listens in containers(self.wiring) if listens or node.id in ends]
        return Graph(self.wiring.bundle.name, (*sent.nodes, *taking_part, *self._outside()), edges)

    @cached_property
    def _broken(self) -> dict[Path, str]:
        """What the contract of calls says of those that end nowhere, by their place."""
        return {one.path: f"{one.message}; {one.hint}" for one in reaches_listener.check(self.wiring)}

    @cached_property
    def _calls(self) -> list[Call]:
        """What is drawn: a probe, which stands in a compose file, only when it asks in vain."""
        return [call for call in self.wiring.calls if call.path[1] != "services" or call.path in self._broken]

    def _edges(self) -> Iterator[Edge]:
        for call in self._calls:
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

    def _outside(self) -> Iterator[Node]:
        """Yield the hosts that are called and are no containers; those of one scrape job are one node."""
        found: dict[str, list[Call]] = {}
        for call in self._calls:
            for end in self._ends(call):
                if end.startswith((HOST, TARGETS)):
                    found.setdefault(end, []).append(call)
        for name, calls in found.items():
            yield outside(name, calls, known=not any(call.path in self._broken for call in calls))


def once(edges: list[Edge]) -> list[Edge]:
    """Return each edge once: a job of many targets outside is one arrow; its note is that of the first."""
    found: dict[tuple[str, str, str, str], Edge] = {}
    for edge in edges:
        found.setdefault((edge.start, edge.end, edge.label, edge.broken), edge)
    return list(found.values())


def outside_id(call: Call) -> str:
    """Return the id of the node of a host outside."""
    return f"{TARGETS}{job_of(call)}" if is_scrape(call) and "." in call.host else f"{HOST}{call.host}"


def outside(name: str, calls: list[Call], *, known: bool) -> Node:
    """Return the node of a host outside, or of the targets of a scrape job."""
    targets = list(dict.fromkeys(call.text for call in calls))
    if name.startswith(TARGETS):
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


def label_of(call: Call) -> str:
    """Return what a call is for, how it is spoken, and its port."""
    part = str(call.path[1])
    purpose = "writes" if part == "exporters" and call.protocol == API else PURPOSES.get(part, "")
    protocol = "HTTPS" if call.protocol == API and call.text.startswith("https:") else spoken(call.protocol)
    return " ".join(filter(None, (purpose, protocol, f":{call.port}" if call.port else "")))
