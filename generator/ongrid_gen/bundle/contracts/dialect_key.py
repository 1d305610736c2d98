"""OG025: every key of Tempo's configuration is one that the version of its image knows."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from ongrid_gen.bundle.network import is_tempo
from ongrid_gen.bundle.plain import items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem
from ongrid_gen.resources import recorded_versions, stack_text

CODE: Final = "OG025"
KEYS: Final = "tempo/keys"
# Below these the lists are not complete: a running program does not tell keys of maps that have no default.
OPEN: Final = frozenset(
    {
        "distributor.receivers", "metrics_generator.storage.remote_write[]", "overrides.defaults",
        "metrics_generator.registry.external_labels", "stream_over_http_enabled",
    }
)  # fmt: skip


def check(wiring: Wiring) -> Iterator[Problem]:
    """Tempo does not start with a key that it does not know, and every version renamed some."""
    for service in wiring.running(is_tempo):
        version = service.version_among(versions())
        if version is not None:
            yield from unknown(service.settings, "", (service.config,), version)


@cache
def versions() -> list[str]:
    """Return the versions of which the keys were recorded."""
    return recorded_versions(KEYS)


@cache
def known(version: str) -> frozenset[str]:
    """Return the keys of a version, and what they stand in."""
    lines = stack_text(f"{KEYS}/{version}.txt").splitlines()
    parts = [line.split(".") for line in lines]
    return frozenset(".".join(part[:end]) for part in parts for end in range(1, len(part) + 1))


def unknown(data: Any, above: str, path: Path, version: str) -> Iterator[Problem]:
    """Yield the keys that a version does not know; what stands in one is not looked at."""
    keys = known(version)
    for key, value in items(data):
        name = f"{above}[]" if isinstance(key, int) else f"{above}.{key}".lstrip(".")
        if name in OPEN:
            continue
        if {name, f"{name}[]", name.removesuffix("[]")} & keys:
            yield from unknown(value, name, (*path, key), version)
        else:
            yield Problem(CODE, (*path, key), f"Tempo {version} has no key `{name}`", hint(name, above, version),
                          on_key=True)  # fmt: skip


def hint(name: str, above: str, version: str) -> str:
    """Return whose key it is, or which one is meant."""
    others = [one for one in versions() if one != version and name in known(one)]
    if others:
        return f"it is a key of Tempo {' and '.join(others)}: render the bundle for {version}, or run that version"
    beside = {key.removeprefix(f"{above}." if above else "").partition(".")[0] for key in known(version)
              if key.startswith(f"{above}." if above else "")}  # fmt: skip
    return did_you_mean(name.rpartition(".")[2], sorted(beside))
