"""The files of a bundle as data that knows where it stands. The first step of a path is the file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as File
from typing import Any, Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.load import Document, Source, SourceError, read_document, read_source
from ongrid_gen.problems import Path, Problem
from ongrid_gen.render import MANIFEST

COMPOSE: Final = "compose.yaml"
RULES: Final = "prometheus/rules/"
PROVISIONING: Final = "grafana/provisioning/datasources/"
DASHBOARDS: Final = "grafana/dashboards/"
READ: Final = (".yaml", ".yml", ".json")
ENVIRONMENT: Final = ".env"
# What promtool alone reads, and what says what was rendered.
LEFT_OUT: Final = ("prometheus/tests/", MANIFEST)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The documents of a folder, by their path in it, and the texts of its files of variables.

    `names` are those of all its files.
    """

    name: str
    documents: Mapping[str, Document]
    environments: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def file_at(self, path: Path) -> tuple[Document | None, Path]:
        """Return the document that a path is in, and the rest of the path."""
        return (self.documents.get(str(path[0])), path[1:]) if path else (None, ())

    def data(self, file: str) -> Mapping[str, Any]:
        """Return what a file says; nothing when it is not there or no mapping."""
        document = self.documents.get(file)
        return document.data if document is not None and isinstance(document.data, dict) else {}

    def below(self, folder: str) -> Iterator[str]:
        """Yield the files of a folder, and of those in it."""
        return (file for file in self.documents if file.startswith(folder))

    @property
    def rules(self) -> Iterator[tuple[Any, Path]]:
        """Yield every rule, and where it stands."""
        for file in self.below(RULES):
            for index, group in items(self.data(file).get("groups")):
                for number, rule in items(dig(group, "rules")):
                    yield rule, (file, "groups", index, "rules", number)

    @property
    def datasources(self) -> Iterator[tuple[Any, Path]]:
        """Yield every datasource of Grafana's, and where it stands."""
        for file in self.below(PROVISIONING):
            for index, source in items(self.data(file).get("datasources")):
                yield source, (file, "datasources", index)

    @property
    def unreadable(self) -> list[Problem]:
        """What keeps files from being read."""
        return [
            replace(problem, path=(file, *problem.path), related=tuple((file, *path) for path in problem.related))
            for file, document in self.documents.items()
            for problem in document.problems
        ]


def read_bundle(folder: File) -> Bundle:
    """Return the bundle in a folder. SourceError when there is none, or a file cannot be opened."""
    if not (folder / COMPOSE).is_file():
        raise SourceError(f"{folder} holds no bundle: there is no {COMPOSE} in it; `ongrid-gen render` writes one")
    files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
    read = {name: read_source(file).text for name, file in files.items() if name.endswith((*READ, ENVIRONMENT))}
    return bundle_of(read, folder, names=files)


def bundle_of(files: Mapping[str, bytes], folder: File, *, names: Iterable[str] = ()) -> Bundle:
    """Return the bundle of files by their path in it. `folder` is where they lie, or would lie; nothing is read.

    `names` are those of all files, if there are some whose text nobody reads.
    """
    return Bundle(
        str(folder),
        {
            name: read_document(Source(str(folder / name), text), "file")
            for name, text in files.items()
            if name.endswith(READ) and not name.startswith(LEFT_OUT)
        },
        {name: text.decode(errors="replace") for name, text in files.items() if name.endswith(ENVIRONMENT)},
        tuple(names or files),
    )
