"""The components of the stack, in the order in which they are rendered; `compose` puts them together afterwards."""

from typing import Final

from ongrid_gen.components import agent, alertmanager, apps, gateway, grafana, prometheus, queries, runbooks, tempo
from ongrid_gen.components.base import Component

COMPONENTS: Final[tuple[Component, ...]] = (
    agent,
    gateway,
    tempo,
    prometheus,
    alertmanager,
    grafana,
    apps,
    runbooks,
    queries,
)
