"""Packages of a Debian suite, unpacked into a folder; the system's own apt state stays untouched.

Mirror, proxies and keys are those of the machine's apt configuration; only the suite is ours.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ongrid_gen.standins.base import StandInError, Workshop
from ongrid_gen.standins.command import ToolError, run

# Where Debian's own package puts its keys; without it apt uses the keys it trusts anyway.
KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True)
class Package:
    """A package unpacked at `root`; `version` is Debian's, with epoch and revision."""

    name: str
    version: str
    root: Path


def unpack(shop: Workshop, suite: str, name: str) -> Package:
    """Download a package and unpack it, once per workshop. Raises StandInError, also when there is no apt."""
    root = shop.folder / "unpacked" / suite / name
    deb = _downloaded(shop, suite, name)
    if not root.is_dir():
        root.mkdir(parents=True)
        run(["dpkg-deb", "--extract", str(deb), str(root)])
    return Package(name, run(["dpkg-deb", "--field", str(deb), "Version"]), root)


def upstream_version(version: str) -> str:
    """Return a Debian version without epoch, revision and repacking suffix: `1:3.5.3+ds1-6` is 3.5.3."""
    return re.sub(r"^\d+:|-[^-]*$", "", version).split("+")[0]


def require_series(package: Package, series: str) -> str:
    """Return the upstream version when it belongs to `series` ("3", "1.35"), else raise StandInError."""
    version = upstream_version(package.version)
    if not f"{version}.".startswith(f"{series}."):
        raise StandInError(
            f"the Debian package {package.name} is {version} now, the stand-in is made for {series}.x:"
            " update ongrid-gen, or use official images"
        )
    return version


def _downloaded(shop: Workshop, suite: str, name: str) -> Path:
    folder = shop.folder / "debs" / suite / name
    if not folder.is_dir():
        options = _prepared(shop, suite)
        folder.mkdir(parents=True)
        _apt(["apt-get", *options, "download", name], f"apt could not download {name} from {suite}", folder)
    return next(folder.glob("*.deb"))


def _prepared(shop: Workshop, suite: str) -> list[str]:
    """Return apt's options for a state of its own that knows only `suite`; fetch its index the first time."""
    if shutil.which("apt-get") is None:
        raise StandInError("there is no apt-get here: this stand-in needs Debian or a relative; use official images")
    root = shop.folder / "apt" / suite
    options = _options(root)
    if not root.is_dir():
        shop.say(f"reading the package index of Debian {suite}")
        for folder in ("state/lists/partial", "cache/archives/partial", "parts"):
            (root / folder).mkdir(parents=True)
        signed = f"[signed-by={KEYRING}] " if KEYRING.is_file() else ""
        (root / "sources.list").write_text(f"deb {signed}{_mirror()} {suite} main\n", encoding="utf-8")
        _apt(["apt-get", *options, "update"], f"apt could not read the index of {suite}", root)
    return options


def _options(root: Path) -> list[str]:
    settings = {
        "Dir::State": root / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": root / "cache",
        "Dir::Etc::sourcelist": root / "sources.list",
        "Dir::Etc::sourceparts": root / "parts",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "Acquire::Languages": "none",
        "APT::Update::Error-Mode": "any",
        "APT::Sandbox::User": "root",
    }
    return ["--quiet=2", *(f"--option={key}={value}" for key, value in settings.items())]


def _mirror() -> str:
    """Return the Debian mirror this machine is configured with, as an address for sources.list."""
    found = run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian"])
    mirrors = [line for line in found.splitlines() if not line.startswith("cdrom:")]
    if not mirrors:
        raise StandInError("apt knows no Debian mirror: on Debian run `apt-get update`; elsewhere use official images")
    return mirrors[0]


def _apt(command: list[str], problem: str, cwd: Path) -> None:
    try:
        run(command, cwd=cwd)
    except ToolError as error:
        lines = [line for line in error.output.splitlines() if line.startswith("E:")]
        raise StandInError(f"{problem}: check the network and `apt-get update`\n" + "\n".join(lines)) from error
