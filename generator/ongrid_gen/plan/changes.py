"""How two bundles differ, in the words of their files: which file, and which keys in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ongrid_gen.bundle import compose
from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.services import Service
from ongrid_gen.components.base import TESTS
from ongrid_gen.conventions import CONFIG_LABEL
from ongrid_gen.load import dotted
from ongrid_gen.plan.base import FileChange, Files

NEW: Final = "new"
CHANGED: Final = "changed"
GONE: Final = "gone"
# What tells the entries of a list apart, tried in this order.
IDENTITIES: Final = ("name", "alert", "record", "job_name", "receiver", "uid", "key", "url")


def file_changes(before: Files, after: Files, known: tuple[Bundle, Bundle]) -> dict[str, FileChange]:
    """Return how every file differs that does, by its path; `known` are the two as data."""
    found = {}
    for file in sorted(before.keys() | after.keys()):
        if before.get(file) != after.get(file):
            found[file] = file_change(file, before, after, known)
    return found


def file_change(file: str, before: Files, after: Files, known: tuple[Bundle, Bundle]) -> FileChange:
    """Return how one file differs."""
    if file not in before:
        return FileChange(file, NEW)
    if file not in after:
        return FileChange(file, GONE)
    old, new = (bundle.documents.get(file) for bundle in known)
    if old is None or new is None:
        return FileChange(file, CHANGED)
    return FileChange(file, CHANGED, tuple(differing(old.data, new.data)))


def read_by(service: Service, changes: Mapping[str, FileChange]) -> tuple[FileChange, ...]:
    """Return the changes of the files that a container mounts. Rule tests lie beside the rules; nothing reads them."""
    folders = tuple(f"{mount.source}/" for mount in service.mounts if mount.in_bundle)
    return tuple(change for file, change in changes.items() if file.startswith(folders) and not file.startswith(TESTS))


def service_changes(before: Service, after: Service) -> tuple[FileChange, ...]:
    """Return how the compose file has a container differ, the digest of its files left out."""
    keys = tuple(differing(bare(before.data), bare(after.data)))
    shared = [dotted(("secrets", name)) for name in after.secrets if secret(before, name) != secret(after, name)]
    keys += tuple(key for key in shared if key not in keys)
    if has_digest(before) != has_digest(after):
        keys += (dotted(("labels", CONFIG_LABEL)),)
    return (FileChange(after.file, CHANGED, keys),) if keys else ()


def has_digest(service: Service) -> bool:
    """Tell whether a container bears the digest of its files; what is reloaded does not, in earlier versions it did."""
    return CONFIG_LABEL in compose.labels(service.data)


def secret(service: Service, name: str) -> Any:
    """Return what the compose file says of a secret."""
    return dig(service.project, "secrets", name)


def bare(service: Mapping[str, Any]) -> dict[str, Any]:
    """Return a service without the label that says what its files are: they are told of by themselves."""
    labels = {key: value for key, value in compose.labels(service).items() if key != CONFIG_LABEL}
    rest = {key: value for key, value in service.items() if key != "labels"}
    return {**rest, "labels": labels} if labels else rest


def differing(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Yield the paths at which two pieces of data differ: the shortest at which one of them has nothing."""
    if before == after:
        return
    pairs = both(before, after)
    if pairs is None:
        yield dotted(path) or "."
        return
    inside = [
        key for step, old, new in pairs for key in
        ([dotted((*path, step))] if old is None or new is None else differing(old, new, (*path, step)))
    ]  # fmt: skip
    # two long texts may be cut to the same; nothing inside: the order is another one
    yield from dict.fromkeys(inside) or [dotted(path) or "."]


def both(before: Any, after: Any) -> list[tuple[str | int, Any, Any]] | None:
    """Return the entries that differ, each as step, before and after; None for what has no entries of that kind."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = dict(before), dict(after)
    elif isinstance(before, list) and isinstance(after, list):
        named = by_identity(before, after)
        if named is None:
            return None
        old, new = named
    else:
        return None
    keys = [*old, *(key for key in new if key not in old)]
    return [(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def by_identity(before: list[Any], after: list[Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return two lists as mappings, by what tells their entries apart; None when nothing does."""
    for identity in IDENTITIES:
        old, new = ({str(one[identity]): one for one in entries if isinstance(one, Mapping) and identity in one}
                    for entries in (before, after))  # fmt: skip
        if len(old) == len(before) and len(new) == len(after):
            return old, new
    return by_text(before, after)


def by_text(before: Sequence[Any], after: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return two lists of single values as mappings; a flag is told apart by its name."""
    if any(isinstance(one, (Mapping, list)) for one in (*before, *after)):
        return None
    old, new = ({str(one).partition("=")[0]: one for one in entries} for entries in (before, after))
    return (old, new) if len(old) == len(before) and len(new) == len(after) else None
