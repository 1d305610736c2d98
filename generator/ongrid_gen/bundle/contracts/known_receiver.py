"""OG027: a receiver that a route names exists."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import is_alertmanager
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import routes
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Problem

CODE: Final = "OG027"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Alertmanager does not start with a route to nobody."""
    for service in wiring.running(is_alertmanager):
        file, data = service.config, service.settings
        known = [str(dig(receiver, "name")) for _, receiver in items(data.get("receivers"))]
        for route, path in routes(data["route"], (file, "route")):
            name = dig(route, "receiver")
            if name is not None and name not in known:
                yield Problem(
                    CODE, (*path, "receiver"), f"no receiver is called `{name}`", did_you_mean(str(name), known)
                )
