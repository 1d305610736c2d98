"""Stage 7: the programs that will read the bundle judge it, on a temporary copy, in parallel.

Each validator runs in the image that the bundle names, without a network. Tempo 1.5 has no offline check: it is
started, and must still run and say ready after a few seconds.
"""

import subprocess
import tempfile
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ongrid_gen.blame import blame
from ongrid_gen.components import agent, host_agent, tempo
from ongrid_gen.components.images import ALERTMANAGER, OTELCOL, PROMETHEUS
from ongrid_gen.components.tempo.base import Role, roles
from ongrid_gen.conventions import SECRETS_VARIABLE
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.render import Tree
from ongrid_gen.runtime import docker
from ongrid_gen.write import write

CODE: Final = "OG950"
# How promtool and amtool begin a line about what is right.
CONTENT: Final = ("Checking ", "SUCCESS", "FAILED:")
HARDENED: Final = ("--rm", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")


@dataclass(frozen=True, slots=True)
class Engine:
    """One question to one program: `file` is what it judges, `ask` returns its complaint or nothing."""

    name: str
    file: str
    ask: Callable[[Path], str]


def ask_engines(site: Site, tree: Tree) -> list[Problem]:
    """Return what the programs complain about, each as a problem that names program and file."""
    docker.require()
    with tempfile.TemporaryDirectory(prefix="ongrid-gen-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(tree, folder)
        asked = engines(site, tree)
        with ThreadPoolExecutor(max_workers=4) as pool:
            answers = list(pool.map(lambda engine: engine.ask(folder), asked))
    return [problem(engine, answer, site) for engine, answer in zip(asked, answers, strict=True) if answer]


def problem(engine: Engine, answer: str, site: Site) -> Problem:
    """Return a program's complaint as a problem, at the key of the spec that it is about."""
    return Problem(
        code=CODE,
        path=blame(engine.file, answer, site),
        message=f"{engine.name} refuses {engine.file}: {answer}",
        hint="this should have been found earlier: please report it with your spec",
    )


def engines(site: Site, tree: Tree) -> list[Engine]:
    """Return every question for this bundle."""
    rules = sorted(path for path in tree if path.startswith("prometheus/rules/"))
    composes = sorted(path for path in tree if path.endswith("compose.yaml"))
    agents = sorted(path for path in tree if path.endswith("otelcol/agent.yaml"))
    found = [
        Engine("promtool check config", "prometheus/prometheus.yaml", promtool(site, "config", "prometheus.yaml")),
        Engine("amtool", "alertmanager/alertmanager.yaml", amtool(site)),
    ]
    found += [Engine(role.host, role.config, tempo_check(site, role)) for role in roles(site)]
    if rules:
        names = [path.removeprefix("prometheus/") for path in rules]
        found.append(Engine("promtool check rules", "prometheus/rules", promtool(site, "rules", "--lint=all", *names)))
    found += [Engine("otelcol validate", path, otelcol(site, path)) for path in ("otelcol/gateway.yaml", *agents)]
    hosts = sorted(path for path in tree if path.endswith(host_agent.CONFIG))
    found += [
        Engine("otelcol validate", path, otelcol(site, path.replace(host_agent.CONFIG, agent.CONFIG), over=path))
        for path in hosts
    ]
    return found + [Engine("docker compose config", path, compose(path)) for path in composes]


def contained(image: str, mount: str, *command: str, extra: tuple[str, ...] = ()) -> str:
    """Run one program over a mounted folder; return its complaint, or nothing when it is content."""
    done = docker.attempt(
        "run", *HARDENED, "--network=none", f"--volume={mount}:ro", *extra, f"--entrypoint={command[0]}", image,
        *command[1:], timeout=120,
    )  # fmt: skip
    return "" if done.returncode == 0 else words(done)


def words(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the last lines of what a program printed, without what it is content with."""
    text = (done.stdout + b"\n" + done.stderr).decode(errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(CONTENT)]
    return "\n    ".join(lines[-12:]) or f"exit code {done.returncode}"


def promtool(site: Site, what: str, *arguments: str) -> Callable[[Path], str]:
    """Ask promtool, in the folder that Prometheus sees."""
    image = PROMETHEUS.reference(site.images)

    def ask(folder: Path) -> str:
        mount = f"{folder / 'prometheus'}:/etc/prometheus"
        return contained(image, mount, "/bin/promtool", "check", what, *arguments, extra=("--workdir=/etc/prometheus",))

    return ask


def amtool(site: Site) -> Callable[[Path], str]:
    """Ask amtool."""
    image = ALERTMANAGER.reference(site.images)

    def ask(folder: Path) -> str:
        mount = f"{folder / 'alertmanager'}:/etc/alertmanager"
        return contained(image, mount, "/bin/amtool", "check-config", "/etc/alertmanager/alertmanager.yaml")

    return ask


def otelcol(site: Site, path: str, *, over: str = "") -> Callable[[Path], str]:
    """Ask the collector, of a file or of one with another laid `over`; it wants to see its queue's folder."""
    image = OTELCOL.reference(site.images)

    def ask(folder: Path) -> str:
        mount = f"{(folder / path).parent}:/etc/otelcol"
        names = [Path(one).name for one in (path, over) if one]
        configs = [f"--config=/etc/otelcol/{name}" for name in names]
        queue = ("--tmpfs=/var/lib/otelcol:mode=1777", "--env=STATE_DIRECTORY=/var/lib/otelcol")
        return contained(image, mount, "/otelcol-contrib", "validate", *configs, extra=queue)

    return ask


def compose(path: str) -> Callable[[Path], str]:
    """Ask Compose. It says `variable is not set` only as a warning: that counts as a complaint too."""

    def ask(folder: Path) -> str:
        env = {SECRETS_VARIABLE: str(folder)}
        done = docker.attempt("compose", "-f", str(folder / path), "config", "--quiet", env=env, timeout=60)
        return words(done) if done.returncode != 0 or done.stderr.strip() else ""

    return ask


# No bucket is asked when a configuration is judged: a flag wins over the file, whose keys are read all the same.
OWN_DISK: Final = ("-storage.trace.backend=local", "-storage.trace.local.path=/var/tempo/blocks")


def tempo_check(site: Site, role: Role) -> Callable[[Path], str]:
    """Ask Tempo: `-config.verify` from 2.10 on, a start before."""
    image = tempo.image(site)

    def ask(folder: Path) -> str:
        mount = f"{folder / role.host}:/etc/tempo"
        config = "-config.file=/etc/tempo/tempo.yaml"
        if tempo.dialect_of(site).VERIFIES:
            return contained(image, mount, "/tempo", config, "-config.verify=true")
        return started(image, mount, config, *OWN_DISK)

    return ask


def started(image: str, mount: str, *arguments: str, seconds: int = 6) -> str:
    """Start Tempo for some seconds. A configuration it refuses ends it at once; being stopped by us is fine."""
    name = f"ongrid-gen-verify-{uuid.uuid4().hex[:12]}"
    command = [
        "run", *HARDENED, f"--name={name}", "--network=none", "--volume=/var/tempo",
        f"--volume={mount}:ro", image, *arguments,
    ]  # fmt: skip
    process = subprocess.Popen(["docker", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        docker.attempt("rm", "--force", name, timeout=30)
        process.communicate(timeout=30)
        return ""
    return words(subprocess.CompletedProcess(command, process.returncode, output, b""))
