"""What is to be put into programs that are somebody else's: `external/<component>/`, with a page that says how.

A module here has the name of the component that it stands for, and is a component itself.
"""

from typing import Final

from ongrid_gen.components.base import Component
from ongrid_gen.components.theirs import alertmanager, grafana, prometheus, tempo
from ongrid_gen.model import Site

THEIRS: Final[dict[str, Component]] = {one.NAME: one for one in (tempo, prometheus, alertmanager, grafana)}


def chosen(site: Site, component: Component) -> Component:
    """Return who writes the files of a component: itself, or what it is for somebody else's program."""
    return component if site.owns(component.NAME) else THEIRS[component.NAME]
