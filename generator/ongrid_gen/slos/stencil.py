"""The files of many SLOs: each shape is rendered once, for names that stand for others, and copied for every SLO.

A thousand objectives differ in little but their names, and a name is letters, digits and `-`: no language that it is
written in quotes it. YAML would quote a few (`on`, `null`): those are rendered by themselves.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ongrid_gen.model import Service, Site, Slo
from ongrid_gen.yamlio import is_ambiguous

Tree = dict[str, str]
NAME: Final = "ongrid-gen-name-of-slo"
SERVICE: Final = "ongrid-gen-name-of-service"


def slo_files(site: Site, texts: Callable[[Slo, Site], Tree]) -> Tree:
    """Return the files of every SLO; `texts` makes those of one."""
    owners = {service.name: service.owner for service in site.services}
    shapes: dict[object, Tree] = {}
    tree: Tree = {}
    for slo in site.slos:
        if is_ambiguous(slo.name) or is_ambiguous(slo.service):
            tree |= texts(slo, site)
            continue
        owner = owners.get(slo.service)
        key = shape(slo, owner)
        if key not in shapes:
            shapes[key] = texts(replace(slo, name=NAME, service=SERVICE), with_stand_in(site, owner))
        for path, text in shapes[key].items():
            tree[named(path, slo)] = named(text, slo)
    return tree


def shape(slo: Slo, owner: str | None) -> object:
    """Return everything of an SLO that is in its files, but the names."""
    windows = tuple((row.tier, row.long, row.short, row.budget) for row in slo.windows)
    numbers = (slo.objective, slo.threshold, slo.period, slo.min_errors, slo.page_for, slo.ticket_for)
    return slo.operation, slo.span_kind, slo.sli, numbers, windows, tuple(slo.labels.items()), owner


def with_stand_in(site: Site, owner: str | None) -> Site:
    """Return the site with a service of the name that stands for others, owned as the SLO's is."""
    service = Service(("services", 0), SERVICE, (), None, None, owner, ())
    return replace(site, services=(service, *site.services))


def named(text: str, slo: Slo) -> str:
    """Return a text with the names of an SLO."""
    return text.replace(NAME, slo.name).replace(SERVICE, slo.service)
