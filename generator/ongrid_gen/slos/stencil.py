"""The files of many SLOs: each shape is rendered once, for names that stand for others, and copied for every SLO.

A thousand objectives differ in little but their names.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ongrid_gen.alerts.wording import owners
from ongrid_gen.model import Site, Slo
from ongrid_gen.stencil import SERVICE, Tree, is_plain, named, with_stand_in

NAME: Final = "ongrid-gen-name-of-slo"


def slo_files(site: Site, texts: Callable[[Slo, Site], Tree]) -> Tree:
    """Return the files of every SLO; `texts` makes those of one."""
    shapes: dict[object, Tree] = {}
    tree: Tree = {}
    for slo in site.slos:
        if not is_plain(slo.name) or not is_plain(slo.service):
            tree |= texts(slo, site)
            continue
        owner = owners(site).get(slo.service)
        key = shape(slo, owner)
        if key not in shapes:
            shapes[key] = texts(replace(slo, name=NAME, service=SERVICE), with_stand_in(site, owner))
        tree |= named(shapes[key], {NAME: slo.name, SERVICE: slo.service})
    return tree


def shape(slo: Slo, owner: str | None) -> object:
    """Return everything of an SLO that is in its files, but the names."""
    windows = tuple((row.tier, row.long, row.short, row.budget) for row in slo.windows)
    numbers = (slo.objective, slo.threshold, slo.period, slo.min_errors, slo.page_for, slo.ticket_for)
    return slo.operation, slo.span_kind, slo.sli, numbers, windows, tuple(slo.labels.items()), owner
