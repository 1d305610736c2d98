"""OG023: every alert reaches somebody."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.routing import alert_rules, channels, known_labels
from ongrid_gen.rules import Rule

CODE: Final = "OG023"


def check(site: Site) -> Iterator[Problem]:
    """An alert that no route matches, without a default channel, fires into the void.

    A label whose value is known only at run time does not count.
    """
    if not site.notify.channels:
        if site.alerts or site.slos:
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
    """Yield the rules of the spec that no route matches, and those of the stack itself as one problem."""
    hint = f"add `default: {site.notify.channels[0].name}` to `notify`"
    lost = [rule for rule in alert_rules(site) if not channels(known_labels(rule, site), site)]
    for rule in lost:
        if rule.path:
            why = "reaches nobody: no route matches it and there is no default channel"
            yield Problem(CODE, (*rule.path, "name"), f"{whose(rule, site)} {why}", hint)
    own = [rule.name for rule in lost if not rule.path]
    if own:
        why = "no route matches them and there is no default channel"
        yield Problem(CODE, ("notify",), f"alerts of the stack itself, such as `{own[0]}`, reach nobody: {why}", hint)


def whose(rule: Rule, site: Site) -> str:
    """Return the rule in words: an alert of the spec, or a rule that an entry of the spec brings along."""
    known = {
        **{alert.path: ("alert", alert.name) for alert in site.alerts},
        **{slo.path: ("objective", slo.name) for slo in site.slos},
    }
    thing, name = known[rule.path]
    return f"{thing} `{name}`" if name == rule.name else f"the rule `{rule.name}` of {thing} `{name}`"
