"""compose.yaml of the centre: the containers of all components, and what waits for what."""

from typing import Any, Final

from ongrid_gen.components import access, alertmanager, collector, gateway, grafana, prometheus, tempo
from ongrid_gen.components.base import Tree, stamped, yaml_file
from ongrid_gen.components.channels import secret_name
from ongrid_gen.components.tempo import storage
from ongrid_gen.components.tempo.base import roles
from ongrid_gen.conventions import COLLECTOR_HEALTH, GATEWAY_HOST, SECRETS_VARIABLE, TEMPO_HTTP
from ongrid_gen.model import Site
from ongrid_gen.naming import ingest_network, project

# Where the secrets are, if `up` does not say: right for a bundle in build/<site>/ beside the spec.
SECRETS_DEFAULT: Final = "../../secrets"


def files(site: Site, tree: Tree) -> Tree:
    """Return compose.yaml; `tree` is everything else of the bundle."""
    return {"compose.yaml": yaml_file(config(site, tree), site)}


def config(site: Site, tree: Tree) -> dict[str, Any]:
    """Return the whole file as data."""
    data: dict[str, Any] = {"name": project(site), "services": stamped(services(site), tree)}
    data["networks"] = {
        "inside": {"internal": True},
        "ingest": {"name": ingest_network(site)},
        "published": {},  # a port of a container that is only in an internal network does not reach the host
    }
    data["volumes"] = {name: {} for name in volumes(site)}
    files = secret_files(site)
    if files:
        data["secrets"] = {
            secret_name(file): {"file": f"${{{SECRETS_VARIABLE}:-{SECRETS_DEFAULT}}}/{bare}"}
            for file in files
            for bare in [secret_name(file)]
        }
    return data


def services(site: Site) -> dict[str, Any]:
    """Return all containers. `ready` asks what cannot be asked from inside its own image."""
    targets = [f"{GATEWAY_HOST}:{COLLECTOR_HEALTH}/", *(f"{role.host}:{TEMPO_HTTP}/ready" for role in roles(site))]
    found: dict[str, Any] = {"gateway": gateway.service(site)}
    if site.gateway.queue_persistent:
        found[f"{gateway.NAME}{collector.INIT_SUFFIX}"] = collector.queue_init(site, gateway.NAME)
    found |= {
        **{role.host: tempo.service(site, role) for role in roles(site)},
        "prometheus": prometheus.service(site),
        "alertmanager": alertmanager.service(site),
    }
    visualise = grafana.service(site)
    if visualise:
        found["grafana"] = visualise
    return {**found, "ready": collector.prober(site.images, targets, ["inside"])}


def volumes(site: Site) -> list[str]:
    """Return the named volumes: whatever must survive a container."""
    names = ["gateway-queue"] if site.gateway.queue_persistent else []
    names += [*map(tempo.volume, roles(site)), "prometheus-data", "alertmanager-data"]
    return [*names, "grafana-data"] if site.grafana.enabled else names


def secret_files(site: Site) -> list[str]:
    """Return every secret file the centre mounts, relative to the folder of the spec."""
    found = sorted({*access.gateway_secrets(site), *alertmanager.secrets(site), *storage.secrets(site.tempo)})
    return [*found, grafana.PASSWORD_FILE] if site.grafana.enabled else found
