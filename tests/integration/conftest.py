"""The real stack, rendered from a spec of this folder and brought up with testcontainers."""

import os
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest
from testcontainers.compose import DockerCompose

from ongrid_gen import credentials
from ongrid_gen.conventions import SECRETS_VARIABLE
from ongrid_gen.drill.sink import Sink
from ongrid_gen.model import Site
from ongrid_gen.render import Tree, render
from ongrid_gen.runtime import images
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.write import write
from support import site_of

HERE = Path(__file__).resolve().parent
SCRATCH = HERE.parent.parent / "build" / "tests"


Change = Callable[[str], str]
TreeChange = Callable[[Tree], Tree]


@dataclass(frozen=True)
class Running:
    """A stack under test, and the webhook sink behind its channel `oncall`."""

    site: Site
    stack: Stack
    sink: Sink


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that Docker can mount; a temporary one may lie where it cannot."""
    folder = SCRATCH / uuid.uuid4().hex[:8]
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def write_spec(folder: Path, name: str, spec: str = "site.yaml") -> Path:
    """Put a spec of this folder, under a site name of its own, where the stack is to run."""
    text = (HERE / spec).read_text(encoding="utf-8").replace("site: proof", f"site: {name}")
    # a port that Docker chose is another one after a restart
    text = re.sub(r"(?<=_port: )0\b", lambda _: str(free_port()), text)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def running(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `site.yaml` of this folder, ready, with one agent."""
    with stack_of("site.yaml", scratch, stand_ins=stand_ins) as one:
        yield one


@contextmanager
def stack_of(
    spec: str,
    scratch: Path,
    *,
    stand_ins: bool,
    spec_change: Change = str,
    tree_change: TreeChange = dict,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Running]:
    """Run the stack of a spec of this folder while inside; changes are made to its text and to what is rendered.

    `secrets` are files beside those that every stack has, with their text.
    """
    name = f"proof-{uuid.uuid4().hex[:6]}"
    path = write_spec(scratch / name, name, spec)
    site = site_of(spec_change(path.read_text(encoding="utf-8")), stand_ins=stand_ins)
    images.provide(site, print)
    bundle, folder = path.parent / "bundle", path.parent / "secrets"
    write(tree_change(render(site)), bundle)
    with Sink() as sink:
        folder.mkdir()
        for file, text in {"oncall.url": sink.url, "grafana-admin": uuid.uuid4().hex, **secrets}.items():
            (folder / file).write_text(text, encoding="utf-8")
        if site.gateway.tls or site.gateway.auth:
            credentials.provide(site, folder, print)
        os.environ[SECRETS_VARIABLE] = str(folder)
        with compose(bundle), compose(bundle / "edge" / "local"):
            yield Running(site, Stack(site, bundle, folder, ("local",)), sink)


def compose(folder: Path) -> DockerCompose:
    """Return one compose project: up and ready on entering, gone with its data on leaving."""
    return DockerCompose(folder, compose_file_name="compose.yaml", wait=True, keep_volumes=False)
