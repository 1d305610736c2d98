"""What a check is: a pure function of the site that yields problems, with a code of its own that is never reused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from ongrid_gen.alerts import rules_of
from ongrid_gen.alerts.conditions import threshold_seconds
from ongrid_gen.alerts.expressions import is_sound
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Path, Problem
from ongrid_gen.rules import Rule
from ongrid_gen.suggest import listed, nearest


class Check(Protocol):
    """A module that is a check. The docstring of `check` says the contract in one sentence."""

    CODE: str

    def check(self, site: Site) -> Iterator[Problem]:
        """Yield what does not fit."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint: the nearest known name, or the list of what exists."""
    names = list(known)
    found = nearest(name, names)
    if found is not None:
        return f"did you mean `{found}`?"
    return f"there are: {listed(names)}" if names else "there are none"


def rules_to_check(alert: Alert, site: Site) -> list[Rule]:
    """Return the rules of an alert; none while its expressions are not sound, of which another check speaks."""
    return rules_of(alert, site) if is_sound(alert) else []


@dataclass(frozen=True, slots=True)
class Limit:
    """A latency threshold of the spec: whose it is, where it stands, in seconds."""

    who: str
    path: Path
    seconds: Decimal


def limits(site: Site) -> Iterator[Limit]:
    """Yield every latency threshold."""
    for alert in site.alerts:
        if "threshold_ms" in alert.params:
            yield Limit(f"alert `{alert.name}`", alert.path_to("threshold_ms"), threshold_seconds(alert))
    for slo in site.slos:
        if slo.threshold is not None:
            yield Limit(f"SLO `{slo.name}`", (*slo.path, "threshold_ms"), slo.threshold)


def dimensions(site: Site) -> Iterator[tuple[str, Path]]:
    """Yield every dimension that the spec adds to the metrics, and where it stands."""
    for index, dimension in enumerate(site.metrics.dimensions):
        yield dimension, ("metrics", "dimensions", index)
    for index, dimension in enumerate(site.metrics.graph_dimensions):
        yield dimension, ("metrics", "service_graph", "dimensions", index)
