"""One page per alert for the person it wakes, and one per component for the stack's own: `runbooks/`."""

from typing import Final

from ongrid_gen import selfmon
from ongrid_gen.alerts import runbook_path
from ongrid_gen.alerts.explain import runbook
from ongrid_gen.components.base import Tree
from ongrid_gen.model import Site

NAME: Final = "runbooks"


def files(site: Site) -> Tree:
    """Return the pages."""
    return {runbook_path(alert): runbook(alert, site) for alert in site.alerts} | selfmon.pages(site)
