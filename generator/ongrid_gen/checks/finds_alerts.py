"""OG052: a route, an inhibition and a maintenance window find alerts that exist."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.conventions import SERVICE
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.routing import ALERTNAME, Match, alert_rules, can_carry, known_labels, may_take
from ongrid_gen.rules import Rule
from ongrid_gen.suggest import listed, nearest

CODE: Final = "OG052"
USUAL: Final = (ALERTNAME, SERVICE)  # what every list may have, also where no alert is written yet


def check(site: Site) -> Iterator[Problem]:
    """A matcher that no alert of the site can have is a misspelling: what it was meant for goes elsewhere."""
    asked = list(matches(site))
    if not asked and not any(labels for _, _, labels, _ in compared(site)):
        return
    rules = list(alert_rules(site))
    for path, what, match in asked:
        if rules and match and not any(may_take(match, rule, site) for rule in rules):
            yield nothing_found(path, what, match, rules, site)
    for path, what, labels, why in compared(site):
        for index, label in enumerate(labels):
            if label in USUAL or not rules:
                continue
            if not any(label in known_labels(rule, site) or can_carry(rule, label, site) for rule in rules):
                yield Problem(
                    code=CODE,
                    path=(*path, index),
                    message=f"{what} the label `{label}`, which no alert has: {why}",
                    hint=meant(label, all_labels(rules, site)) or "remove it",
                    severity=Severity.WARNING,
                )


def compared(site: Site) -> Iterator[tuple[Path, str, tuple[str, ...], str]]:
    """Yield every list of labels by which alerts are compared: where it stands, what it does, and what comes of it."""
    for one in site.notify.inhibit:
        yield (*one.path, "equal"), "an inhibition compares", one.equal, "it keeps nothing quiet"
    together = "it puts nothing together"
    yield ("notify", "group_by"), "`notify.group_by` has", site.notify.group_by, together
    for route in site.notify.routes:
        yield (*route.path, "group_by"), "a route groups by", route.group_by or (), together


def matches(site: Site) -> Iterator[tuple[Path, str, Match]]:
    """Yield every matcher of the spec: where it stands, whose it is, what it asks for."""
    for route in site.notify.routes:
        yield (*route.path, "match"), "a route", route.match
    for one in site.notify.inhibit:
        yield (*one.path, "source"), "the source of an inhibition", one.source
        yield (*one.path, "target"), "the target of an inhibition", one.target
    for window in site.maintenance:
        yield (*window.path, "match"), f"maintenance window `{window.name}`", window.match


def nothing_found(path: Path, what: str, match: Match, rules: list[Rule], site: Site) -> Problem:
    """Return the problem of a matcher that finds nothing, at the first entry that alone finds nothing."""
    for label, value in match.items():
        if not any(may_take({label: value}, rule, site) for rule in rules):
            return one_entry(path, what, label, value, rules, site)
    asked = " and ".join(f"`{label}: {value}`" for label, value in match.items())
    message = f"{what} matches no alert: none has {asked}"
    return Problem(CODE, path, message, "remove one of the labels", severity=Severity.WARNING)


def one_entry(path: Path, what: str, label: str, value: str, rules: list[Rule], site: Site) -> Problem:
    """Return the problem of one entry: no alert has the label, or none has it with this value."""
    values = sorted({known[label] for rule in rules if label in (known := known_labels(rule, site))})
    if values:
        why = f"no alert has `{label}: {value}`"
        hint = meant(value, values) or f"there are: {listed(values)}"
    else:
        why = f"no alert has a label `{label}`"
        hint = meant(label, all_labels(rules, site)) or f"there are: {listed(sorted(all_labels(rules, site)))}"
    # `severity` of a route stands beside its `match`
    where = (*path[:-1], label) if label == "severity" and path[1:2] == ("routes",) else (*path, label)
    return Problem(CODE, where, f"{what} matches nothing: {why}", hint, severity=Severity.WARNING, on_key=not values)


def all_labels(rules: list[Rule], site: Site) -> set[str]:
    """Return the names of the labels that are known of the alerts."""
    return {label for rule in rules for label in (*known_labels(rule, site), *rule.labels)}


def meant(name: str, known: "set[str] | list[str]") -> str | None:
    """Return the question for what was meant, None when nothing is like it."""
    found = nearest(name, known)
    return None if found is None else f"did you mean `{found}`?"
