"""The oldest versions of programs of others that read what is rendered for them, each for the youngest key in it."""

from typing import Final

from ongrid_gen.conventions import ALERTMANAGER_HOST, GRAFANA_HOST, PROMETHEUS_HOST, TEMPO_HOST

MINIMUM: Final = {
    PROMETHEUS_HOST: "2.53",  # `query_offset` of a group of rules
    ALERTMANAGER_HOST: "0.28",  # `msteamsv2_configs`; secrets in files of every type of channel came before
    TEMPO_HOST: "2.3",  # the nested form of `overrides`
    GRAFANA_HOST: "10.4",  # `tracesToMetrics` and `exemplarTraceIdDestinations` as they are written here
}


def is_enough(component: str, version: str) -> bool:
    """Tell whether a version is one that reads what is rendered; one that cannot be read is taken for it."""
    wanted = numbers(MINIMUM[component])
    found = numbers(version.removeprefix("v"))
    return not found or found >= wanted


def numbers(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version; nothing when it has none."""
    parts = version.split("-")[0].split(".")[:2]
    return tuple(map(int, parts)) if len(parts) == 2 and all(part.isdigit() for part in parts) else ()
