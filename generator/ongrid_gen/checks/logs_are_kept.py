"""OG090: what reads logs has logs to read."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.lines import KINDS
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG090"
HINT: Final = "write `logs: {enabled: true}` into the spec"


def check(site: Site) -> Iterator[Problem]:
    """Without a Loki nobody evaluates the alert, and agents refuse what a drill logs."""
    if site.logs is not None:
        return
    for alert in site.alerts:
        if alert.kind in KINDS:
            yield Problem(
                CODE, alert.path_to("kind"), f"alert `{alert.name}` reads logs, and the site keeps none", HINT
            )
    for index, drill in enumerate(site.drills):
        if drill.log is not None:
            yield Problem(
                CODE, (*drill.path, "send", "log"), f"drill {index} logs a line, and the site keeps no logs", HINT
            )
