"""OG024: an inhibition keeps some alerts quiet, not all of them, and not itself."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Inhibition, Site
from ongrid_gen.problems import Problem
from ongrid_gen.routing import Match, alert_rules, known_labels, takes
from ongrid_gen.suggest import listed

CODE: Final = "OG024"


def check(site: Site) -> Iterator[Problem]:
    """A source that is every alert, or a target that is, silences a site; a source among its own targets, nothing.

    Alertmanager lets an alert that is source and target keep no other such alert quiet, and looks at one source only:
    which one wins is chance.
    """
    if not site.notify.inhibit:
        return
    alerts = {rule.name: known_labels(rule, site) for rule in alert_rules(site)}
    for one in site.notify.inhibit:
        sources, targets = found(one.source, alerts), found(one.target, alerts)
        wide = [side for side, names in (("source", sources), ("target", targets)) if is_everything(names, alerts)]
        if wide:
            yield from too_wide(one, wide)
        elif both := [name for name in sources if name in targets]:
            yield itself(one, both)


def found(match: Match, alerts: dict[str, dict[str, str]]) -> list[str]:
    """Return the names of the rules whose alerts are matched."""
    return [name for name, labels in alerts.items() if takes(match, labels)]


def is_everything(names: list[str], alerts: dict[str, dict[str, str]]) -> bool:
    """Tell whether these are all rules of a site that has several."""
    return len(alerts) > 1 and len(names) == len(alerts)


def too_wide(one: Inhibition, sides: list[str]) -> Iterator[Problem]:
    """Yield the sides of an inhibition that are every alert."""
    why = {
        "source": "any alert keeps its targets quiet",
        "target": "one alert keeps the whole site quiet",
    }
    for side in sides:
        yield Problem(
            code=CODE,
            path=(*one.path, side),
            message=f"the {side} of an inhibition matches every alert: {why[side]}",
            hint=f"name in `{side}` the alert that is meant: `alertname`, and its name",
        )


def itself(one: Inhibition, both: list[str]) -> Problem:
    """Return the problem of alerts that are source and target."""
    return Problem(
        code=CODE,
        path=(*one.path, "target"),
        message=f"source and target of an inhibition both match {listed(both)}: of two such alerts neither keeps the "
        "other quiet",
        hint="give `source` and `target` different values of one label, such as `alertname`",
        related=((*one.path, "source"),),
    )
