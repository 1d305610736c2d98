"""OG013: whoever an alert, a drill or sampling names must be one of the site's services."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG013"


def check(site: Site) -> Iterator[Problem]:
    """An alert, a drill or sampling may only name a service that the site declares: any other has no traffic, ever."""
    known = [service.name for service in site.services]
    for path, who, name in named_services(site):
        if name not in known:
            yield Problem(
                code=CODE,
                path=path,
                message=f"{who} `{name}`, which is not in `services`",
                hint=did_you_mean(name, known),
            )


def named_services(site: Site) -> Iterator[tuple[Path, str, str]]:
    """Yield every place that names a service: path, who names it, the name."""
    for alert in site.alerts:
        if alert.service is not None:
            yield alert.path_to("service"), f"alert `{alert.name}` watches", alert.service
        for key in ("client", "server"):
            if key in alert.params:
                yield alert.path_to(key), f"alert `{alert.name}` watches", str(alert.params[key])
    for slo in site.slos:
        yield (*slo.path, "service"), f"SLO `{slo.name}` watches", slo.service
    for index, drill in enumerate(site.drills):
        yield (*drill.path, "send", "service"), f"drill {index} sends as", drill.service
        if drill.client is not None:
            yield (*drill.path, "send", "client"), f"drill {index} sends as", drill.client
    for rule in site.sampling.tail.services if site.sampling.tail is not None else ():
        yield (*rule.path, "service"), "sampling keeps otherwise", rule.service
