"""Stand-ins compiled from published Go modules: Tempo and the OpenTelemetry Collector.

Versions and checksums are pinned by go.mod and go.sum of the recipe; where modules come from is the business of the
machine's Go settings (`go env GOPROXY`).
"""

import re
import shutil
from pathlib import Path
from typing import Final

from ongrid_gen.standins import apt
from ongrid_gen.standins.base import StandInError, Workshop, recipe_dir
from ongrid_gen.standins.command import ToolError, run
from ongrid_gen.standins.rootfs import RootFs

TEMPO_VERSION: Final = "1.5.0"
OTELCOL_VERSION: Final = "0.155.0"

# Tempo 1.5 compiled with Go 1.21 or later starts, and panics on the first push (measured with 1.26).
TEMPO_GO: Final = "1.19"
TEMPO_GO_SUITE: Final = "bookworm"

# What Go prints when it is the way to the modules that fails, not the compiler.
NETWORK_SIGNS: Final = (
    "dial tcp", "no such host", "i/o timeout", "connection refused", "handshake", "unexpected EOF",
    "Forbidden", "Bad Gateway", "Service Unavailable", "GOPROXY",
)  # fmt: skip


def populate_tempo(shop: Workshop, root: RootFs) -> str:
    """Compile Tempo with the Go it was written for."""
    go = _debian_go(shop)
    root.add_program("/tempo", _compile(shop, "tempo", go, "github.com/grafana/tempo/cmd/tempo", TEMPO_VERSION))
    return TEMPO_VERSION


def populate_otelcol(shop: Workshop, root: RootFs) -> str:
    """Compile the collector with the machine's Go."""
    go = _machine_go(recipe_dir("otelcol"))
    root.add_program("/otelcol-contrib", _compile(shop, "otelcol", go, ".", OTELCOL_VERSION))
    return OTELCOL_VERSION


def _compile(shop: Workshop, component: str, go: Path, package: str, version: str) -> Path:
    """Compile one package of the recipe's module, statically, and return the program. Raises StandInError."""
    folder = shop.folder / "go" / component
    shutil.copytree(recipe_dir(component), folder)
    flags = ["-mod=readonly", "-trimpath", "-tags=timetzdata", f"-ldflags=-s -w -X main.Version={version}"]
    shop.say(f"{component}: compiling {version} (minutes the first time, seconds later)")
    try:
        run([str(go), "build", *flags, "-o", "program", package], cwd=folder, env=_environment(go))
    except ToolError as error:
        raise _explained(error, component) from error
    return folder / "program"


def _environment(go: Path) -> dict[str, str]:
    # GOROOT: a setting for another Go must not reach this one. GOWORK: neither must a workspace around the folder.
    return {"CGO_ENABLED": "0", "GOROOT": str(go.parent.parent), "GOWORK": "off"}


def _explained(error: ToolError, component: str) -> StandInError:
    if any(sign in error.output for sign in NETWORK_SIGNS):
        fix = "the Go module proxy cannot be reached: check the network and `go env GOPROXY`"
        return StandInError(f"{component}: {fix}\n{error}")
    return StandInError(f"{component} does not compile\n{error}")


def _debian_go(shop: Workshop) -> Path:
    """Return Go 1.19: Debian's package where it is installed, else the same package unpacked for this build."""
    program = f"usr/lib/go-{TEMPO_GO}/bin/go"
    installed = Path("/") / program
    if installed.is_file():
        return installed
    shop.say(f"tempo: fetching Go {TEMPO_GO} (Debian {TEMPO_GO_SUITE}, 80 MB, only for this build)")
    tools = apt.unpack(shop, TEMPO_GO_SUITE, f"golang-{TEMPO_GO}-go")
    sources = apt.unpack(shop, TEMPO_GO_SUITE, f"golang-{TEMPO_GO}-src")
    # The tools' folder links to ../../share, where the other package has the sources.
    shutil.copytree(sources.root / "usr/share", tools.root / "usr/share", symlinks=True, dirs_exist_ok=True)
    return tools.root / program


def _machine_go(recipe: Path) -> Path:
    """Return a Go as new as the recipe's go.mod wants, else raise StandInError.

    Asked inside the recipe, because a Go that may switch toolchains does so for the go.mod it stands beside.
    """
    wanted = _go_line((recipe / "go.mod").read_text(encoding="utf-8"))
    if shutil.which("go") is None:
        raise StandInError(f"there is no Go here: install Go {wanted} or later and put `go` on PATH")
    try:
        version, root = run(["go", "env", "GOVERSION", "GOROOT"], cwd=recipe).splitlines()
    except ToolError as error:
        raise StandInError(f"this Go does not get along with go.mod: install Go {wanted} or later\n{error}") from error
    if _numbers(version) < _numbers(wanted):
        raise StandInError(f"{version} is too old: install Go {wanted} or later")
    return Path(root) / "bin" / "go"


def _go_line(text: str) -> str:
    return next(line.split()[1] for line in text.splitlines() if line.startswith("go "))


def _numbers(version: str) -> tuple[int, ...]:
    """Return `go1.26.8` as (1, 26, 8); what follows a release candidate's number is cut off."""
    match = re.match(r"(?:go)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match.group(1).split(".")) if match else ()
