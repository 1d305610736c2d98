"""OG060: what a component calls is a component that listens there, speaks that, and shares a network with it."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.compose import networks
from ongrid_gen.bundle.network import ITSELF, Call, Listener
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import COLLECTOR_HEALTH
from ongrid_gen.problems import Path, Problem
from ongrid_gen.suggest import nearest

CODE: Final = "OG060"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A wrong name, port, protocol or network refuses every connection; the sender queues or drops, and goes on."""
    for call in wiring.calls:
        if call.host in ITSELF:
            yield from heard(call, [call.service], wiring)
        elif not is_elsewhere(call.host):
            yield from reached(call, wiring)


def is_elsewhere(host: str) -> bool:
    """Tell whether a host is outside the bundle: a name with a dot, an address, or Docker's own host."""
    return "." in host or ":" in host or not host or "$" in host


def reached(call: Call, wiring: Wiring) -> Iterator[Problem]:
    """Yield what keeps a call from another container."""
    found = wiring.called(call)
    elsewhere = wiring.own(call.host)
    if found:
        yield from heard(call, found, wiring)
    elif elsewhere:
        other = elsewhere[0]
        yield wrong(
            call,
            f"is in no network of `{call.service.name}`",
            f"put both into one network, such as `{min(networks(other.data))}`",
            (*other.path, "networks"),
        )
    else:
        near = nearest(call.host, {host for service in wiring.services for host in service.hosts})
        if near is not None:  # any other name may be that of a host outside
            yield wrong(call, "is no container of the bundle", f"did you mean `{near}`?")


def heard(call: Call, services: list[Service], wiring: Wiring) -> Iterator[Problem]:
    """Yield what is wrong with port or protocol."""
    ports = [one for one in wiring.listeners if one.service in services]
    right = [one for one in ports if fits(call, one)]
    if right:
        yield from answered(call, right)
    elif ports:
        yield from unheard(call, ports)


def answered(call: Call, listeners: list[Listener]) -> Iterator[Problem]:
    """Yield what keeps a call from being answered where somebody listens for such calls."""
    other = listeners[0]
    if other.inward and call.service != other.service:
        yield wrong(call, "listens there only for itself", "let it listen on `0.0.0.0`", other.path)
    elif call.secure and not other.secure:
        yield wrong(call, "speaks no TLS there", "call it without: `http://`, or `tls: {insecure: true}`", other.path)
    elif other.secure and not call.secure:
        yield wrong(call, "speaks only TLS there", "call it with `https://`, or `tls`", other.path)


def unheard(call: Call, ports: list[Listener]) -> Iterator[Problem]:
    """Yield why nobody hears a call."""
    same = [one for one in ports if one.port == call.port]
    right = [one for one in ports if one.protocol == call.protocol]
    if same:
        hint = f"write port {right[0].port}" if right else f"enable {call.protocol} there"
        yield wrong(call, f"speaks {same[0].protocol} on port {call.port}, not {call.protocol}", hint, same[0].path)
    else:
        known = ", ".join(str(one.port) for one in right or ports)
        hint = f"write port {known}" if len(right) == 1 else f"it listens on {known}"
        if call.port == COLLECTOR_HEALTH:
            hint += "; the extension `health_check` is not started"
        yield wrong(call, f"does not listen on port {call.port}", hint, (right or ports)[0].path)


def fits(call: Call, listener: Listener) -> bool:
    """Tell whether a call ends there."""
    return call.port == listener.port and call.protocol == listener.protocol


def wrong(call: Call, why: str, hint: str, *related: Path) -> Problem:
    """Return the problem of a call."""
    at = call.start + max(0, call.text.find(call.host))
    message = f"`{call.service.name}` calls `{call.text}`: `{call.host}` {why}"
    return Problem(CODE, call.path, message, hint, related=related, within=(at, call.start + len(call.text)))
