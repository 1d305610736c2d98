"""What an alert kind is: the rules it compiles to, the bucket bounds it needs, the unit tests that prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from ongrid_gen.model import Alert, Site
from ongrid_gen.text import Code


@dataclass(frozen=True, slots=True)
class Rule:
    """One Prometheus alerting rule; `alert` is the one of the spec it comes from. Times are seconds."""

    alert: Alert
    name: str
    expr: str
    for_: Decimal
    keep_firing_for: Decimal
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One case of promtool's unit tests: `body` is its mapping, `name` says what it proves."""

    name: str
    body: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Timing:
    """The sum that is the earliest time from the first bad span to firing, in seconds, part by part."""

    parts: tuple[tuple[str, Decimal], ...]

    @property
    def total(self) -> Decimal:
        """All parts together, in seconds."""
        return sum((seconds for _, seconds in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Explanation:
    """An alert in words. `kept` are the labels that come from the series.

    `timing` is for traffic that turns all bad; None when not even that can fire it.
    """

    condition: str
    kept: Sequence[str]
    quiet: Sequence[str]
    timing: Timing | None


class Kind(Protocol):
    """A module that is an alert kind."""

    @property
    def KIND(self) -> str:  # noqa: N802 - a module's constant
        """The name in the spec."""

    def group(self, alert: Alert) -> str:
        """Return the name of the rule group (and file) the alert belongs to."""

    def bounds(self, alert: Alert) -> Sequence[Decimal]:
        """Return the bucket bounds of the span metrics that the alert needs, in seconds."""

    def rules(self, alert: Alert, site: Site) -> list[Rule]:
        """Return the rules that the alert compiles to."""

    def tests(self, alert: Alert, site: Site) -> list[RuleTest]:
        """Return the unit tests rendered beside the rules."""

    def explain(self, alert: Alert, site: Site) -> Explanation:
        """Return the alert in words."""

    def page(self, alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
        """Return the values that the kind's runbook template needs besides those of every alert."""
