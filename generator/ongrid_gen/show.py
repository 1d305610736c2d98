"""How a problem is shown: as text for people and editors, as JSON, as an annotation of GitHub Actions."""

import unicodedata
from typing import Any, Final, Protocol

from ongrid_gen.load import Document, Span, dotted
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.redact import SECRET, has_password, redacted

NOWHERE: Final = "site.yaml"
TAB: Final = 4
WIDEST: Final = 120
BEFORE: Final = 50
JOINING_JAMO: Final = frozenset(map(chr, range(0x1160, 0x1200)))  # vowels and finals of decomposed Korean
COLOURS: Final = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.HINT: "36"}
FIRST_ONE: Final = frozenset({"OG902", "OG907"})
GITHUB: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}


class Places(Protocol):
    """What paths lead into: a spec, or the files of a bundle."""

    def file_at(self, path: Path) -> tuple[Document | None, Path]:
        """Return the document that a path is in, if it is in one, and the path inside it."""


def as_text(problem: Problem, places: Places | None, colour: bool = False) -> str:
    """Return the editor line, the source line and a caret with the hint; lines and columns count from 1.

    `colour` adds the escapes of a terminal.
    """
    document, span = document_at(places, problem.path), span_of(problem, places)
    head = f"{place(document, span)}: {severity(problem, colour)}: {visible(problem.message)}"
    lines = [head, *excerpt(document, span, visible(problem.hint), colour, secret=problem.code == SECRET)]
    for path in problem.related:
        document, other = document_at(places, path), related_span(problem, path, places)
        lines += [f"{place(document, other)}: note: {note(problem)}", *excerpt(document, other, "", colour)]
    return "\n".join(lines)


def as_json(problems: list[Problem], places: Places | None) -> dict[str, Any]:
    """Return problems as JSON data. The keys are a contract."""
    return {"problems": [json_problem(problem, places) for problem in problems]}


def json_problem(problem: Problem, places: Places | None) -> dict[str, Any]:
    """Return one problem as JSON data."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        **json_place(places, problem.path, span_of(problem, places)),
        "related": [json_place(places, path, related_span(problem, path, places)) for path in problem.related],
    }


def json_place(places: Places | None, path: Path, span: Span) -> dict[str, Any]:
    """Return a place as JSON data; the path is that inside the file."""
    inside = path if places is None else places.file_at(path)[1]
    file = file_of(document_at(places, path))
    return {
        "path": dotted(inside),
        "file": file,
        "line": span.line,
        "column": span.column,
        "end_column": span.end_column,
    }


def as_github(problem: Problem, places: Places | None) -> str:
    """Return a workflow command that annotates the line in a pull request."""
    span = span_of(problem, places)
    properties = {
        "file": file_of(document_at(places, problem.path)),
        "line": span.line,
        "endLine": span.line,
        "col": span.column,
        "endColumn": span.end_column,
        "title": problem.code,
    }
    joined = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties.items())
    text = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
    return f"::{GITHUB[problem.severity]} {joined}::{escape_data(text)}"


def escape_data(text: str) -> str:
    """Escape the text of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape the value of a workflow command's property."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def document_at(places: Places | None, path: Path) -> Document | None:
    """Return the document that a path is in."""
    return None if places is None else places.file_at(path)[0]


def span_of(problem: Problem, places: Places | None) -> Span:
    """Return where a problem is, in its file."""
    if problem.at is not None:
        return Span(*problem.at)
    return span_at(places, problem.path, problem.on_key, problem.within)


def related_span(problem: Problem, path: Path, places: Places | None) -> Span:
    """Return where a related place is: a key when the problem is about a key."""
    return span_at(places, path, problem.on_key)


def span_at(places: Places | None, path: Path, on_key: bool, within: tuple[int, int] | None = None) -> Span:
    """Return where a value or key is, in its file."""
    document, inside = (None, path) if places is None else places.file_at(path)
    return Span(1, 1, 2) if document is None else document.span(inside, on_key, within)


def file_of(document: Document | None) -> str:
    """Return the name of the spec."""
    return NOWHERE if document is None else document.name


def place(document: Document | None, span: Span) -> str:
    """Return a place as editors read it."""
    return f"{file_of(document)}:{span.line}:{span.column}"


def severity(problem: Problem, colour: bool) -> str:
    """Return severity and code."""
    text = f"{problem.severity.value}[{problem.code}]"
    return f"\x1b[1;{COLOURS[problem.severity]}m{text}\x1b[0m" if colour else text


def note(problem: Problem) -> str:
    """Return what a related place is."""
    return "first defined here" if problem.code in FIRST_ONE else "see here"


def excerpt(document: Document | None, span: Span, hint: str, colour: bool, *, secret: bool = False) -> list[str]:
    """Return the source line with a caret below it, both cut to what is around the caret. A secret is starred out."""
    if document is None or not 1 <= span.line <= len(document.lines):
        return [f"  {hint}"] if hint else []
    line, start, end = redacted(document.lines[span.line - 1]), span.column - 1, span.end_column - 1
    if secret and not has_password(line):
        line = line[:start] + "*" * len(line[start:end]) + line[end:]
    source, start, end = cut(line, start, end)
    before, marked = source[:start], source[start:end]
    caret = " " * width(before) + paint("^" * max(1, width(marked, width(before))), colour)
    margin = " " * len(str(span.line))
    return [f"{span.line} | {visible(source)}".rstrip(), f"{margin} | {caret} {hint}".rstrip()]


def paint(text: str, colour: bool) -> str:
    """Return text in green, for a terminal."""
    return f"\x1b[1;32m{text}\x1b[0m" if colour else text


def cut(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the part of a long line around a piece of it, and where that piece is in it."""
    if len(line) <= WIDEST:
        return line, start, max(start, min(end, len(line)))
    first = max(0, min(start - BEFORE, len(line) - WIDEST))
    part = line[first : first + WIDEST]
    head, tail = "…" if first else "", "…" if first + WIDEST < len(line) else ""
    shift = first - len(head)
    return head + part + tail, start - shift, max(start - shift, min(end - shift, len(head) + len(part)))


def visible(text: str) -> str:
    """Return a line with tabs expanded and with nothing in it that moves a cursor."""
    shown, column = "", 0
    for char in text:
        shown += " " * (TAB - column % TAB) if char == "\t" else safe(char)
        column += width(char, column)
    return shown


def safe(char: str) -> str:
    """Return a character as it can go to a terminal: what no script writes is replaced by one column."""
    if char.isprintable():
        return char
    return " " if unicodedata.category(char) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def width(text: str, column: int = 0) -> int:
    """Return how many columns a text takes on a terminal, from a column on."""
    start = column
    for char in text:
        column += TAB - column % TAB if char == "\t" else char_width(safe(char))
    return column - start


def char_width(char: str) -> int:
    """Return the columns of one character: two for Korean, Chinese and emoji, none for what joins the one before."""
    if unicodedata.category(char) in ("Mn", "Me") or char in JOINING_JAMO:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
