"""Images built from published packages, for machines that reach no image registry.

They never bear an official name. `build` makes what is missing, `present` asks for one. See docs/stand-ins.md.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ongrid_gen.standins import debian, engine, golang
from ongrid_gen.standins.base import StandIn, StandInError, Workshop, recipe_dir, recipe_hash
from ongrid_gen.standins.rootfs import MODE_TMP, RootFs

__all__ = ["STAND_INS", "UNAVAILABLE", "StandIn", "StandInError", "build", "present"]

RECIPE_LABEL: Final = "ongrid-gen.recipe"
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")

PROBE_APPLETS: Final = ("sh", "wget")
PROBER_APPLETS: Final = (
    *PROBE_APPLETS, "cat", "chmod", "chown", "cp", "date", "echo", "env", "false", "find", "grep", "head", "id",
    "kill", "ls", "mkdir", "mv", "printf", "ps", "rm", "sleep", "stat", "tail", "test", "touch", "true",
)  # fmt: skip

STAND_INS: Final[dict[str, StandIn]] = {
    "tempo": StandIn(
        component="tempo",
        version=golang.TEMPO_VERSION,
        title="Grafana Tempo",
        how="the Go module github.com/grafana/tempo, compiled with Debian's Go 1.19",
        uid=10001,
        folders=("/var/tempo",),
        applets=PROBE_APPLETS,
        smoke=("-version",),
        populate=golang.populate_tempo,
    ),
    "otelcol": StandIn(
        component="otelcol",
        version=golang.OTELCOL_VERSION,
        title="OpenTelemetry Collector",
        how="the Go modules of the collector and its contrib components",
        uid=10001,
        folders=("/etc/otelcol-contrib", "/var/lib/otelcol"),
        applets=PROBE_APPLETS,
        smoke=("--version",),
        populate=golang.populate_otelcol,
    ),
    "prometheus": StandIn(
        component="prometheus",
        version=f"{debian.PROMETHEUS_SERIES}-debian",
        title="Prometheus",
        how="the Debian packages prometheus and promtool of sid",
        uid=65534,
        folders=("/etc/prometheus", "/prometheus"),
        applets=PROBE_APPLETS,
        smoke=("--version",),
        populate=debian.populate_prometheus,
    ),
    "alertmanager": StandIn(
        component="alertmanager",
        version=f"{debian.ALERTMANAGER_SERIES}-debian",
        title="Prometheus Alertmanager",
        how="the Debian package prometheus-alertmanager of sid",
        uid=65534,
        folders=("/etc/alertmanager", "/alertmanager"),
        applets=PROBE_APPLETS,
        smoke=("--version",),
        populate=debian.populate_alertmanager,
    ),
    "busybox": StandIn(
        component="busybox",
        version=debian.BUSYBOX_SERIES,
        title="busybox",
        how="the Debian package busybox-static of bookworm",
        uid=65534,
        folders=(),
        applets=PROBER_APPLETS,
        smoke=("/bin/true",),
        populate=debian.populate_busybox,
    ),
}

UNAVAILABLE: Final[dict[str, str]] = {
    "grafana": "it is in no package registry in a form that runs: neither as a Go module nor in Debian",
}


def present(component: str) -> bool:
    """Say whether the stand-in is on this machine and was built from the recipe as it is now."""
    standin = _stand_in(component)
    return engine.image_label(standin.image, RECIPE_LABEL) == recipe_hash(standin)


def build(components: Sequence[str], say: Callable[[str], None]) -> list[str]:
    """Build the stand-ins that are missing and return their names; those present are left alone.

    `say` gets one line of progress at a time. Raises StandInError, whose message tells the fix.
    """
    wanted = [_stand_in(component) for component in components]
    engine.require_engine()
    missing = [standin for standin in wanted if not present(standin.component)]
    with tempfile.TemporaryDirectory(prefix="ongrid-gen-") as folder:
        shop = Workshop(Path(folder), say)
        return [_build_timed(shop, standin) for standin in missing]


def _stand_in(component: str) -> StandIn:
    if component in STAND_INS:
        return STAND_INS[component]
    reason = UNAVAILABLE.get(component, f"the stand-ins are {', '.join(STAND_INS)}")
    raise StandInError(f"there is no stand-in for `{component}`: {reason}")


def _build_timed(shop: Workshop, standin: StandIn) -> str:
    started = time.monotonic()
    version = _build_one(shop, standin)
    seconds, size = round(time.monotonic() - started), engine.image_megabytes(standin.image)
    shop.say(f"{standin.component}: built {standin.image} ({version}) in {seconds} s, {size} MB")
    return standin.image


def _build_one(shop: Workshop, standin: StandIn) -> str:
    """Lay out, build, try and only then name the image; return the exact version of the program in it."""
    context = shop.folder / "context" / standin.component
    context.mkdir(parents=True)
    root = RootFs(context / "rootfs.tar")
    _add_base(shop, standin, root)
    version = standin.populate(shop, root)
    root.close()
    (context / "Dockerfile").write_bytes((recipe_dir(standin.component) / "Dockerfile").read_bytes())
    image_id = engine.build_image(context, _labels(standin, version))
    engine.smoke_test(image_id, standin.smoke)
    engine.name_image(image_id, standin.image)
    return version


def _add_base(shop: Workshop, standin: StandIn, root: RootFs) -> None:
    """Add what every stand-in has: the user and its folders, /tmp, certificates, busybox for probes."""
    if not CERTIFICATES.is_file():
        raise StandInError("this machine has no CA certificates to pack: install the package ca-certificates")
    root.add_text("/etc/passwd", _users(standin.uid))
    root.add_text("/etc/group", f"root:x:0:\napp:x:{standin.uid}:\n")
    root.add_file(str(CERTIFICATES), CERTIFICATES)
    root.add_folder("/tmp", mode=MODE_TMP)
    for folder in standin.folders:
        root.add_folder(folder, uid=standin.uid)
    root.add_program("/bin/busybox", debian.busybox_program(shop))
    for applet in standin.applets:
        root.add_link(f"/bin/{applet}", "busybox")


def _users(uid: int) -> str:
    return f"root:x:0:0:root:/:/bin/sh\napp:x:{uid}:{uid}:app:/:/bin/sh\n"


def _labels(standin: StandIn, version: str) -> dict[str, str]:
    return {
        RECIPE_LABEL: recipe_hash(standin),
        "org.opencontainers.image.title": f"{standin.title} (ongrid-gen stand-in)",
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.description": f"Not an official image. Built from {standin.how}.",
    }
