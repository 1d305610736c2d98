"""OG023: every alert reaches somebody."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts import rules_of
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem, Severity

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
    """Yield the alerts that no route matches."""
    for alert in site.alerts:
        if not routed(alert, site):
            yield Problem(
                code=CODE,
                path=alert.path,
                message=f"alert `{alert.name}` reaches nobody: no route matches it and there is no default channel",
                hint=f"add `default: {site.notify.channels[0].name}` to `notify`",
            )


def routed(alert: Alert, site: Site) -> bool:
    """Tell whether a route of the spec finds an alert."""
    return any(matched(alert, site, dict(route.match)) for route in site.notify.routes)


def matched(alert: Alert, site: Site, match: dict[str, str]) -> bool:
    """Tell whether every rule of an alert carries the labels; one that is known only at run time does not count."""
    external = site.external_labels
    return all(
        all({**external, **rule.labels}.get(label) == value for label, value in match.items())
        for rule in rules_of(alert, site)
    )
