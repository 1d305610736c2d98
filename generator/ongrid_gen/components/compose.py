"""compose.yaml of the centre: the containers of all components, and what waits for what."""

from typing import Any, Final

from ongrid_gen.components import (
    alertmanager,
    collector,
    gateway,
    grafana,
    loki,
    prometheus,
    samplers,
    secrets,
    tempo,
    ways,
)
from ongrid_gen.components.base import Tree, source_of, stamped, yaml_file
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
    """Return the containers that are ours. `ready` asks what cannot be asked from inside its own image."""
    collectors = [GATEWAY_HOST, *samplers.hosts(site)]
    targets = [
        *(f"{host}:{COLLECTOR_HEALTH}/" for host in collectors),
        *(f"{role.host}:{TEMPO_HTTP}/ready" for role in roles(site)),
    ]
    found: dict[str, Any] = {"gateway": gateway.service(site)}
    found |= {host: samplers.service(site, host) for host in samplers.hosts(site)}
    if site.gateway.queue_persistent:
        found |= {f"{host}{collector.INIT_SUFFIX}": collector.queue_init(site, host) for host in collectors}
    found |= {
        **{role.host: tempo.service(site, role) for role in roles(site)},
        "prometheus": prometheus.service(site),
        "alertmanager": alertmanager.service(site),
        **dict(loki.services(site)),
    }
    visualise = grafana.service(site)
    if visualise:
        found["grafana"] = visualise
    return ways.settled(site, {**found, "ready": collector.prober(site.images, targets, ["inside"])})


def volumes(site: Site) -> list[str]:
    """Return the named volumes: whatever must survive a container."""
    mounted = [source_of(volume) for service in services(site).values() for volume in service.get("volumes", ())]
    return list(dict.fromkeys(name for name in mounted if not name.startswith("./")))


def secret_files(site: Site) -> list[str]:
    """Return every secret file the centre mounts, relative to the folder of the spec."""
    theirs = [file for one in site.external.values() for file in ways.secrets_for(one)]
    found = {*secrets.of_gateway(site), *alertmanager.secrets(site), *storage.secrets(site.tempo), *theirs}
    used = {name for service in services(site).values() for name in service.get("secrets", ())}
    return [file for file in (*sorted(found), grafana.PASSWORD_FILE) if secret_name(file) in used]
