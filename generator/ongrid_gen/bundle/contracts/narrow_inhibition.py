"""OG024: an inhibition keeps some alerts quiet, not all of them."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.network import is_alertmanager
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import Labels, matchers
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import WATCHDOG
from ongrid_gen.problems import Problem

CODE: Final = "OG024"
SIDES: Final = {"target": "one alert keeps the whole site quiet", "source": "any alert keeps its targets quiet"}


def check(wiring: Wiring) -> Iterator[Problem]:
    """A target that is every alert silences a site at the first one; nobody hears of anything else."""
    alerts = [alert.labels for alert in wiring.alerts if alert.name != WATCHDOG]
    for service in wiring.running(is_alertmanager) if len(alerts) > 1 else ():
        for index, rule in items(service.settings.get("inhibit_rules")):
            for side, why in SIDES.items():
                path = (service.config, "inhibit_rules", index, f"{side}_matchers")
                if all(takes(dig(rule, f"{side}_matchers"), labels) for labels in alerts):
                    yield Problem(CODE, path, f"the {side} of an inhibition matches every alert: {why}",
                                  "name the alert that is meant: `alertname`, and its name", on_key=True)  # fmt: skip


def takes(conditions: Any, labels: Labels) -> bool:
    """Tell whether an alert with these labels is found for certain."""
    known = matchers(conditions, ())
    if (
        not isinstance(conditions, list | None)
        or len(known) != len(conditions or ())
        or not all(one.is_sound for one in known)
    ):
        return False  # amtool speaks of it
    return all(labels.get(one.label, "") is not None and one.fits(labels.get(one.label, "") or "") for one in known)
