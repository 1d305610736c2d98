"""Names of compose projects, networks and folders, derived from the site's name."""

from ongrid_gen.conventions import STAND_INS_SUFFIX
from ongrid_gen.model import Site


def project(site: Site) -> str:
    """Return the compose project: stand-ins never share volumes with the real programs."""
    return f"{site.name}{STAND_INS_SUFFIX}" if site.images.stand_ins else site.name


def edge_project(site: Site, edge: str) -> str:
    """Return the compose project of one edge."""
    return f"{project(site)}-edge-{edge}"


def edge_secrets(edge: str) -> str:
    """Return the folder of an edge's secrets, relative to the folder of all secrets."""
    return f"edges/{edge}"


def ingest_network(site: Site) -> str:
    """Return the network in which agents on the same machine reach the gateway."""
    return f"{project(site)}_ingest"
