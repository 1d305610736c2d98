"""OG010: Prometheus takes what Tempo's metrics generator and collectors write."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import API, Call, is_collector, is_prometheus, is_tempo
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG010"
FLAG: Final = "--web.enable-remote-write-receiver"
PATH: Final = "/api/v1/write"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Without the receiver, or at another path, every write is answered with 404: no span metrics, no alert."""
    for call in wiring.calls:
        who = writer(call)
        if who is None:
            continue
        for service in wiring.called(call):
            if not is_prometheus(service.settings):
                continue
            if service.flag(FLAG) is None:
                yield Problem(CODE, (*service.path, "command"),
                              f"{who} to `{service.name}`, which does not take them",
                              f"add `{FLAG}`", related=(call.path,))  # fmt: skip
            if not call.text.endswith(PATH):
                yield Problem(CODE, call.path, f"{who} to `{call.text}`, where Prometheus takes nothing",
                              f"end it with `{PATH}`")  # fmt: skip


def writer(call: Call) -> str | None:
    """Return who writes series by a call, in words; None when it is a call of another kind."""
    if is_tempo(call.service.settings):
        return "Tempo writes its span metrics"
    if is_collector(call.service.settings) and call.path[1] == "exporters" and call.protocol == API:
        return f"the collector `{call.service.name}` writes metrics"
    return None
