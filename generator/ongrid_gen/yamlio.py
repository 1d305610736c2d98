"""The one loader and the one dumper of YAML.

In: YAML 1.2 core rules over PyYAML's events. `on`, `yes`, `12:30` and dates are text, `012` is 12, `0o17` is 15, and a
number with a point is a Decimal, so 0.1 is one tenth. Where everything stands is kept beside the data. Nothing here
recurses over what the user wrote, so depth is refused by a limit of ours and never by Python's.

Out: what a Go program would read as something else than text is quoted, whether it follows YAML 1.1 or 1.2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

from ongrid_gen.problems import Path, Problem
from ongrid_gen.units import plain

if yaml.__with_libyaml__:
    from yaml import CSafeDumper as BaseDumper
    from yaml import CSafeLoader as EventLoader
else:  # a build of PyYAML without its C half: slower, same rules
    from yaml import SafeDumper as BaseDumper  # type: ignore[assignment]
    from yaml import SafeLoader as EventLoader  # type: ignore[assignment]

Value: TypeAlias = "bool | int | Decimal | str | list[Value] | dict[str, Value] | None"

UNREADABLE: Final = "OG901"
DUPLICATE_KEY: Final = "OG902"
OPENING: Final = ("[", "{")
NOT_ALLOWED: Final = "OG906"
NOT_TEXT: Final = "OG909"

MAX_DEPTH: Final = 50
MAX_NODES: Final = 120_000  # 3000 alerts on 1000 services are some 60 000
MAX_DIGITS: Final = 40
MAX_EXPONENT: Final = 30

CONSTANTS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
DECIMAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
PROPERTIES: Final = re.compile(r"([&!][^\s]*\s+)+")
TAG: Final = re.compile(r"!\S*")
BASES: Final = {"0o": 8, "0x": 16}


class Place(NamedTuple):
    """From where to where a key or a value stands in the text, everything counted from 0 in characters."""

    offset: int
    line: int
    column: int
    end_offset: int
    end_line: int
    end_column: int


@dataclass(slots=True)
class Loaded:
    """What a text says, and where. `aliases` maps a path to the path of the anchor that it repeats."""

    text: str
    data: Value = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    aliases: dict[Path, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """A collection that is being read. A muted one is the value of a key that was refused: read, but not kept."""

    path: Path
    value: "list[Value] | dict[str, Value]"
    start: Place
    anchor: str | None
    nodes: int
    muted: bool
    depth: int = 0
    key: str | None = None
    skip: bool = False

    def child(self) -> Path:
        """Return the path of the value that comes next."""
        return (*self.path, len(self.value) if self.key is None else self.key)

    def wants_key(self) -> bool:
        """Tell whether a key comes next."""
        return isinstance(self.value, dict) and self.key is None

    def add(self, value: Value) -> None:
        """Take the value that came."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None and not self.skip:
            self.value[self.key] = value
        self.key, self.skip = None, False


@dataclass(frozen=True, slots=True)
class Finished:
    """A value that was read. `nodes` counts it and everything in it, `depth` is how many levels it has."""

    path: Path
    value: Value
    nodes: int
    depth: int


class UnreadableError(Exception):
    """The text cannot be read on from here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read(text: str) -> Loaded:
    """Return what a YAML text says. Never raises for a bad text: its problems are in the result."""
    reader = Reader(text)
    try:
        reader.read()
    except UnreadableError as stop:
        reader.loaded.problems.append(stop.problem)
    except yaml.MarkedYAMLError as error:
        reader.loaded.problems.append(explain(error, text))
    except yaml.YAMLError as error:
        reader.loaded.problems.append(Problem(UNREADABLE, (), f"this is no YAML: {error}", at=(1, 1, 2)))
    return reader.loaded


def parse(text: str) -> Value:
    """Return the data of a YAML text that is ours. ValueError when there is anything wrong with it."""
    loaded = read(text)
    if loaded.problems:
        raise ValueError(loaded.problems[0].message)
    return loaded.data


def resolve(text: str) -> Value:
    """Return what a scalar without quotes means. ValueError when it is a number that cannot be one here."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if INTEGER.fullmatch(text):
        return read_integer(text)
    if DECIMAL.fullmatch(text):
        return read_decimal(text)
    if NOT_FINITE.fullmatch(text):
        raise ValueError(f"`{text}` is no finite number")
    return text


def read_integer(text: str) -> int:
    """Return a whole number in core notation. ValueError when it is absurdly long."""
    if len(text) > MAX_DIGITS:
        raise ValueError("this number is far too long")
    base = BASES.get(text[:2])
    return int(text, 10) if base is None else int(text[2:], base)


def read_decimal(text: str) -> Decimal:
    """Return a number with the digits as written. ValueError when it is absurdly long, large or small."""
    number = Decimal(text) if len(text) <= MAX_DIGITS else None
    if number is None or abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueError("this number is far too long, too large or too small")
    return number


class Reader:
    """Turns the events of one text into data and places."""

    def __init__(self, text: str) -> None:
        self.loaded = Loaded(text)
        self.stack: list[Frame] = []
        self.anchors: dict[str, Finished | None] = {}
        self.nodes = 0
        self.documents = 0

    def read(self) -> None:
        """Read the whole text."""
        for event in yaml.parse(self.loaded.text, Loader=EventLoader):
            if isinstance(event, yaml.ScalarEvent):
                self.scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self.begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.finish(event)
            elif isinstance(event, yaml.AliasEvent):
                self.alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self.document(event)

    def document(self, event: yaml.DocumentStartEvent) -> None:
        """Take the first document, refuse a second one."""
        self.documents += 1
        if self.documents > 1:
            raise UnreadableError(
                self.problem(
                    UNREADABLE,
                    place_of(event),
                    "a second document begins here; only one is read",
                    "remove the line `---` or what follows it",
                )
            )

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """Take a key or a plain value."""
        place = self.content(event)
        self.refuse_tag(event)
        self.count(place)
        if self.stack and self.stack[-1].wants_key():
            self.take_key(self.stack[-1], event, place)
        else:
            self.put(Finished(self.next_path(), self.meaning(event, place), 1, 0), place, event.anchor)

    def meaning(self, event: yaml.ScalarEvent, place: Place) -> Value:
        """Return what a scalar means; quoted ones and blocks are text."""
        if event.style:
            return event.value
        try:
            return resolve(event.value)
        except ValueError as error:
            hint = "write a finite number of ordinary size, or put it in quotes if it is text"
            self.loaded.problems.append(self.problem(NOT_ALLOWED, place, str(error), hint))
            return event.value

    def take_key(self, frame: Frame, event: yaml.ScalarEvent, place: Place) -> None:
        """Take a key; one that is no text, a merge key and one that was there before are refused."""
        frame.key = event.value
        path = frame.child()
        if isinstance(frame.value, dict) and event.value in frame.value:
            message = f"the key {shown(event.value)} stands here a second time"
            problem = self.problem(DUPLICATE_KEY, place, message, "keep one of the two", path=path, related=(path,))
            self.loaded.problems.append(problem)
            frame.skip = True
            return
        if not event.style:
            self.check_plain_key(frame, event.value, place)
        if not frame.muted:
            self.loaded.keys[path] = place

    def check_plain_key(self, frame: Frame, text: str, place: Place) -> None:
        """Refuse a merge key, and a key that YAML reads as a number or the like."""
        if text == "<<":
            message, hint = "merge keys (`<<`) are not read", "write the keys out here"
            self.loaded.problems.append(self.problem(UNREADABLE, place, message, hint))
            frame.skip = True
            return
        try:
            bad = not isinstance(resolve(text), str)
        except ValueError:
            bad = True
        if bad:
            message = f"a key must be text, and {shown(text) or 'this'} without quotes is none"
            self.loaded.problems.append(self.problem(NOT_TEXT, place, message, f'write "{text}"'))

    def begin(self, event: yaml.CollectionStartEvent) -> None:
        """Enter a list or a mapping."""
        self.refuse_tag(event)
        place = self.content(event)
        self.count(place)
        if self.stack and self.stack[-1].wants_key():
            raise UnreadableError(self.problem(UNREADABLE, place, "a key must be a text, not a list or a mapping"))
        self.check_depth(place, 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        value: list[Value] | dict[str, Value] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        frame = Frame(self.next_path(), value, place, event.anchor, self.nodes - 1, self.is_muted())
        self.stack.append(frame)

    def finish(self, event: yaml.CollectionEndEvent) -> None:
        """Leave a list or a mapping and hand it to the one around it."""
        frame = self.stack.pop()
        done = Finished(frame.path, frame.value, self.nodes - frame.nodes, frame.depth + 1)
        end = place_of(event)
        place = frame.start._replace(end_offset=end.end_offset, end_line=end.end_line, end_column=end.end_column)
        self.put(done, place, frame.anchor)

    def alias(self, event: yaml.AliasEvent) -> None:
        """Repeat the value of an anchor."""
        place, name = place_of(event), event.anchor or ""
        if self.stack and self.stack[-1].wants_key():
            raise UnreadableError(self.problem(UNREADABLE, place, "a key must be a text, not an alias"))
        anchor = self.anchors.get(name)
        if anchor is None:
            why = "repeats what it stands in" if name in self.anchors else f"repeats `&{name}`, which is not above it"
            raise UnreadableError(self.problem(UNREADABLE, place, f"`*{name}` {why}"))
        self.count(place, anchor.nodes)
        self.check_depth(place, anchor.depth)
        if not self.is_muted():
            self.loaded.aliases[self.next_path()] = anchor.path
        self.put(anchor, place, None)

    def next_path(self) -> Path:
        """Return the path of the value that comes next."""
        return self.stack[-1].child() if self.stack else ()

    def is_muted(self) -> bool:
        """Tell whether the value that comes next is read, but not kept."""
        return bool(self.stack) and (self.stack[-1].muted or self.stack[-1].skip)

    def put(self, done: Finished, place: Place, name: str | None) -> None:
        """Hand a value to the collection it stands in, and remember where it stands."""
        if not self.is_muted():
            self.loaded.values[self.next_path()] = place
        if name is not None:
            self.anchors[name] = done
        if not self.stack:
            self.loaded.data = done.value
            return
        frame = self.stack[-1]
        frame.depth = max(frame.depth, done.depth)
        frame.add(done.value)

    def check_depth(self, place: Place, levels: int) -> None:
        """Refuse a value of so many levels when it would stand too deep."""
        if len(self.stack) + levels > MAX_DEPTH:
            raise UnreadableError(self.problem(UNREADABLE, place, f"nested more than {MAX_DEPTH} levels deep"))

    def count(self, place: Place, nodes: int = 1) -> None:
        """Count what was read; aliases count as much as they repeat."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            message = f"more than {MAX_NODES} values, with what aliases repeat"
            raise UnreadableError(self.problem(UNREADABLE, place, message, "split the site, or repeat less"))

    def refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        """Refuse a tag, whatever it is: nothing in a spec needs one."""
        if event.tag is not None:
            place = place_of(event)
            tag = TAG.search(self.loaded.text, place.offset)
            written = tag[0] if tag else event.tag
            message = f"tags such as {shown(written)} are not read"
            at = (place.line + 1, place.column + 1, place.column + 1 + len(written))
            self.loaded.problems.append(Problem(UNREADABLE, (), message, f"remove {shown(written)}", at=at))

    def content(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> Place:
        """Return where a value stands, without the anchor or tag before it."""
        place = place_of(event)
        if event.anchor is None and event.tag is None:
            return place
        match = PROPERTIES.match(self.loaded.text, place.offset)
        if match is None or "\n" in match[0]:
            return place
        return place._replace(offset=match.end(), column=place.column + len(match[0]))

    def problem(
        self, code: str, place: Place, message: str, hint: str = "", *, path: Path = (), related: tuple[Path, ...] = ()
    ) -> Problem:
        """Return a problem at a place of the text."""
        return Problem(code, path, message, hint, on_key=True, related=related, at=on_line(place))


def place_of(event: yaml.Event) -> Place:
    """Return where an event stands."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        raise TypeError("events that were read have marks")
    return Place(start.index, start.line, start.column, end.index, end.line, end.column)


def on_line(place: Place) -> tuple[int, int, int]:
    """Return line, column and end column of a place, from 1. Of several lines only the first sign is marked."""
    end = place.end_column if place.end_line == place.line else place.column + 1
    return place.line + 1, place.column + 1, max(end, place.column + 1) + 1


def explain(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Return PyYAML's complaint as a problem, with what usually mends it."""
    opened = error.context_mark if "quoted scalar" in (error.context or "") else None
    mark = opened or error.problem_mark or error.context_mark
    line, column = place_of_mark(mark, text) if mark else (1, 1)
    why = ", ".join(part for part in (error.context, error.problem) if part)
    return Problem(UNREADABLE, (), f"this is no YAML: {why}", remedy(error, text), at=(line, column, column + 1))


def place_of_mark(mark: yaml.Mark, text: str) -> tuple[int, int]:
    """Return line and column of a mark, from 1; the last line that has text for one behind the end."""
    if mark.index >= len(text):
        before = text.rstrip()
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    return mark.line + 1, mark.column + 1


def unclosed(text: str) -> int:
    """Return where the last bracket is opened that the text does not close. Brackets in quotes count as well."""
    closed = 0
    for index in range(len(text) - 1, -1, -1):
        closed += (text[index] in "]}") - (text[index] in OPENING)
        if closed < 0:
            return index
    return max(0, *(text.rfind(bracket) for bracket in OPENING))


def remedy(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return what mends a text that cannot be read; empty when that cannot be told."""
    context, opened, mark = error.context or "", error.context_mark, error.problem_mark
    if "quoted scalar" in context:
        return "close the quote"
    if "flow" in context and opened is not None:
        index = opened.index if text.startswith(OPENING, opened.index) else unclosed(text[: opened.index])
        line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        return f"close the bracket of line {line}, column {column}, or take it out"
    if mark is None:
        return ""
    before = text[text.rfind("\n", 0, mark.index) + 1 : mark.index]
    sign = text[mark.index : mark.index + 1]
    if "\t" in (before + sign) and not (before + sign).strip():
        return "indent with spaces, never with a tab"
    if sign == ":":
        return "put the value in quotes" if ": " in before else "indent it like the keys around it"
    return "put the value in quotes" if sign and sign in "@`%" and before.strip() else ""


def shown(text: str, longest: int = 60) -> str:
    """Return a piece of the spec for a message: in backticks, cut, and with nothing in it that moves a cursor."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "`" + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut) + "`"


# Out.

NUMBER_LIKE: Final = re.compile(
    r"[-+]?(0[xX][0-9a-fA-F_.]+([pP][-+]?[0-9]+)?|0[oO][0-7_]+|0[bB][01_]+"
    r"|[0-9][0-9_]*(:[0-9][0-9_]*)+(\.[0-9_]*)?"
    r"|(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9_]+)?"
    r"|\.?(inf|nan|infinity))",
    re.IGNORECASE,
)
DATE_LIKE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", re.DOTALL)
WORDS: Final = frozenset({"", "~", "null", "nil", "y", "yes", "n", "no", "on", "off", "true", "false", "=", "<<"})
UNSAFE: Final = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Dumper(BaseDumper):
    """Writes text so that every reader takes it for the same text. Never writes anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write a value that is used twice twice."""
        del data
        return True


def is_ambiguous(text: str) -> bool:
    """Tell whether some YAML parser would read this text, without quotes, as something else."""
    return bool(text.lower() in WORDS or NUMBER_LIKE.fullmatch(text) or DATE_LIKE.fullmatch(text))


@lru_cache(maxsize=1 << 14)
def style_of(text: str) -> str | None:
    """Return how a text is written: quoted, as a block, or as PyYAML sees fit."""
    if UNSAFE.search(text) or is_ambiguous(text):
        return '"'
    if "\n" in text:
        return "|" if text[0] not in " \n" else '"'
    return '"' if text != text.strip() else None


def write_text(dumper: Dumper, value: str) -> yaml.ScalarNode:
    """Write a text, or what is one to its reader (a subclass of `str`)."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style=style_of(value))


def write_number(dumper: Dumper, value: Decimal | float) -> yaml.ScalarNode:
    """Write a number in plain decimals. ValueError when it is not finite."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value} is no finite number")
    text = plain(number)
    return dumper.represent_scalar("tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int", text)


def write_mapping(dumper: Dumper, value: Mapping[str, Any]) -> yaml.MappingNode:
    """Write a mapping in its own order."""
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items())


def write_list(dumper: Dumper, value: list[Any] | tuple[Any, ...]) -> yaml.SequenceNode:
    """Write a list or a tuple."""
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value)


Dumper.add_multi_representer(str, write_text)
Dumper.add_multi_representer(Mapping, write_mapping)  # type: ignore[type-abstract]
Dumper.add_representer(str, write_text)
Dumper.add_representer(dict, write_mapping)
Dumper.add_representer(tuple, write_list)
Dumper.add_representer(Decimal, write_number)
Dumper.add_representer(float, write_number)


def dump(data: Any, *, banner: str | None) -> str:
    """Return data as YAML, below the banner as a comment. The same data gives the same text."""
    body: str = yaml.dump(
        data, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=2**31 - 1
    )
    return "".join(comment(banner)) + body


def comment(banner: str | None) -> Iterator[str]:
    """Yield the lines of a banner as comments."""
    for line in (banner or "").splitlines():
        yield f"# {line}".rstrip() + "\n"
