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


def datasource_uid(site: Site, uid: str) -> str:
    """Return the UID of a datasource: in a Grafana of somebody else's it begins with the site's name."""
    return uid if site.owns("grafana") else f"{site.name}-{uid}"


def page_of(site: Site, component: str) -> str:
    """Return where people find a program: wherever somebody else's is, or its port on this machine."""
    theirs = site.external.get(component)
    ports = {"tempo": site.tempo.port, "prometheus": site.prometheus.port, "alertmanager": site.alertmanager.port}
    return f"http://localhost:{ports[component]}" if theirs is None else theirs.url


def ingest_network(site: Site) -> str:
    """Return the network in which agents on the same machine reach the gateway."""
    return f"{project(site)}_ingest"
