"""Stand-ins unpacked from Debian packages: Prometheus, Alertmanager, busybox.

The first two come from sid, where a current version is, with sid's libc beside them; busybox is Debian 12's.
"""

from pathlib import Path
from typing import Final

from ongrid_gen.standins import apt
from ongrid_gen.standins.base import StandInError, Workshop
from ongrid_gen.standins.rootfs import RootFs

PROMETHEUS_SUITE: Final = "sid"
BUSYBOX_SUITE: Final = "bookworm"

PROMETHEUS_SERIES: Final = "3"
ALERTMANAGER_SERIES: Final = "0"
BUSYBOX_SERIES: Final = "1.35"

# What the programs are linked against, and what name look-ups load. Everything else of libc6 stays out.
LIBRARIES: Final = ("ld-linux*.so.*", "libc.so.*", "libm.so.*", "libpthread.so.*", "libdl.so.*", "libresolv.so.*")
TEMPLATES: Final = "usr/share/prometheus/alertmanager"
ZONES: Final = "usr/share/zoneinfo"


def populate_prometheus(shop: Workshop, root: RootFs) -> str:
    """Add prometheus and promtool. Debian's package has no web UI; its placeholder page is added instead."""
    server = apt.unpack(shop, PROMETHEUS_SUITE, "prometheus")
    version = apt.require_series(server, PROMETHEUS_SERIES)
    tool = apt.unpack(shop, PROMETHEUS_SUITE, "promtool")
    _add_libc(shop, root)
    root.add_program("/bin/prometheus", server.root / "usr/bin/prometheus")
    root.add_program("/bin/promtool", tool.root / "usr/bin/promtool")
    _add_tree(root, server.root, "usr/share/prometheus/web")
    return version


def populate_alertmanager(shop: Workshop, root: RootFs) -> str:
    """Add alertmanager, amtool, the templates without which it refuses every configuration, and time zones."""
    server = apt.unpack(shop, PROMETHEUS_SUITE, "prometheus-alertmanager")
    version = apt.require_series(server, ALERTMANAGER_SERIES)
    zones = apt.unpack(shop, PROMETHEUS_SUITE, "tzdata")
    _add_libc(shop, root)
    root.add_program("/bin/alertmanager", server.root / "usr/bin/prometheus-alertmanager")
    root.add_program("/bin/amtool", server.root / "usr/bin/amtool")
    _add_tree(root, server.root, TEMPLATES)
    _add_tree(root, zones.root, ZONES)
    return version


def populate_busybox(shop: Workshop, root: RootFs) -> str:
    """Return busybox's version; the program itself is in every stand-in."""
    return apt.require_series(apt.unpack(shop, BUSYBOX_SUITE, "busybox-static"), BUSYBOX_SERIES)


def busybox_program(shop: Workshop) -> Path:
    """Return Debian's statically linked busybox."""
    return apt.unpack(shop, BUSYBOX_SUITE, "busybox-static").root / "bin/busybox"


def _add_libc(shop: Workshop, root: RootFs) -> None:
    libc = apt.unpack(shop, PROMETHEUS_SUITE, "libc6").root
    found = sorted(file for pattern in LIBRARIES for file in libc.glob(f"usr/lib/*/{pattern}"))
    if not found:
        raise StandInError("Debian's libc6 package has changed its layout: update ongrid-gen, or use official images")
    for file in found:
        root.add_program(f"/{file.relative_to(libc)}", file)
    for loader in sorted(libc.glob("usr/lib*/ld-linux*.so.*")):
        root.add_link(f"/{loader.relative_to(libc)}", str(loader.readlink()))
    root.add_link("/lib", "usr/lib")
    root.add_link("/lib64", "usr/lib64")


def _add_tree(root: RootFs, package: Path, folder: str) -> None:
    """Add the files of a package's folder; links out of the package are left out."""
    for path in sorted((package / folder).rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(package.resolve()):
            root.add_file(f"/{path.relative_to(package)}", path)
