"""One page per alert and per SLO for the person it wakes, and one per component for the stack's own: `runbooks/`."""

from typing import Final

from ongrid_gen import selfmon
from ongrid_gen.alerts import runbook_path
from ongrid_gen.alerts.explain import runbook
from ongrid_gen.components.base import Tree
from ongrid_gen.model import Site
from ongrid_gen.slos import explain, names
from ongrid_gen.slos.stencil import slo_files

NAME: Final = "runbooks"


def files(site: Site) -> Tree:
    """Return the pages."""
    pages = {runbook_path(alert): runbook(alert, site) for alert in site.alerts}
    pages |= slo_files(site, lambda slo, of: {names.runbook_path(slo): explain.runbook(slo, of)})
    return pages | selfmon.pages(site)
