"""What a drill's traffic means to an alert kind."""

from typing import Final, Protocol

from ongrid_gen.alerts.base import Timing
from ongrid_gen.model import Alert, Drill, Site

OPERATION: Final = "GET /drill"


class Drilling(Protocol):
    """How one kind of alert is drilled. Times count from the first of the drill's own traffic, after `before`."""

    def watches(self, alert: Alert, drill: Drill) -> bool:
        """Tell whether the alert looks at the requests of the drill at all."""

    def earliest(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing; None when this traffic never fires it. `fresh`: nothing came before."""

    def worst(self, alert: Alert, site: Site, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the same for the worst traffic of that rate: how long one must watch an alert that stays quiet."""

    def recovery(self, alert: Alert, site: Site) -> Timing:
        """Return the longest time from healthy traffic to the alert's end."""

    def says(self, alert: Alert, drill: Drill) -> str:
        """Say what the traffic is to the alert, for whoever asked for one that cannot fire it."""

    def default(self, alert: Alert, site: Site) -> Drill:
        """Return traffic that must fire the alert."""


def of_service(alert: Alert, drill: Drill) -> bool:
    """Tell whether a drill sends requests of an alert's service, and operation if it names one."""
    return alert.service == drill.service and alert.params.get("operation", drill.operation) == drill.operation
