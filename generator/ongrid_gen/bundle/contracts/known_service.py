"""OG013: whoever a query asks for must be one of the site's services."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.conventions import SERVICE, SERVICE_NAME
from ongrid_gen.problems import Problem
from ongrid_gen.promql import selectors
from ongrid_gen.series import SPANS

CODE: Final = "OG013"
ENVIRONMENTS: Final = "apps/"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A name that no application sends under selects no series: the alert is silent for ever."""
    known = services(wiring)
    for query, written in wiring.sound_queries if known else ():
        asked = [(label, value) for selector in selectors(written.tree) if (selector.metric or "").startswith(SPANS)
                 for label, sign, value in selector.matchers if sign == "="]  # fmt: skip
        for value in dict.fromkeys(value for label, value in asked if label in (SERVICE, SERVICE_NAME)):
            if value not in known and not is_link(query.who):
                yield Problem(CODE, query.path, f"{query.who} asks for `{value}`, which is no service of the site",
                              did_you_mean(value, known), within=query.within(written.place(value)))  # fmt: skip


def services(wiring: Wiring) -> list[str]:
    """Return the services: those that have a file of variables, and (browsers have none) those that have alerts."""
    named = [PurePosixPath(file).stem for file in wiring.bundle.names if file.startswith(ENVIRONMENTS)]
    told = [service for alert in wiring.alerts if (service := alert.labels.get(SERVICE))]
    return list(dict.fromkeys((*named, *told))) if named else []


def is_link(who: str) -> bool:
    """Tell whether a query is one of Grafana's, in which a variable may stand for a service."""
    return not who.startswith(("rule ", "recording "))
