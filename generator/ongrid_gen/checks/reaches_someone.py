"""OG023: every alert reaches somebody."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import rules_to_check
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.rules import Rule

CODE: Final = "OG023"


def check(site: Site) -> Iterator[Problem]:
    """An alert that no route matches, without a default channel, fires into the void."""
    if not site.alerts:
        return
    if not site.notify.channels:
        yield Problem(
            code=CODE,
            path=("notify",),
            message="alerts fire, but nobody is told: there is no channel",
            hint="add `notify: {channels: [{name: oncall, type: webhook, url_file: secrets/oncall.url}], "
            "default: oncall}`",
            severity=Severity.HINT,
        )
    elif site.notify.default is None:
        yield from unreached(site)


def unreached(site: Site) -> Iterator[Problem]:
    """Yield the rules that no route matches."""
    for alert in site.alerts:
        for rule in rules_to_check(alert, site):
            if not rule_routed(rule, site):
                whose = "" if rule.name == alert.name else f"the rule `{rule.name}` of "
                yield Problem(
                    code=CODE,
                    path=alert.path_to("name"),
                    message=f"{whose}alert `{alert.name}` reaches nobody: no route matches it and there is no default "
                    "channel",
                    hint=f"add `default: {site.notify.channels[0].name}` to `notify`",
                )


def routed(alert: Alert, site: Site) -> bool:
    """Tell whether a route of the spec finds an alert."""
    return all(rule_routed(rule, site) for rule in rules_to_check(alert, site) if rule.name == alert.name)


def rule_routed(rule: Rule, site: Site) -> bool:
    """Tell whether a route finds a rule. A label whose value is known only at run time does not count."""
    labels = {**site.external_labels, **rule.labels}
    return any(all(labels.get(label) == value for label, value in route.match.items()) for route in site.notify.routes)
