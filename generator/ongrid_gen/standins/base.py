"""What a stand-in is, and what its parts share."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ongrid_gen.resources import stack_dir
from ongrid_gen.standins.rootfs import RootFs

NAMESPACE: Final = "ongrid-gen"

# Raise it when a change of this package's code alters what is in the images: those built before count as absent then.
LAYOUT_REVISION: Final = 1


class StandInError(Exception):
    """A stand-in cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Workshop:
    """Where the builds of one call happen: a temporary folder, and where progress goes."""

    folder: Path
    say: Callable[[str], None]


@dataclass(frozen=True)
class StandIn:
    """One image that is built here instead of pulled.

    `version` is the tag; what was really packed goes into the label `org.opencontainers.image.version`.
    `folders` belong to the user `uid` (and the group of the same number), so that named volumes mounted there do.
    `populate` adds the program to the file system and returns its exact version; it raises StandInError.
    """

    component: str
    version: str
    title: str
    how: str
    uid: int
    folders: tuple[str, ...]
    applets: tuple[str, ...]
    smoke: tuple[str, ...]
    populate: Callable[[Workshop, RootFs], str]

    @property
    def image(self) -> str:
        """The full name, never an official one."""
        return f"{NAMESPACE}/{self.component}:{self.version}"


def recipe_dir(component: str) -> Path:
    """Return the folder with the Dockerfile and, for Go programs, the pinned modules."""
    return stack_dir() / component / "image"


def recipe_hash(standin: StandIn) -> str:
    """Return what changes when the image has to be built again: files of the recipe, fields, code revision."""
    digest = hashlib.sha256()
    fields = (standin.image, standin.title, standin.how, standin.uid, standin.folders, standin.applets, standin.smoke)
    digest.update(repr((LAYOUT_REVISION, fields)).encode())
    folder = recipe_dir(standin.component)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"\n{file.relative_to(folder).as_posix()}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
