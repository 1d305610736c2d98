"""OG029: a drill expects something of alerts and tiers of SLOs that exist, and not two things at once."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.drill.targets import target_names
from ongrid_gen.model import Drill, Site
from ongrid_gen.problems import Problem

CODE: Final = "OG029"


def check(site: Site) -> Iterator[Problem]:
    """A drill of an alert that does not exist proves nothing."""
    known = target_names(site)
    for drill in site.drills:
        for key, names in (("firing", drill.firing), ("quiet", drill.quiet)):
            for index, name in enumerate(names):
                if name not in known:
                    yield Problem(
                        code=CODE,
                        path=(*drill.path, "expect", key, index),
                        message=f"a drill expects something of `{name}`, which is neither an alert of the spec nor a "
                        "tier of an SLO, as `<slo>/page`",
                        hint=did_you_mean(name, known),
                    )
        yield from contradictions(drill)


def contradictions(drill: Drill) -> Iterator[Problem]:
    """Yield alerts that are to fire and to be quiet."""
    for index, name in enumerate(drill.quiet):
        if name in drill.firing:
            yield Problem(
                code=CODE,
                path=(*drill.path, "expect", "quiet", index),
                message=f"a drill expects `{name}` both to fire and to be quiet",
                hint="keep one of the two",
                related=((*drill.path, "expect", "firing", drill.firing.index(name)),),
            )
