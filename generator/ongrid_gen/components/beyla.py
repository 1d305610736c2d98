"""Beyla beside an agent: it watches programs by eBPF and makes their spans; nothing of theirs is changed.

Keys and capabilities as read in documentation and source of 3.33.0. There is no stand-in, so the tests do not run it.
"""

from typing import Any, Final

from ongrid_gen.components import apps
from ongrid_gen.components.base import ComposeService, Container
from ongrid_gen.components.images import BEYLA
from ongrid_gen.conventions import AGENT_HOST, BEYLA_HOST, OTLP_HTTP
from ongrid_gen.model import Edge, Service, Site

NAME: Final = BEYLA_HOST
FOLDER: Final = "beyla"
CONFIG: Final = f"{FOLDER}/beyla.yaml"
MEMORY: Final = 512 << 20
# What it may do, instead of all that `privileged` may. SYS_ADMIN: probes in the programs' own libraries; to the kernel
# it comprises BPF, PERFMON and CHECKPOINT_RESTORE, which Docker 20.10 does not know by name.
CAPABILITIES: Final = ("DAC_READ_SEARCH", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE")
# It sees the programs of its machine, not only its own; Docker's profile for AppArmor would not let it read them.
VIEW: Final = {
    "pid": "host",
    "cap_add": list(CAPABILITIES),
    "security_opt": ["no-new-privileges:true", "apparmor:unconfined"],
}


def watched(site: Site, edge: Edge) -> list[Service]:
    """Return the services that Beyla watches on the machine of an edge: none where its image cannot be had."""
    if site.images.stand_ins:
        return []
    return [one for one in site.services if one.instrument == NAME and place_of(site, one) == edge.name]


def place_of(site: Site, service: Service) -> str | None:
    """Return the edge on whose machine a service runs; None when there are several and the spec names none."""
    if service.edge is not None:
        return service.edge
    return site.edges[0].name if len(site.edges) == 1 else None


def config(site: Site, services: list[Service]) -> dict[str, Any]:
    """Return what it looks for, and where the spans go. Without the rights it needs it ends, and does not half work."""
    found: dict[str, Any] = {
        "enforce_sys_caps": True,
        "discovery": {"instrument": [{"name": one.name, "open_ports": str(one.port)} for one in services]},
        "otel_traces_export": {
            "endpoint": f"http://{AGENT_HOST}:{OTLP_HTTP}/v1/traces",
            "protocol": "http/protobuf",
        },
    }
    sampler = apps.head_sampling(site)
    if sampler:
        name, share = sampler.values()
        found["otel_traces_export"]["sampler"] = {"name": name, "arg": share}
    return found


def container(site: Site) -> ComposeService:
    """Return its container, hardened like the others but for what it must see. Its image has no user and no shell."""
    plain = Container(
        image=BEYLA.reference(site.images),
        user="0:0",
        command=[f"--config=/etc/{CONFIG}"],
        memory=MEMORY,
        networks=["ingest"],
        volumes=[f"./{FOLDER}:/etc/{FOLDER}:ro"],
        extra={"hostname": NAME},
    )
    return plain.as_compose(stand_ins=site.images.stand_ins) | VIEW
