"""The files of services whose alerts differ only by names: rendered once, for names that stand for others, and copied.

Alerts of the service graph and of metrics have one file each, of all of them, and no copies.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ongrid_gen.alerts import groups, rule_file
from ongrid_gen.alerts.conditions import service_of
from ongrid_gen.alerts.names import runbook_path
from ongrid_gen.alerts.wording import owners
from ongrid_gen.conventions import RUNBOOKS
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import RuleFile
from ongrid_gen.stencil import SERVICE, Tree, is_plain, named, with_stand_in


def alert_files(site: Site, texts: Callable[[RuleFile, Site], Tree]) -> Tree:
    """Return the files of every group of alerts; `texts` makes those of one."""
    tree: Tree = {}
    shapes: dict[object, list[tuple[str, list[Alert]]]] = {}
    for name, alerts in groups(site).items():
        shapes.setdefault(shape(name, alerts, site), []).append((name, alerts))
    for alike in shapes.values():
        if len(alike) == 1:
            tree |= texts(rule_file(*alike[0], site), site)
        else:
            tree |= copies([alerts for _, alerts in alike], site, texts)
    return tree


def shape(group: str, alerts: Sequence[Alert], site: Site) -> object:
    """Return everything of a group that is in its files, but the names; if those could be spelled in two ways, it."""
    if not has_plain_names(group, alerts):
        return group
    return owners(site).get(group), repr(stand_ins(alerts))


def has_plain_names(group: str, alerts: Sequence[Alert]) -> bool:
    """Tell whether a group is that of a service, and its names are written the same everywhere."""
    return is_plain(group) and all(
        alert.service == group and is_plain(alert.name) and runbook_path(alert) == f"{RUNBOOKS}/{alert.name}.md"
        for alert in alerts
    )


def copies(alike: Sequence[Sequence[Alert]], site: Site, texts: Callable[[RuleFile, Site], Tree]) -> Tree:
    """Return the files of services whose alerts are the same but for the names."""
    first = alike[0]
    stood_in = with_stand_in(site, owners(site).get(service_of(first[0])))
    stencil = texts(rule_file(SERVICE, stand_ins(first), stood_in), stood_in)
    tree: Tree = {}
    for alerts in alike:
        names = {stand_in(number): alert.name for number, alert in enumerate(alerts)}
        tree |= named(stencil, {**names, SERVICE: service_of(alerts[0])})
    return tree


def stand_ins(alerts: Sequence[Alert]) -> list[Alert]:
    """Return alerts with names that stand for others."""
    return [replace(alert, path=(), name=stand_in(number), service=SERVICE) for number, alert in enumerate(alerts)]


def stand_in(number: int) -> str:
    """Return a name that stands for that of an alert; none is part of another."""
    return f"ongrid-gen-{number}-name-of-alert"
