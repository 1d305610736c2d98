"""What is weak about the containers of a stack: nothing, whatever its spec says."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from integration.conftest import Running
from ongrid_gen.components.collector import INIT_SUFFIX
from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.runtime import docker

SECRETS: Final = "/run/secrets/"
# What gives a volume to its user, and ends.
OF_INIT: Final = {"CHOWN", "DAC_OVERRIDE"}
# Ports inside, by compose service, and the address that they are published on.
Published = Mapping[str, Mapping[str, str]]
LOOPBACK: Final = "127.0.0.1"
PUBLISHED: Final[Published] = {
    "agent": {"4317/tcp": LOOPBACK, "4318/tcp": LOOPBACK},
    "tempo": {"3200/tcp": LOOPBACK},
    "prometheus": {"9090/tcp": LOOPBACK},
    "alertmanager": {"9093/tcp": LOOPBACK},
    "grafana": {"3000/tcp": LOOPBACK},
}


def containers_of(running: Running) -> dict[str, Any]:
    """Return what Docker knows of every container of the stack, by the name of its compose service."""
    found: dict[str, Any] = {}
    for project in running.stack.projects:
        for entry in docker.inspect(project.call("ps", "--all", "--quiet").split()):
            found.setdefault(entry["Config"]["Labels"]["com.docker.compose.service"], entry)
    return found


def weaknesses(running: Running, published: Published) -> list[str]:
    """Return a sentence for whatever is not as it must be, of every container."""
    found = []
    for name, entry in containers_of(running).items():
        found += [f"{name}: {one}" for one in (*of_process(name, entry), *of_ports(entry, published.get(name, {})),
                                               *of_mounts(entry), *of_secrets(running, entry))]  # fmt: skip
    return found


def of_process(name: str, entry: Any) -> Iterator[str]:
    """Yield what is weak about who runs, and with what."""
    host, user = entry["HostConfig"], entry["Config"]["User"].split(":")[0]
    prepares = name.endswith(INIT_SUFFIX)
    if not user.isdigit() or (user == "0") != prepares:
        yield f"runs as `{user}`"
    added = {one.removeprefix("CAP_") for one in host["CapAdd"] or ()}
    if host["CapDrop"] != ["ALL"] or added - (OF_INIT if prepares else set()):
        yield f"has the capabilities {host['CapAdd']}, without {host['CapDrop']}"
    for key, wanted in (("ReadonlyRootfs", True), ("Privileged", False), ("PidMode", ""), ("Devices", None)):
        if host[key] != wanted and (host[key] or wanted):
            yield f"{key} is {host[key]}"
    if "no-new-privileges:true" not in host["SecurityOpt"]:
        yield "may gain privileges"
    if host["IpcMode"] == "host" or host["NetworkMode"] == "host":
        yield "shares what is the machine's"
    for limit in ("Memory", "PidsLimit"):
        if not host[limit] or host[limit] < 0:
            yield f"has no limit: {limit}"


def of_ports(entry: Any, wanted: Mapping[str, str]) -> Iterator[str]:
    """Yield the ports that are published and were not declared, or elsewhere; and those that are not."""
    ports = {
        port: {place["HostIp"] for place in places}
        for port, places in entry["NetworkSettings"]["Ports"].items()
        if places
    }
    if ports != {port: {address} for port, address in wanted.items()}:
        yield f"publishes {ports}, not {dict(wanted)}"


def of_mounts(entry: Any) -> Iterator[str]:
    """Yield what is mounted of the machine and could be written, or would be seen as it was before a change."""
    for mount in entry["Mounts"]:
        if mount["Type"] != "bind":
            continue
        if mount["RW"]:
            yield f"can write {mount['Source']}"
        if not mount["Destination"].startswith(SECRETS) and not Path(mount["Source"]).is_dir():
            yield f"sees a single file: {mount['Source']}"


def of_secrets(running: Running, entry: Any) -> Iterator[str]:
    """Yield the secrets that more can read than they must, as the container's own user sees them.

    What we make is 0400 and the user's; certificates are public. A file that a person makes is that person's, and the
    container is another user: so it is readable, in a folder that only its owner enters.
    """
    sources = {mount["Destination"]: Path(mount["Source"]) for mount in entry["Mounts"]}
    secrets = [path for path in sources if path.startswith(SECRETS)]
    if not secrets:
        return
    user = entry["Config"]["User"]
    show = "for one in /run/secrets/*; do stat -c '%n %a %u' $one; cat $one > /dev/null || echo $one unreadable; done"
    image = BUSYBOX.reference(running.site.images)
    seen = docker.run("run", "--rm", "--network=none", f"--volumes-from={entry['Id']}", f"--user={user}", image, "sh",
                      "-c", show)  # fmt: skip
    lines = [line.split() for line in seen.splitlines()]
    assert {line[0] for line in lines} == set(secrets)
    for path, *found in lines:
        folder = stat.S_IMODE(sources[path].parent.stat().st_mode)
        if found == ["400", user.split(":")[0]] or path.endswith(".crt"):
            continue
        if found[0] == "unreadable" or folder & 0o077:
            yield f"{path} is {found}, in a folder of mode {folder:o}"
