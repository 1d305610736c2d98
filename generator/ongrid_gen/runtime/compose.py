"""One compose project: up, down, what runs, and on which port of the host it answers."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ongrid_gen.components.collector import INIT_SUFFIX
from ongrid_gen.conventions import SECRETS_VARIABLE
from ongrid_gen.runtime import docker
from ongrid_gen.wait import until


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered folder with a compose.yaml. `secrets` is the folder of the secret files."""

    folder: Path
    secrets: Path

    def call(self, *arguments: str, timeout: float = 120) -> str:
        """Run `docker compose` on this project."""
        env = {SECRETS_VARIABLE: str(self.secrets)}
        file = str(self.folder.resolve() / "compose.yaml")
        return docker.run("compose", "-f", file, *arguments, timeout=timeout, env=env)

    def up(self, *, timeout: float) -> None:
        """Create what is missing, make anew what is otherwise, start it; what is as it must be stays."""
        self.call("up", "--detach", "--remove-orphans", timeout=timeout + 60)

    def wait(self, *, timeout: float) -> None:
        """Wait until every container is as it must be. Raise DeadlineError naming what is not.

        Not Compose's own `--wait`: that gives up when a probe is red for a moment while what it asks is recreated.
        """
        wanted = set(self.call("config", "--services").split())
        until(lambda: self.fine() >= wanted, seconds=timeout, what=f"all of {', '.join(sorted(wanted))} to be ready")

    def fine(self) -> set[str]:
        """Return the services whose containers are as they must be."""
        return {entry["Service"] for entry in self.services() if is_fine(entry)}

    def down(self, *, volumes: bool) -> None:
        """Stop and remove; with `volumes` the data too."""
        self.call("down", "--remove-orphans", *(["--volumes"] if volumes else []), timeout=300)

    def hashes(self, text: str) -> dict[str, str]:
        """Return Compose's hash of every service of a compose file that is to be written here. Writes nothing.

        A container bears the hash of what it was made from (`HASH_LABEL`): another one means that it is recreated.
        """
        env = {SECRETS_VARIABLE: str(self.secrets)}
        printed = docker.run(
            "compose", "-f", "-", "--project-directory", str(self.folder.resolve()), "config", "--hash", "*",
            env=env, stdin=text.encode(),
        )  # fmt: skip
        return dict(line.split() for line in printed.splitlines() if line.strip())

    def reload(self, service: str) -> None:
        """Have a program read its files again. That it was told so proves nothing: `applied` asks what it runs."""
        self.call("kill", "--signal", "SIGHUP", service)

    def port(self, service: str, inside: int) -> int:
        """Return the port of the host on which a service's port is published."""
        return int(self.call("port", service, str(inside), timeout=30).strip().rsplit(":", 1)[-1])

    def services(self) -> list[dict[str, Any]]:
        """Return one entry per container: Service, State, Health, Status, ExitCode."""
        text = self.call("ps", "--all", "--format", "json", timeout=60)
        return [entry for line in text.splitlines() if line.strip() for entry in as_list(json.loads(line))]

    def logs(self, service: str, lines: int = 20) -> str:
        """Return the last lines of a service's log."""
        return self.call("logs", "--no-color", "--no-log-prefix", "--tail", str(lines), service, timeout=60)


def is_fine(entry: dict[str, Any]) -> bool:
    """Tell whether a container is as it must be: running and not unhealthy, or ended well if that is its task."""
    if entry["Service"].endswith(INIT_SUFFIX):
        return bool(entry["State"] == "exited" and entry.get("ExitCode") == 0)
    return entry["State"] == "running" and (entry.get("Health") or "healthy") == "healthy"


def as_list(value: Any) -> list[dict[str, Any]]:
    """Compose prints a list in some versions and a line per container in others."""
    return value if isinstance(value, list) else [value]
