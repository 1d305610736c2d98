"""Stage 8: put a bundle on disk, atomically, without touching what is not ours.

The folder is ours when its manifest says so. A file in it that the last manifest does not list, or whose content is
not what we wrote, was put there or edited by somebody: it is named and kept.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ongrid_gen.render import MANIFEST, Tree, digest

# What is being written: a reader never sees it under its own name before it is whole.
TEMPORARY: Final = ".ongrid-gen-"


class NotOurs(Exception):
    """Files stand in the way that ongrid-gen did not write; nothing was written. `paths` names them."""

    def __init__(self, folder: Path, paths: list[str], why: str) -> None:
        super().__init__(f"{folder}: {why}: {', '.join(paths[:10])}" + (" …" if len(paths) > 10 else ""))
        self.folder = folder
        self.paths = paths


@dataclass(frozen=True, slots=True)
class Difference:
    """What writing a tree would do to a folder, each a sorted list of paths."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    edited: list[str]
    foreign: list[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def compare(tree: Tree, folder: Path) -> Difference:
    """Return how a folder differs from a tree. `edited` are our files changed by hand, `foreign` are not ours."""
    wrote = written_files(folder)
    found = existing_files(folder)
    here = {path: file_digest(folder / path) for path in found}
    return Difference(
        added=sorted(path for path in tree if path not in found),
        changed=sorted(path for path in tree if path in found and here[path] != digest(tree[path])),
        removed=sorted(path for path in found if path not in tree and path in wrote),
        edited=sorted(path for path in found if path in wrote and here[path] not in (wrote[path], None)),
        foreign=sorted(path for path in found if path not in wrote and path != MANIFEST),
    )


def write(tree: Tree, folder: Path, *, force: bool = False) -> Difference:
    """Write the tree. Raise NotOurs, having written nothing, when a file would be lost that we did not write.

    With `force` such files are overwritten; a foreign file that the tree does not name stays in any case.
    """
    difference = compare(tree, folder)
    lost = [path for path in difference.edited if path in difference.changed or path in difference.removed]
    lost += [path for path in difference.foreign if path in tree and path in difference.changed]
    blocked = blocking(tree, folder)
    if blocked:
        raise NotOurs(folder, blocked, "a file or folder stands where a folder or file must be")
    if lost and not force:
        raise NotOurs(folder, sorted(lost), "edited or put there by somebody else")
    if not folder.exists():
        write_new(tree, folder)
        return difference
    for path in [*difference.added, *difference.changed]:
        if path != MANIFEST:
            replace(folder / path, tree[path])
    for path in difference.removed:
        (folder / path).unlink()
        prune(folder, (folder / path).parent)
    if MANIFEST in difference.added or MANIFEST in difference.changed:
        replace(folder / MANIFEST, tree[MANIFEST])
    return difference


def write_new(tree: Tree, folder: Path) -> None:
    """Write a bundle where there is none: into a folder beside it, which gets its name when it is whole."""
    make_folder(folder.parent)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=TEMPORARY))
    try:
        beside.chmod(0o755)
        for parent in sorted({parent for path in tree for parent in folders_of(path)}):
            make_folder(beside / parent)
        for path, text in tree.items():
            with open(f"{beside}/{path}", "x", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - as below
                os.fchmod(file.fileno(), 0o644)
                file.write(text)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def blocking(tree: Tree, folder: Path) -> list[str]:
    """Return paths at which a folder stands for a file, a file for a folder, or a symbolic link leads elsewhere."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        return ["."]
    above = {parent for path in tree for parent in folders_of(path)}
    found = {path for path in tree if (folder / path).is_dir() or (folder / path).is_symlink()}
    return sorted(found | {one for one in above if is_no_folder(folder / one)})


def is_no_folder(path: Path) -> bool:
    """Tell whether something else stands where a folder must be."""
    return path.is_symlink() or (path.exists() and not path.is_dir())


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders that a file is in, the innermost first."""
    while path := path.rpartition("/")[0]:
        yield path


def replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part. Readable for every user."""
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            os.fchmod(handle, 0o644)
            file.write(text)
        os.replace(name, path)  # noqa: PTH105 - thousands of files: a Path each takes half as long again
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, open to every user: a container's numeric user must be able to look inside."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def prune(folder: Path, empty: Path) -> None:
    """Remove folders that became empty, up to the bundle's own."""
    while empty != folder and not any(empty.iterdir()):
        empty.rmdir()
        empty = empty.parent


def written_files(folder: Path) -> dict[str, str]:
    """Return what the last render wrote here, path to sha256; empty when this is no bundle of ours."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {str(path): str(value) for path, value in data["files"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def existing_files(folder: Path) -> set[str]:
    """Return every file below a folder, relative to it; what a killed render left behind does not count."""
    if not folder.is_dir():
        return set()
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(TEMPORARY))
    return {path.relative_to(folder).as_posix() for path in files}


def file_digest(path: Path) -> str:
    """Return the sha256 of a file on disk, or of nothing when it is not text."""
    try:
        return digest(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        return ""
