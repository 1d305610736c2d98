"""How agents reach the gateway, and how it knows which edge it hears (docs/adr/0013-the-credential-says-which-edge.md).

What a credential says comes with the request, and only with it: the gateway writes it into the resource before anything
is buffered. A name or an attribute that spans bring along is thrown away first.
"""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.components.channels import secret_name
from ongrid_gen.conventions import EDGE, GATEWAY_HOST, OTLP_GRPC, OTLP_HTTP, SECRETS_DIR
from ongrid_gen.model import Auth, Edge, Gateway, Site, Tls
from ongrid_gen.naming import edge_secrets
from ongrid_gen.text import fill, ottl_string

Config = dict[str, Any]

# What an edge holds, by the scheme: the name of the file in its folder of secrets.
CREDENTIAL: Final = {"basic": "password", "bearer": "token"}
AUTHORITY, CLIENT_CERTIFICATE, CLIENT_KEY = "ca.crt", "client.crt", "client.key"
EXTENSION: Final = {"basic": "basicauth", "bearer": "bearertokenauth"}
OLDEST_TLS: Final = "1.2"
# Certificates are renewed under a collector that runs.
RELOAD: Final = "1h"
GRPC_MEBIBYTES: Final = 16

STAMP: Final = "resource/edge"
ATTRIBUTES: Final = "transform/edge"
# Where the header stands between two processors: a token names its edge, and all of it was compared.
HEADER: Final = "ongrid.proof"
TOKEN: Final = r"^Bearer (?P<edge>[a-z][a-z0-9-]*)\."
NAME_OF_TOKEN: Final = (
    "set(resource.attributes[<< edge >>], ExtractPatterns(resource.attributes[<< header >>], << token >>)"
    '["edge"]) where resource.attributes[<< header >>] != nil'
)
DELETE: Final = "delete_key(resource.attributes, << key >>)"
SET: Final = "set(resource.attributes[<< key >>], << value >>) where resource.attributes[<< edge >>] == << name >>"


def address(site: Site) -> str:
    """Return where agents reach the gateway by OTLP over HTTP."""
    scheme = "https" if site.gateway.tls else "http"
    return site.gateway.endpoint or f"{scheme}://{GATEWAY_HOST}:{OTLP_HTTP}"


def is_remote(site: Site) -> bool:
    """Tell whether agents reach the gateway from other machines, and not in the compose network."""
    return site.gateway.endpoint is not None


def way(site: Site, secrets: str = SECRETS_DIR) -> Config:
    """Return what every exporter of an agent says of its way to the gateway. `secrets` is the folder that it sees."""
    gateway = site.gateway
    found: Config = {"endpoint": address(site), "compression": "gzip"}
    if gateway.tls:
        found["tls"] = {"ca_file": f"{secrets}/{AUTHORITY}", "min_version": OLDEST_TLS, "reload_interval": RELOAD}
        if gateway.tls.clients:
            found["tls"] |= {"cert_file": f"{secrets}/{CLIENT_CERTIFICATE}", "key_file": f"{secrets}/{CLIENT_KEY}"}
    if gateway.auth:
        found["auth"] = {"authenticator": f"{EXTENSION[gateway.auth.scheme]}/gateway"}
    return found


def agent_extensions(site: Site, edge: Edge, secrets: str = SECRETS_DIR) -> Config:
    """Return the extension that shows an agent's credential. It reads a new one without a restart."""
    auth = site.gateway.auth
    if auth is None:
        return {}
    file = f"{secrets}/{CREDENTIAL[auth.scheme]}"
    shown = {
        "basic": {"client_auth": {"username": edge.name, "password_file": file}},
        "bearer": {"filename": file},
    }
    return {f"{EXTENSION[auth.scheme]}/gateway": shown[auth.scheme]}


def agent_secrets(site: Site, edge: Edge) -> dict[str, str]:
    """Return the secrets of an edge: name, and file relative to the folder of the secrets."""
    tls, auth = site.gateway.tls, site.gateway.auth
    names = [AUTHORITY] if tls else []
    names += [CLIENT_CERTIFICATE, CLIENT_KEY] if tls and tls.clients else []
    names += [CREDENTIAL[auth.scheme]] if auth else []
    return {name: f"{edge_secrets(edge.name)}/{name}" for name in names}


def gateway_extensions(site: Site) -> Config:
    """Return the extension that asks agents who they are."""
    auth = site.gateway.auth
    if auth is None:
        return {}
    file = secret(secret_name(auth.file))
    asks = {"basic": {"htpasswd": {"file": file}}, "bearer": {"filename": file}}
    return {authenticator(auth): asks[auth.scheme]}


def gateway_secrets(site: Site) -> list[str]:
    """Return the secret files of the gateway, relative to the folder of the spec."""
    tls, auth = site.gateway.tls, site.gateway.auth
    found = [tls.certificate, tls.key, *([tls.authority] if tls.clients else [])] if tls else []
    return [*found, auth.file] if auth else found


def protocols(gateway: Gateway) -> Config:
    """Return how the gateway listens. Agents speak HTTP; what is asked there must not be let in by gRPC."""
    guard: Config = {}
    if gateway.tls:
        guard["tls"] = server_tls(gateway.tls)
    if gateway.auth:
        guard["auth"] = {"authenticator": authenticator(gateway.auth)}
    http: Config = {"endpoint": f"0.0.0.0:{OTLP_HTTP}", "max_request_body_size": gateway.max_request, **guard}
    if gateway.auth and gateway.auth.scheme == "bearer":
        http["include_metadata"] = True
    if guard or gateway.endpoint:
        return {"http": http}
    return {"grpc": {"endpoint": f"0.0.0.0:{OTLP_GRPC}", "max_recv_msg_size_mib": GRPC_MEBIBYTES}, "http": http}


def server_tls(tls: Tls) -> Config:
    """Return what the gateway shows, and by which authority it knows agents."""
    found: Config = {
        "cert_file": secret(secret_name(tls.certificate)),
        "key_file": secret(secret_name(tls.key)),
        "min_version": OLDEST_TLS,
        "reload_interval": RELOAD,
    }
    if tls.clients:
        found |= {"client_ca_file": secret(secret_name(tls.authority)), "client_ca_file_reload": True}
    return found


def identity(site: Site) -> Config:
    """Return the gateway's processors that say which edge a span is of, in their order; none without credentials."""
    auth = site.gateway.auth
    if auth is None:
        return {}
    sources = {
        "basic": {"key": EDGE, "from_context": "auth.username", "action": "upsert"},
        "bearer": {"key": HEADER, "from_context": "metadata.authorization", "action": "upsert"},
    }
    source = sources[auth.scheme]
    found: Config = {STAMP: {"attributes": [{"key": source["key"], "action": "delete"}, source]}}
    written = [collector.literal(statement) for statement in statements(site, auth)]
    if written:
        # not `ignore`: a span whose edge is not known is refused, and not let through under another's name
        found[ATTRIBUTES] = {"error_mode": "propagate", "trace_statements": written}
    return found


def statements(site: Site, auth: Auth) -> Iterator[str]:
    """Yield the statements that take what an edge claims, and give it what the spec says of it."""
    if auth.scheme == "bearer":
        yield from name_of_token(EDGE)
    given = [(edge, key, value) for edge in site.edges for key, value in edge.attributes.items() if key != EDGE]
    for key in dict.fromkeys(key for _, key, _ in given):
        yield fill(DELETE, key=ottl_string(key))
    for edge, key, value in given:
        yield fill(SET, key=ottl_string(key), value=ottl_string(value), edge=ottl_string(EDGE),
                   name=ottl_string(edge.name))  # fmt: skip


def name_of_token(key: str) -> Iterator[str]:
    """Yield the statements that turn the header with a token into the name of its edge."""
    yield fill(DELETE, key=ottl_string(key))
    yield fill(NAME_OF_TOKEN, edge=ottl_string(key), header=ottl_string(HEADER), token=ottl_string(TOKEN))
    yield fill(DELETE, key=ottl_string(HEADER))


def authenticator(auth: Auth) -> str:
    """Return the name of the extension that asks."""
    return f"{EXTENSION[auth.scheme]}/edges"


def secret(name: str) -> str:
    """Return where a secret lies in a container."""
    return f"{SECRETS_DIR}/{name}"
