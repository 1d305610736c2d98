"""OG054: maintenance windows overlap in few ways."""

from collections.abc import Iterator
from math import prod
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.suggest import listed

CODE: Final = "OG054"
MOST: Final = 128  # copies of the routes


def check(site: Site) -> Iterator[Problem]:
    """Alertmanager mutes by place in the route tree: an alert that several windows find needs a place for each mix."""
    values: dict[str, set[str]] = {}
    for window in site.maintenance:
        for label, value in window.match.items():
            values.setdefault(label, set()).add(value)
    if prod(len(found) + 1 for found in values.values()) > MOST:
        yield Problem(
            code=CODE,
            path=("maintenance",),
            message=f"maintenance windows tell alerts apart by too many labels ({listed(sorted(values))}): the routes "
            f"would be repeated for every mix of their values, over {MOST} times",
            hint="match one label in all of them: give the alerts one of their own, such as `maintenance: nightly`",
        )
