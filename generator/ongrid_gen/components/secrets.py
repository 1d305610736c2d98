"""The files of secrets that agents and gateway are given."""

from ongrid_gen.components import access, privacy
from ongrid_gen.model import Edge, Site
from ongrid_gen.naming import edge_secrets


def of_agent(site: Site, edge: Edge) -> dict[str, str]:
    """Return the secrets of an edge: name, and file relative to the folder of the secrets."""
    names = [*access.agent_secrets(site), *([privacy.AGENT_KEY] if site.privacy.hash else [])]
    return {name: f"{edge_secrets(edge.name)}/{name}" for name in names}


def of_gateway(site: Site) -> list[str]:
    """Return the secret files of the gateway, relative to the folder of the spec."""
    return [*access.gateway_secrets(site), *([site.privacy.hash_key] if site.privacy.hash else [])]
