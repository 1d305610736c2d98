"""OG023: every alert reaches a receiver that tells somebody."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.network import is_alertmanager, is_prometheus
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import heard_by, routes
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import WATCHDOG
from ongrid_gen.problems import Problem

CODE: Final = "OG023"


def check(wiring: Wiring) -> Iterator[Problem]:
    """An alert that no Alertmanager gets, or that goes to a receiver without a channel, fires, and nobody is told."""
    for service in wiring.running(is_prometheus):
        if wiring.alerts and not dig(service.settings, "alerting", "alertmanagers"):
            message = f"`{service.name}` sends {len(wiring.alerts)} alerts to no Alertmanager"
            yield Problem(CODE, (service.config, "alerting"), message, "name it in `alerting.alertmanagers`")
    for service in wiring.running(is_alertmanager):
        file, data = service.config, service.settings
        telling = {str(dig(one, "name")) for _, one in items(data.get("receivers")) if tells(one)}
        silent = {str(dig(one, "name")) for _, one in items(data.get("receivers"))} - telling
        if not telling:
            continue  # a site that wants to hear of nothing
        unheard = [alert for alert in wiring.alerts
                   if alert.name != WATCHDOG and heard_by(data["route"], alert.labels) <= silent]  # fmt: skip
        if unheard:
            names = heard_by(data["route"], unheard[0].labels)
            found = routes(data["route"], (file, "route"))
            place = next((path for route, path in found if str(dig(route, "receiver")) in names), (file, "route"))
            others = f" and {len(unheard) - 1} other{'s' if len(unheard) > 2 else ''}" if len(unheard) > 1 else ""
            message = f"nobody hears of alert `{unheard[0].name}`{others}: this receiver has no channel"
            hint = "write the name of one that has, or give it one"
            yield Problem(CODE, (*place, "receiver"), message, hint, related=((*unheard[0].path, "alert"),))


def tells(receiver: Any) -> bool:
    """Tell whether a receiver has a channel."""
    return any(str(key).endswith("_configs") and value for key, value in items(receiver))
