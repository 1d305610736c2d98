"""OG061: a file that a program is told to read is in its container."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Final

from ongrid_gen.bundle.files import PROVISIONING, RULES
from ongrid_gen.bundle.network import is_alertmanager, is_grafana, is_prometheus
from ongrid_gen.bundle.plain import items
from ongrid_gen.bundle.services import CONFIG_FLAGS, Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Problem

CODE: Final = "OG061"
# Folders that are there for a program to read.
PROGRAMS: Final = ("otelcol/", "tempo/", "prometheus/", "alertmanager/")


def check(wiring: Wiring) -> Iterator[Problem]:
    """Without its configuration a program does not start; a pattern of rule files that finds none is no error to it."""
    for service in wiring.services:
        found = service.flag(*CONFIG_FLAGS)
        if found is not None:
            yield from configured(service, *found, wiring)
    for service in wiring.running(is_prometheus):
        for index, pattern in items(service.settings.get("rule_files")):
            if not read_by(service, str(pattern), wiring):
                yield Problem(CODE, (service.config, "rule_files", index), f"`{pattern}` finds no file of rules",
                              "mount the folder of the rules there, or write where it is mounted")  # fmt: skip
    for service in wiring.running(is_alertmanager):
        for index, pattern in items(service.settings.get("templates")):
            here = service.named(str(pattern))
            if here is None or not any(fnmatch(file, here) for file in wiring.bundle.names):
                yield Problem(CODE, (service.config, "templates", index), f"`{pattern}` finds no file of templates",
                              "write where they are mounted, or remove it")  # fmt: skip
    yield from unread(wiring)


def read_by(service: Service, pattern: str, wiring: Wiring) -> set[str]:
    """Return the files of the bundle that a pattern means inside a container."""
    here = service.named(pattern)
    return set() if here is None else {file for file in wiring.bundle.documents if fnmatch(file, here)}


def unread(wiring: Wiring) -> Iterator[Problem]:
    """Yield the files that no container sees, and the rules that no Prometheus reads."""
    folders = [mount.source for service in wiring.services for mount in service.mounts if mount.in_bundle]
    rules = {file for service in wiring.running(is_prometheus)
             for _, pattern in items(service.settings.get("rule_files"))
             for file in read_by(service, str(pattern), wiring)}  # fmt: skip
    for file in wiring.bundle.documents:
        if file.startswith(RULES) and file not in rules:
            yield Problem(CODE, (file,), f"no Prometheus reads `{file}`: its alerts never fire",
                          f"name its folder in `rule_files`, as `/etc/{RULES}*.yaml`")  # fmt: skip
        elif file.startswith(PROVISIONING) and not any(map(is_grafana, wiring.services)):
            yield Problem(CODE, (file,), "no container mounts this file where Grafana looks",
                          "mount `./grafana/provisioning` at `/etc/grafana/provisioning`")  # fmt: skip
        elif file.startswith(PROGRAMS) and not any(PurePosixPath(file).is_relative_to(one) for one in folders):
            folder = file.rpartition("/")[0]
            yield Problem(CODE, (file,), f"no container mounts `{folder}`: nobody reads this file",
                          f"mount `./{folder}` where its program looks")  # fmt: skip


def configured(service: Service, inside: str, path: tuple[str | int, ...], wiring: Wiring) -> Iterator[Problem]:
    """Yield what is wrong with the configuration that a command names."""
    file = service.on_bundle(inside)
    if file is None:
        targets = [mount.target for mount in service.mounts if mount.in_bundle]
        yield Problem(CODE, path, f"`{service.name}` is to read `{inside}`, and mounts no folder there",
                      did_you_mean(inside.rpartition("/")[0], targets))  # fmt: skip
    elif file not in wiring.bundle.documents:
        folder = file.rpartition("/")[0] + "/"
        names = [one.removeprefix(folder) for one in wiring.bundle.below(folder)]
        yield Problem(CODE, path, f"`{service.name}` is to read `{inside}`, which is not in `{folder}`",
                      did_you_mean(inside.rpartition("/")[2], names))  # fmt: skip
