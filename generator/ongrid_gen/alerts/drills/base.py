"""What a drill's traffic means to whatever it is to fire."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from ongrid_gen.alerts.base import Timing
from ongrid_gen.conventions import SERVICE_NAME
from ongrid_gen.model import Alert, Drill, Site

OPERATION: Final = "GET /drill"
RATE: Final = 20  # requests a second
ALL: Final = Decimal(1)
NONE: Final = Decimal(0)
QUICK: Final = Decimal("0.1")  # seconds
SURE: Final = Decimal("1.25")  # times a threshold


class Drilling(Protocol):
    """What can be drilled: an alert, or a tier of an SLO.

    Times are seconds and count from the first of the drill's own traffic, after `before`.
    """

    @property
    def name(self) -> str:
        """Its name in a drill's `expect`."""

    @property
    def window(self) -> Decimal:
        """How long one must at least watch it stay quiet."""

    @property
    def looks_back(self) -> Decimal:
        """How far back it looks: what was sent before that does not matter."""

    def labels(self, drill: Drill) -> Mapping[str, str]:
        """Return the labels by which the alert that this drill fires is known."""

    def watches(self, drill: Drill) -> bool:
        """Tell whether it looks at the requests of the drill at all."""

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing; None when this traffic never fires it. `fresh`: nothing came earlier."""

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the same for the worst traffic of that rate: how long one must watch an alert that stays quiet."""

    def muted_by(self, drill: Drill) -> str:
        """Return the name of what this drill fires too and what keeps the alert from being notified; or nothing."""

    def recovery(self) -> Timing:
        """Return the longest time from healthy traffic to the alert's end."""

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert, for whoever asked for one that cannot fire it."""

    def default(self) -> Drill:
        """Return traffic that must fire the alert."""


@dataclass(frozen=True, slots=True)
class OfAlert:
    """What all alerts have in common."""

    alert: Alert
    site: Site

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.alert.name

    @property
    def window(self) -> Decimal:
        """The alert's window, in seconds."""
        return self.alert.window

    @property
    def looks_back(self) -> Decimal:
        """The alert's window, in seconds."""
        return self.alert.window

    def labels(self, drill: Drill) -> Mapping[str, str]:
        """Return the name and the service that answers."""
        return {"alertname": self.name, SERVICE_NAME: drill.service}

    def watches(self, drill: Drill) -> bool:
        """Tell whether a drill sends requests of the alert's service, and operation if it names one."""
        operation = self.alert.params.get("operation", drill.operation)
        return self.alert.service == drill.service and operation == drill.operation

    def muted_by(self, drill: Drill) -> str:
        """Return nothing: a failing dependency mutes alerts of the caller, and these watch the one that answers."""
        del drill
        return ""

    @property
    def service(self) -> str:
        """The service that answers: the alert's, or the first of the site."""
        return self.alert.service or self.site.services[0].name

    @property
    def operation(self) -> str:
        """The operation that the alert watches, or one of a drill's own."""
        return str(self.alert.params.get("operation", OPERATION))
