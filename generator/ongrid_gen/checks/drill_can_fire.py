"""OG034: a drill's traffic can do what the drill expects of it."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from ongrid_gen.drill.targets import target
from ongrid_gen.model import Drill, Site
from ongrid_gen.problems import Problem

CODE: Final = "OG034"


def check(site: Site) -> Iterator[Problem]:
    """A drill whose traffic is not over the threshold waits for an alert that cannot come."""
    for drill in filter(partial(sound, site), site.drills):
        for key, names in (("firing", drill.firing), ("quiet", drill.quiet)):
            for index, name in enumerate(names):
                asked = name not in drill.firing or key == "firing"
                why = contradiction(name, drill, site, firing=key == "firing") if asked else ""
                if why:
                    yield Problem(
                        code=CODE,
                        path=(*drill.path, "expect", key, index),
                        message=f"the drill cannot show that `{name}` {'fires' if key == 'firing' else 'is quiet'}: "
                        + why,
                        hint="change what is sent, or what is expected",
                        related=((*drill.path, "send"),),
                    )


def sound(site: Site, drill: Drill) -> bool:
    """Tell whether a drill names services and an operation that exist; another check speaks of the others."""
    service = site.service(drill.service)
    known = service is not None and (not service.operations or drill.operation in service.operations)
    return known and (drill.client is None or site.service(drill.client) is not None)


def contradiction(name: str, drill: Drill, site: Site, *, firing: bool) -> str:
    """Return why the traffic and the expectation do not go together, or nothing; also for a name nothing bears."""
    found = target(site, name)
    if found is None:
        alert = site.alert(name)
        return f"requests have nothing to do with an alert of the kind {alert.kind}" if alert is not None else ""
    if not found.watches(drill):
        return "it does not watch these requests (another service, operation, client or server)"
    can = found.earliest(drill, fresh=False) is not None
    if firing and not can:
        return found.says(drill)
    muting = found.muted_by(drill) if firing else ""
    if muting:
        return f"its traffic also fires `{muting}`, which mutes it: who is paged gets no ticket"
    return "its traffic is over the threshold" if can and not firing else ""
