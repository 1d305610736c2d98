"""Which key of the spec a complaint of a program is about: it names files, rules, jobs and receivers of the bundle."""

import re
from collections.abc import Iterable
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Path
from ongrid_gen.rulefiles import rule_files, rules_path

# What a program calls a thing stands in quotes.
QUOTED: Final = re.compile(r"\"((?:\\.|[^\"\\])+)\"|'([^']+)'|`([^`]+)`")
# Which part of the spec a folder of the bundle comes from.
PARTS: Final = {
    "prometheus": ("prometheus",),
    "alertmanager": ("notify",),
    "otelcol": ("gateway",),
    "tempo": ("tempo",),
    "tempo-metrics": ("sampling", "tail"),
    "grafana": ("grafana",),
}  # fmt: skip


def blame(file: str, complaint: str, site: Site) -> Path:
    """Return the path of what is meant, as near as the complaint says; empty when only the file as a whole is."""
    folder, _, rest = file.partition("/")
    if folder == "edge":
        name = rest.partition("/")[0]
        return next((edge.path for edge in site.edges if edge.name == name), ("edges",))
    if folder == "prometheus":
        return of_rule(complaint, site) or named(complaint, ((one.job, one.path) for one in site.prometheus.scrape)) \
            or PARTS[folder]  # fmt: skip
    if folder == "alertmanager":
        return named(complaint, ((one.name, one.path) for one in site.notify.channels)) or PARTS[folder]
    return PARTS.get(folder, ())


def of_rule(complaint: str, site: Site) -> Path:
    """Return where the rule stands that a complaint names, or the first of the rule file that it names."""
    for file in rule_files(site):
        if rules_path(file).removeprefix("prometheus/") in complaint:
            found = named(complaint, ((rule.name, rule.path) for rule in file.rules))
            return found or next((rule.path for rule in file.rules), ())
    return ()


def named(complaint: str, known: Iterable[tuple[str, Path]]) -> Path:
    """Return the path of the first thing that a complaint calls by name."""
    paths = dict(known)
    for match in QUOTED.finditer(complaint):
        name = next(filter(None, match.groups()))
        if name in paths:
            return paths[name]
    return ()
