"""What has arrived at an Alertmanager of somebody else's, whose configuration is not ours to change for a drill."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ongrid_gen.drill.sink import Delivery
from ongrid_gen.runtime import api


@dataclass(frozen=True, slots=True)
class Arrived:
    """The alerts that it has: it forgets one that has ended."""

    alertmanager: str

    def found(self, status: str, labels: Mapping[str, str], since: float) -> Delivery | None:
        """Return an alert with these labels, or for `resolved` that there is none any more."""
        there = [one for one in self.alerts() if labels.items() <= one["labels"].items()]
        if status == "firing":
            return next((delivery(one, status) for one in there), None)
        return None if there else Delivery(max(time.time(), since), status, labels, {}, "", "")

    def alerts(self) -> list[dict[str, Any]]:
        """Return what fires there."""
        found: list[dict[str, Any]] = api.get(api.at(self.alertmanager, "/api/v2/alerts"))
        return found


def delivery(alert: Mapping[str, Any], status: str) -> Delivery:
    """Return an alert as it would be delivered."""
    ends = alert.get("endsAt", "")
    return Delivery(time.time(), status, alert["labels"], alert["annotations"], alert["startsAt"], ends)
