"""OG096: the example of an alert on logs is a line that it counts."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.lines import KINDS, occurs, patterns
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.suggest import listed

CODE: Final = "OG096"


def check(site: Site) -> Iterator[Problem]:
    """A pattern that misses the line it was written for is silent when that line comes."""
    for alert in site.alerts:
        if alert.kind not in KINDS or "example" not in alert.params:
            continue
        missed = [one for one in patterns(alert) if not occurs(one, str(alert.params["example"]))]
        if missed:
            yield Problem(
                code=CODE,
                path=alert.path_to("example"),
                message=f"alert `{alert.name}` does not count its own example: it does not match " + listed(missed),
                hint="change the pattern, or the example",
                related=(alert.path_to("pattern"),),
            )
