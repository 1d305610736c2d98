"""Which alerts a matcher finds: of a route, an inhibition or a maintenance window.

Every entry must be equal, as Alertmanager compares them. Some labels of an alert are known only when it fires (`client`
of a failing dependency): what *is* matched never counts on them, what *may be* matched does.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ongrid_gen.alerts.expressions import is_sound
from ongrid_gen.conventions import KIND, OWNER, SELF_KIND, WATCHDOG
from ongrid_gen.model import Site
from ongrid_gen.promql import kept_labels, read
from ongrid_gen.rulefiles import rule_files
from ongrid_gen.rules import Rule

ALERTNAME: Final = "alertname"
QUOTED: Final = re.compile(r'\{\{ ("(?:[^"\\]|\\.)*") \}\}')
METRIC_KINDS: Final = "metric_"
TARGET_LABELS: Final = ("job", "instance")

Match = Mapping[str, str]


def takes(match: Match, labels: Match) -> bool:
    """Tell whether an alert with these labels is found."""
    return match.items() <= labels.items()


def channels(labels: Match, site: Site) -> list[str]:
    """Return who hears of an alert with these labels: every route that takes it, else the default; empty is nobody."""
    found = [route.channel for route in site.notify.routes if takes(route.match, labels)]
    return found or ([] if site.notify.default is None else [site.notify.default])


def alert_rules(site: Site) -> Iterator[Rule]:
    """Yield every alerting rule of a site that people are to hear of: all but the one that always fires.

    An alert whose expression is not sound has none: another check speaks of it.
    """
    sound = replace(site, alerts=tuple(alert for alert in site.alerts if is_sound(alert)))
    for file in rule_files(sound):
        for rule in file.rules:
            if isinstance(rule, Rule) and not is_watchdog(rule):
                yield rule


def is_watchdog(rule: Rule) -> bool:
    """Tell whether a rule is the one that always fires, to prove that alerting works."""
    return rule.name == WATCHDOG and rule.labels.get(KIND) == SELF_KIND


def known_labels(rule: Rule, site: Site) -> dict[str, str]:
    """Return the labels of a rule's alerts that are known before it fires."""
    own = {label: static(value) for label, value in rule.labels.items()}
    found = {**site.external_labels, **own, ALERTNAME: rule.name}
    return {label: value for label, value in found.items() if value}


def static(template: str) -> str | None:
    """Return what a label's Go template always renders to; None when only the firing alert knows."""
    if "{{" not in template:
        return template
    match = QUOTED.fullmatch(template)
    return str(json.loads(match[1])) if match else None


def may_take(match: Match, rule: Rule, site: Site) -> bool:
    """Tell whether an alert of the rule can be found."""
    known = known_labels(rule, site)
    return all(
        known[label] == value if label in known else can_carry(rule, label, site) and can_be(label, value, site)
        for label, value in match.items()
    )


def can_be(label: str, value: str, site: Site) -> bool:
    """Tell whether a label that is known only at run time can have a value: an owner is that of a service."""
    return label != OWNER or any(service.owner == value for service in site.services)


def can_carry(rule: Rule, label: str, site: Site) -> bool:
    """Tell whether an alert of the rule can have a label that is not known beforehand: one that its series keep.

    What the expression names, it may keep. The metrics that an alert of the spec reads may have any label, of which
    its rule keeps those that `by` or its own aggregation names.
    """
    kept = kept_of(rule, site)
    if kept is not None:
        return label in kept or label in rule.labels
    if rule.labels.get(KIND, "").startswith(METRIC_KINDS) or label in (*rule.labels, *TARGET_LABELS):
        return True
    return re.search(rf"\b{re.escape(label)}\b", rule.expr) is not None


def kept_of(rule: Rule, site: Site) -> frozenset[str] | None:
    """Return the labels of series that the alerts of a rule on metrics keep; None when that is not plain."""
    if not rule.path or not rule.labels.get(KIND, "").startswith(METRIC_KINDS):
        return None
    by = site.alerts[int(rule.path[1])].params.get("by")
    return kept_by(rule.expr) if by is None else frozenset(by)


@lru_cache(maxsize=4096)
def kept_by(expr: str) -> frozenset[str] | None:
    """Return the labels that an expression keeps; None when that is not plain."""
    return kept_labels(read(expr).tree)
