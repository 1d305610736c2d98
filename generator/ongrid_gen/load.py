"""Stage 1: read a spec, and remember where in its text everything stands."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path as File
from typing import Final

from ongrid_gen.problems import Path, Problem
from ongrid_gen.yamlio import UNREADABLE, Loaded, Place, Value, on_line, read, shown

MAX_FILE: Final = 5 << 20
MAX_SPEC: Final = 1 << 20
LINE_BREAK: Final = re.compile("\r\n|\r|\n")
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
UTF8_MARK: Final = b"\xef\xbb\xbf"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
ODD_KEY: Final = re.compile(r"[^A-Za-z0-9_-]|^$")


class SourceError(Exception):
    """The file of a spec cannot be read: missing, a folder, not permitted, far too large. Exit code 2."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a spec as it was found; `name` is how the user called it."""

    name: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line, counted from 1 in characters; `end_column` is the first that no longer belongs to it."""

    line: int
    column: int
    end_column: int


@dataclass(slots=True)
class Document:
    """A spec as plain data, with its text beside it. `problems` holds what made reading fail."""

    name: str
    lines: list[str]
    data: Value
    problems: list[Problem]
    loaded: Loaded = field(repr=False)

    def file_at(self, path: Path) -> tuple["Document", Path]:
        """Return itself: every path of a spec is in the one file (`show.Places`)."""
        return self, path

    def span(self, path: Path, on_key: bool = False, within: tuple[int, int] | None = None) -> Span:
        """Return where a value (or its key) stands; what the spec does not hold stands where its parent does.

        `within` is a part of a text: from its first character to the one after its last, in the value.
        """
        if within is not None and isinstance(self.value(path), str) and self._scalar(path) in self.loaded.values:
            return self._part_span(path, within)
        if on_key and path in self.loaded.keys:
            return span_of(self.loaded.keys[path])
        written = self._written(path)
        if written in self.loaded.values:
            return self._value_span(written)
        return self._parent_span(written)

    def text(self, path: Path) -> str:
        """Return a value as the spec spells it, quotes and all; empty when the spec does not hold it."""
        place = self.loaded.values.get(self._scalar(path))
        return "" if place is None else self.loaded.text[place.offset : place.end_offset]

    def describe(self, path: Path) -> str:
        """Return a path for people: list items bear their name, `alerts[2] (PaymentsP95).window`."""
        described = ""
        for end, step in enumerate(path, 1):
            described += step_text(step, first=not described)
            name = self._name_of(path[:end]) if isinstance(step, int) else None
            described += f" ({name})" if name else ""
        return described

    def value(self, path: Path) -> Value:
        """Return the value at a path, None when there is none."""
        found = self.data
        for step in path:
            if isinstance(found, dict) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def _name_of(self, path: Path) -> str | None:
        name = self.value((*path, "name"))
        return shown(name)[1:-1] if isinstance(name, str) else None

    def _written(self, path: Path) -> Path:
        """Return where the value is written: below an alias that is below its anchor."""
        for end in range(len(path) - 1, -1, -1):
            if path[:end] in self.loaded.aliases:
                return self._written((*self.loaded.aliases[path[:end]], *path[end:]))
        return path

    def _scalar(self, path: Path) -> Path:
        written = self._written(path)
        return self._scalar(self.loaded.aliases[written]) if written in self.loaded.aliases else written

    def _value_span(self, path: Path) -> Span:
        """Return the value's place, or its key's where the value is a block below the key."""
        value, key = self.loaded.values[path], self.loaded.keys.get(path)
        return span_of(key if key is not None and key.line != value.line else value)

    def _part_span(self, path: Path, within: tuple[int, int]) -> Span:
        """Return a part of a text, on the line where it begins."""
        place, value = self.loaded.values[self._scalar(path)], str(self.value(path))
        offsets = source_offsets(self.loaded.text[place.offset : place.end_offset], value)
        first, last = (offsets[min(max(0, at), len(value) - 1)] for at in (within[0], within[1] - 1))
        line, column = position(self.loaded.text[: place.offset + first])
        end_line, end = position(self.loaded.text[: place.offset + last + 1])
        return Span(line, column, end if end_line == line and end > column else column + 1)

    def _parent_span(self, path: Path) -> Span:
        for end in range(len(path) - 1, -1, -1):
            place = self.loaded.keys.get(path[:end]) or self.loaded.values.get(path[:end])
            if place is not None:
                return span_of(place)
        return Span(1, 1, 2)


def source_offsets(source: str, value: str) -> list[int]:
    """Return for each character of a text where it stands in the YAML scalar that says it.

    What is no space follows in the same order in both; indentation and folded line breaks are spaces in both.
    """
    quote = source[:1] if source[:1] in ("'", '"') else ""
    block = source[:1] in ("|", ">")
    at = source.find("\n") + 1 if block else len(quote)
    offsets = []
    for char in value or " ":
        while not char.isspace() and at < len(source) and not stands(source, at, char, quote):
            at += 1
        offsets.append(min(at, max(0, len(source) - 1)))
        at += length_at(source, at, quote) if not char.isspace() or source[at : at + 1].isspace() or quote == '"' else 0
    return offsets


def stands(source: str, at: int, char: str, quote: str) -> bool:
    """Tell whether a character of the text stands there: as itself, or as an escape that is no line's continuation."""
    return source[at] == char or (quote == '"' and source[at] == "\\" and source[at + 1 : at + 2] not in ("\r", "\n"))


def length_at(source: str, at: int, quote: str) -> int:
    """Return how many characters of the scalar say one of the text."""
    if quote == '"' and source[at : at + 1] == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(source[at + 1 : at + 2], 2)
    return 2 if quote == "'" and source[at : at + 2] == "''" else 1


def span_of(place: Place) -> Span:
    """Return a place as a piece of its first line."""
    return Span(*on_line(place))


def read_source(path: File) -> Source:
    """Read the file of a spec. Raise SourceError when that fails or the file is over 5 MB."""
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder, not a site.yaml")
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error
    if len(text) > MAX_FILE:
        raise SourceError(f"{path} is larger than {MAX_FILE >> 20} MB; a spec is a small text")
    return Source(str(path), text)


def load(source: Source) -> Document:
    """Return the document of a spec's text. Never raises: what is wrong is in `problems`."""
    document = read_document(source, "spec")
    return document if document.problems else replace(document, problems=check_top(document.loaded))


def read_document(source: Source, what: str) -> Document:
    """Return the document of any YAML text. Never raises: what is wrong is in `problems`, which call it a `what`."""
    text, problem = decode(source.text, what)
    lines = LINE_BREAK.split(text)
    if problem is None:
        problem = find_forbidden(text, what)
    if problem is not None:
        return Document(source.name, lines, None, [problem], Loaded(text))
    loaded = read(text)
    return Document(source.name, lines, loaded.data, loaded.problems, loaded)


def decode(raw: bytes, what: str) -> tuple[str, Problem | None]:
    """Return bytes as text, and the problem when they are none."""
    if len(raw) > MAX_SPEC:
        message, hint = f"the {what} is larger than 1 MiB", "split it"
        return "", Problem(UNREADABLE, (), message, hint, at=(1, 1, 2))
    if raw.startswith(UTF16_MARKS):
        return "", Problem(UNREADABLE, (), f"the {what} is UTF-16, not UTF-8", "save it as UTF-8", at=(1, 1, 2))
    if raw.startswith(UTF8_MARK):
        problem = Problem(
            UNREADABLE, (), f"the {what} begins with a byte order mark", "save it as UTF-8 without one", at=(1, 1, 2)
        )
        return raw[len(UTF8_MARK) :].decode(errors="replace"), problem
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError as error:
        line, column = position(raw[: error.start].decode("utf-8"))
        message = f"the byte 0x{raw[error.start]:02x} is no UTF-8"
        problem = Problem(UNREADABLE, (), message, f"save the {what} as UTF-8", at=(line, column, column + 1))
        return raw.decode("utf-8", errors="replace"), problem


def position(before: str) -> tuple[int, int]:
    """Return line and column, from 1, of what follows a text."""
    lines = LINE_BREAK.split(before)
    return len(lines), len(lines[-1]) + 1


def find_forbidden(text: str, what: str) -> Problem | None:
    """Return the problem of the first character that may not stand in a YAML text, or that splits its lines."""
    match = FORBIDDEN.search(text)
    if match is None:
        return None
    line, column = position(text[: match.start()])
    message = f"the character U+{ord(match[0]):04X} may not stand in a {what}"
    return Problem(UNREADABLE, (), message, "remove it", at=(line, column, column + 1))


def check_top(loaded: Loaded) -> list[Problem]:
    """Return the problem of a text that is no mapping."""
    if isinstance(loaded.data, dict):
        return []
    if loaded.data is None:
        message, hint = "the spec is empty", "run `ongrid-gen init` for one to start from"
        return [Problem(UNREADABLE, (), message, hint, at=(1, 1, 2))]
    kind = "a list" if isinstance(loaded.data, list) else "a single value"
    return [Problem(UNREADABLE, (), f"a spec is a mapping of keys, not {kind}", "begin with `version: 1`")]


def step_text(step: str | int, *, first: bool) -> str:
    """Return one step of a path as text."""
    if isinstance(step, int):
        return f"[{step}]"
    if ODD_KEY.search(step):
        return '["' + shown(step)[1:-1].replace('"', '\\"') + '"]'
    return step if first else f".{step}"


def dotted(path: Path) -> str:
    """Return a path for programs: `alerts[2].threshold_ms`."""
    return "".join(step_text(step, first=index == 0) for index, step in enumerate(path))
