"""OG062: a datasource that something refers to exists, and is of the type that is meant."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.files import DASHBOARDS
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG062"
# What a key of a datasource leads to.
LEADS_TO: Final = {
    "exemplarTraceIdDestinations": "tempo", "tracesToMetrics": "prometheus", "serviceMap": "prometheus",
    "tracesToLogsV2": "loki", "lokiSearch": "loki", "derivedFields": "tempo",
}  # fmt: skip


def check(wiring: Wiring) -> Iterator[Problem]:
    """Grafana looks a reference up when somebody clicks: a wrong one is an empty panel or a dead link until then."""
    known = {str(dig(source, "uid")): str(dig(source, "type")) for source, _ in wiring.bundle.datasources}
    yield from twice(list(wiring.bundle.datasources))
    for source, path in wiring.bundle.datasources:
        for key, settings in items(dig(source, "jsonData")):
            for place, uid in references(settings, (*path, "jsonData", key)):
                yield from refers(place, uid, LEADS_TO.get(str(key)), known)
    for file in wiring.bundle.below(DASHBOARDS):
        for place, uid, sort in panel_references(wiring.bundle.data(file), (file,)):
            yield from refers(place, uid, sort, known)


def twice(sources: list[tuple[Any, Path]]) -> Iterator[Problem]:
    """Yield what only one datasource may be: Grafana stops at the second one, or the second replaces the first."""
    seen: dict[tuple[str, str], Path] = {}
    for source, path in sources:
        for key in ("uid", "name", "isDefault"):
            value = dig(source, key)
            first = seen.setdefault((key, str(value)), path) if value else path
            if first != path:
                yield Problem(CODE, (*path, key), f"two datasources have `{key}: {str(value).lower()}`" if value is True
                              else f"two datasources have the {key} `{value}`",
                              "change one of the two", related=((*first, key),))  # fmt: skip


def references(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield every `datasourceUid` below a place."""
    for key, value in items(data):
        if key == "datasourceUid":
            yield (*path, key), str(value)
        else:
            yield from references(value, (*path, key))


def panel_references(data: Any, path: Path) -> Iterator[tuple[Path, str, str | None]]:
    """Yield every datasource that a dashboard names, with the type it says; variables are left out."""
    for key, value in items(data):
        uid = dig(value, "uid") if key == "datasource" else None
        if isinstance(uid, str) and not uid.startswith(("$", "-- ", "grafana")):
            yield (*path, key, "uid"), uid, dig(value, "type")
        else:
            yield from panel_references(value, (*path, key))


def refers(path: Path, uid: str, sort: str | None, known: dict[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with one reference."""
    if uid not in known:
        yield Problem(CODE, path, f"no datasource has the UID `{uid}`", did_you_mean(uid, known))
    elif sort is not None and known[uid] != sort:
        right = next((name for name, other in known.items() if other == sort), None)
        yield Problem(CODE, path, f"`{uid}` is a datasource of the type {known[uid]}; one of the type {sort} is needed",
                      f"write `{right}`" if right else f"provision one of the type {sort}")  # fmt: skip
