"""What an alert kind is: the rules it compiles to, the bucket bounds it needs, the unit tests that prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code


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

    `timing` is the earliest time from `onset` to firing, None when nobody can tell or it never fires, as `untimed`
    says; `fresh` the same for traffic without a past. `over` is the longest time from `ended` to its end.
    """

    condition: str
    kept: Sequence[str]
    quiet: Sequence[str]
    timing: Timing | None
    fresh: Timing | None = None
    over: Timing | None = None
    onset: str = "steady good traffic turns all bad"
    ended: str = "the last bad request"
    untimed: str = "It can never fire: no share of bad requests is over the threshold."


class Kind(Protocol):
    """A module that is an alert kind."""

    @property
    def KIND(self) -> str:  # noqa: N802 - a module's constant
        """The name in the spec."""

    def group(self, alert: Alert) -> str:
        """Return the name of the rule group (and file) the alert belongs to."""

    def bounds(self, alert: Alert) -> Sequence[Decimal]:
        """Return the bucket bounds of the span metrics that the alert needs, in seconds."""

    def records(self, alert: Alert, site: Site) -> list[Record]:
        """Return the recording rules that the alert reads; alerts of a group may share one."""

    def rules(self, alert: Alert, site: Site) -> list[Rule]:
        """Return the alerting rules that the alert compiles to."""

    def tests(self, alert: Alert, site: Site) -> list[RuleTest]:
        """Return the unit tests rendered beside the rules."""

    def explain(self, alert: Alert, site: Site) -> Explanation:
        """Return the alert in words."""

    def page(self, alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
        """Return the values that the kind's runbook template needs besides those of every alert."""
