"""A site's running stack: the compose project of the centre, those of the edges here, and where each one answers."""

import secrets as random
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ongrid_gen.components import access, collector, compose, grafana, receivers
from ongrid_gen.components.channels import secrets_of
from ongrid_gen.components.tempo import storage
from ongrid_gen.components.tempo.base import roles
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_HTTP,
    GATEWAY_HOST,
    GRAFANA_HOST,
    GRAFANA_HTTP,
    OTLP_GRPC,
    OTLP_HTTP,
    PROMETHEUS_HOST,
    PROMETHEUS_HTTP,
    TEMPO_HOST,
    TEMPO_HTTP,
)
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.runtime.compose import Project

Say = Callable[[str], None]
READY_TIMEOUT = 180.0
LOOPBACK = "127.0.0.1"
EVERYWHERE = frozenset({"0.0.0.0", "::"})
NOBODY = 65534  # as Alertmanager runs


@dataclass(frozen=True, slots=True)
class Stack:
    """A rendered bundle as something that runs. `edges` are the names of the agents on this machine."""

    site: Site
    bundle: Path
    secrets: Path
    edges: tuple[str, ...]

    @property
    def centre(self) -> Project:
        """The compose project of everything but the agents."""
        return Project(self.bundle, self.secrets)

    def edge(self, name: str) -> Project:
        """The compose project of one agent."""
        return Project(self.bundle / "edge" / name, self.secrets)

    @property
    def projects(self) -> list[Project]:
        """All projects, the centre first."""
        return [self.centre, *(self.edge(name) for name in self.edges)]

    def project(self, edge: str | None) -> Project:
        """The compose project of the centre, or of an edge."""
        return self.centre if edge is None else self.edge(edge)

    def stop_before_tempo(self, say: Say) -> None:
        """Stop the gateway, then Tempo: where Tempo would refuse for good what comes while it stops."""
        say("stopping the gateway before Tempo: what it holds stays in its queue")
        self.centre.call("stop", GATEWAY_HOST, *(role.host for role in roles(self.site)), timeout=120)

    def down(self, say: Say, *, volumes: bool) -> None:
        """Stop everything in reverse; with `volumes` remove the data too."""
        for project in reversed(self.projects):
            if (project.folder / "compose.yaml").is_file():
                say(f"stopping {project.folder.name}")
                project.down(volumes=volumes)

    @property
    def prometheus(self) -> str:
        """Prometheus' address on this machine."""
        return f"http://{LOOPBACK}:{self.centre.port(PROMETHEUS_HOST, PROMETHEUS_HTTP)}"

    @property
    def alertmanager(self) -> str:
        """Alertmanager's address on this machine."""
        return f"http://{LOOPBACK}:{self.centre.port(ALERTMANAGER_HOST, ALERTMANAGER_HTTP)}"

    @property
    def tempo(self) -> str:
        """Tempo's address on this machine."""
        return f"http://{LOOPBACK}:{self.centre.port(TEMPO_HOST, TEMPO_HTTP)}"

    @property
    def grafana(self) -> str | None:
        """Grafana's address on this machine, or None where the stack runs without it."""
        if not self.site.grafana.enabled:
            return None
        return f"http://{LOOPBACK}:{self.centre.port(GRAFANA_HOST, GRAFANA_HTTP)}"

    def otlp_http(self, edge: str | None = None) -> str:
        """The address at which an agent takes OTLP over HTTP. `edge` defaults to the first one here."""
        return f"http://{self._listen}:{self._agent(edge).port('agent', OTLP_HTTP)}"

    def otlp_grpc(self, edge: str | None = None) -> str:
        """The address at which an agent takes OTLP over gRPC, host:port."""
        return f"{self._listen}:{self._agent(edge).port('agent', OTLP_GRPC)}"

    @property
    def _listen(self) -> str:
        return LOOPBACK if self.site.ingest.listen == "0.0.0.0" else self.site.ingest.listen

    def _agent(self, edge: str | None) -> Project:
        if not self.edges:
            raise CommandError("no agent runs on this machine: name one with --edge")
        return self.edge(edge or self.edges[0])


def edges_here(site: Site, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return which agents run on this machine: those asked for, or the only one there is."""
    names = [edge.name for edge in site.edges]
    for name in asked:
        if name not in names:
            raise CommandError(f"no edge `{name}` in the spec; there are: {', '.join(names)}")
    return asked or (tuple(names) if len(names) == 1 else ())


def require_free_ports(stack: Stack, held: frozenset[int]) -> None:
    """Raise CommandError, with the key to change, when another program listens where the stack is to.

    `held` are the ports on which its own containers listen already, those included that are to go.
    """
    published = published_ports(stack)
    for (_, one, here, port), (_, other, there, same) in combinations(published, 2):
        if port and port == same and (here == there or EVERYWHERE.intersection((here, there))):
            raise CommandError(f"`{one}` and `{other}` are both {port} on this machine\n"
                               "  give one of the two another port, or 0 for any free one")  # fmt: skip
    for service, key, listen, port in published:
        if port and port not in held and is_taken(listen, port):
            raise CommandError(
                f"port {port} on {listen} is taken by another program, and {service} is to be published there\n"
                f"  stop it, or give `{key}` another port, or 0 for any free one"
            )


def published_ports(stack: Stack) -> list[tuple[str, str, str, int]]:
    """Return what is published on this machine: compose service, key of the spec, address, port."""
    site = stack.site
    found = [
        ("tempo", "tempo.port", LOOPBACK, site.tempo.port),
        ("prometheus", "prometheus.port", LOOPBACK, site.prometheus.port),
        ("alertmanager", "alertmanager.port", LOOPBACK, site.alertmanager.port),
    ]
    if access.is_remote(site):
        found.append(("gateway", "gateway.port", site.gateway.listen, site.gateway.port))
    if site.grafana.enabled:
        found.append(("grafana", "grafana.port", LOOPBACK, site.grafana.port))
    if stack.edges:
        ingest = site.ingest
        found += [
            ("agent", f"ingest.{door.key}", ingest.listen, ingest.ports[door.key]) for door in receivers.doors(ingest)
        ]
    return found


def is_taken(listen: str, port: int) -> bool:
    """Tell whether somebody listens on an address of this machine already."""
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((listen, port))
        except OSError:
            return True
    return False


def prepare_secrets(site: Site, edges: tuple[str, ...], folder: Path, say: Say) -> None:
    """Make Grafana's password if it is missing; CommandError when a secret of yours is missing or unreadable.

    Compose mounts these files as they are, owner and mode included, and the containers run as other users.
    """
    proofs = of_gateway_and_agents(site, edges, folder)
    for path in proofs:
        if not path.is_file():
            raise CommandError(f"{path} is missing: run `ongrid-gen certs` with the spec; it makes what gateway and "
                               "edges prove themselves with")  # fmt: skip
        if not is_readable(path, collector.USER_ID):
            raise CommandError(f"{path} cannot be read by the collector's user: run `sudo chown {collector.USER} "
                               f"{path}`; its mode stays 0400")  # fmt: skip
    for name in compose.secret_files(site):
        path = folder.parent / name
        if path in proofs:
            continue
        if name == grafana.PASSWORD_FILE and not path.exists():
            make_password(path)
            say(f"made {path}: the password of Grafana's user `admin`")
        if not path.is_file():
            raise CommandError(missing_secret(site, name, path))
        if not is_readable(path, NOBODY):
            raise CommandError(
                f"{path} cannot be read by the container's user: run `chmod 0644 {path}` and keep others out by the "
                f"folder: `chmod 0700 {path.parent}`"
            )


def of_gateway_and_agents(site: Site, edges: tuple[str, ...], folder: Path) -> list[Path]:
    """Return what the gateway, and the agents of this machine, prove themselves with."""
    own = [edge for edge in site.edges if edge.name in edges]
    files = [folder / file for edge in own for file in access.agent_secrets(site, edge).values()]
    return [*(folder.parent / file for file in access.gateway_secrets(site)), *files]


def is_readable(path: Path, user: int) -> bool:
    """Tell whether a user, and a group of the same number, may read a file."""
    found = path.stat()
    allowed = stat.S_IROTH
    allowed |= stat.S_IRUSR if found.st_uid == user else 0
    allowed |= stat.S_IRGRP if found.st_gid == user else 0
    return bool(found.st_mode & allowed)


def make_password(path: Path) -> None:
    """Write a random password into a folder that only its owner can enter."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(random.token_urlsafe(18), encoding="utf-8")
    path.chmod(0o644)


def missing_secret(site: Site, name: str, path: Path) -> str:
    """Return the sentence that says which secret is missing and how to make it."""
    users = [(channel.name, known[name]) for channel in site.notify.channels if name in (known := secrets_of(channel))]
    if name in storage.secrets(site.tempo):
        return (
            f"{path} is missing: Tempo's key for `tempo.storage` is to stand in it\n  make the folder by `mkdir -p -m "
            f"700 {path.parent}` and put the file there; it is read when Tempo starts"
        )
    whose, example = "a secret", "…"
    if users:
        channel, secret = users[0]
        whose, example = f"{secret.what} of channel `{channel}`", secret.example
    return (
        f"{path} is missing: {whose} is to stand in it\n  run `mkdir -p -m 700 {path.parent} && printf %s '{example}' "
        f"> {path}`; it is read at each notification, so a change needs no restart"
    )
