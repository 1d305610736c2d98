"""The components of the stack, in the order in which they are rendered; `compose` puts them together afterwards."""

from typing import Final

from ongrid_gen.components import (
    agent,
    alertmanager,
    apps,
    gateway,
    grafana,
    loki,
    prometheus,
    queries,
    runbooks,
    samplers,
    tempo,
)
from ongrid_gen.components.base import Component

COMPONENTS: Final[tuple[Component, ...]] = (
    agent,
    gateway,
    samplers,
    tempo,
    prometheus,
    alertmanager,
    loki,
    grafana,
    apps,
    runbooks,
    queries,
)
