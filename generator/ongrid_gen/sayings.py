"""What a keyword of the schema refuses, said in the user's words: one function for each keyword.

Nothing is taken from the English of jsonschema: only `instance`, `schema` and the keyword that failed.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ongrid_gen import suggest
from ongrid_gen.load import Document
from ongrid_gen.problems import Path, Problem
from ongrid_gen.redact import ADDRESS, SECRET, is_no_file
from ongrid_gen.schema import repeated, validator
from ongrid_gen.yamlio import NOT_ALLOWED, NOT_TEXT, Value, dump, shown

MISSING_KEY: Final = "OG904"
WRONG_TYPE: Final = "OG905"
NOT_UNIQUE: Final = "OG907"
BESIDE_ENVELOPE: Final = "OG910"

ENVELOPE: Final = "conditions_json"
TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping of keys",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One value that a keyword of the schema refuses."""

    document: Document
    path: Path
    value: Value
    keyword: str
    limit: Any
    schema: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The key that the value stands under, or that its list does."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")

    def where(self) -> str:
        """Return the value's path for people."""
        return self.document.describe(self.path) or "the spec"

    def source(self) -> str:
        """Return the value as the user spelled it."""
        return self.document.text(self.path) or str(self.value)

    def wanted(self) -> str:
        """Return what the schema wants, in words."""
        if "enum" in self.schema:
            return one_of(self.schema["enum"])
        return str(self.schema["title"]) if "format" in self.schema else TYPES[self.schema["type"]]

    def accepts(self, value: Any) -> bool:
        """Tell whether the schema would take another value in its place."""
        return bool(validator().evolve(schema=dict(self.schema)).is_valid(value))

    def problem(self, message: str, hint: str = "", *, code: str = NOT_ALLOWED, **more: Any) -> Problem:
        """Return the problem; its message begins with the value's path."""
        return Problem(code, self.path, f"{self.where()} {message}", hint, **more)


def one_of(values: list[str]) -> str:
    """Return the allowed values in words, each as it must be typed."""
    return as_written(values[0]) if len(values) == 1 else f"one of {', '.join(map(as_written, values))}"


def said_twice(document: Document, flat: Path, inside: Path) -> Problem:
    """Return the problem of a key beside the envelope that belongs into it, or is there as well."""
    key, where = flat[-1], document.describe(flat)
    twice = document.value(inside) is not None
    hint = "keep one of the two" if twice else f"move it into `{ENVELOPE}`"
    message = f"{where} stands beside `{ENVELOPE}`" + (f", which has `{key}` too" if twice else "")
    related = inside if twice else inside[:-1]
    return Problem(BESIDE_ENVELOPE, flat, message, hint, on_key=True, related=(related,))


def wrong_type(case: Case) -> Problem:
    """Say what was written and what is wanted."""
    if case.schema["type"] == "string" and not isinstance(case.value, (list, dict)) and case.value is not None:
        return unquoted(case)
    return case.problem(f"must be {case.wanted()}, not {written(case)}", type_hint(case), code=WRONG_TYPE)


def unquoted(case: Case) -> Problem:
    """Say that a number or the like needs quotes, or what else it should be."""
    source = case.source()
    if case.accepts(source):
        message = f"must be a text, and {shown(source)} without quotes is none"
        return case.problem(message, f'write "{source}"', code=NOT_TEXT)
    return case.problem(f"must be {case.wanted()}, not {shown(source)}", text_hint(case, source), code=NOT_TEXT)


def written(case: Case) -> str:
    """Return in words what somebody wrote."""
    if case.value is None:
        return "nothing"
    if isinstance(case.value, (list, dict)):
        return "a list" if isinstance(case.value, list) else "a mapping"
    return f"the text {shown(case.value)}" if isinstance(case.value, str) else shown(case.source())


def type_hint(case: Case) -> str:
    """Return what to write for a value of the wrong type."""
    wanted = case.schema["type"]
    if case.value is None:
        empty: Value = [] if wanted == "array" else {} if wanted == "object" else None
        return f"write `{empty}`" if empty is not None and case.accepts(empty) else "give it a value"
    if wanted == "array" and isinstance(case.value, str) and case.accepts([case.value]):
        return f"write `[{quoted(case.value)}]`"
    if wanted == "object" and "properties" in case.schema:
        return f"write its keys: {suggest.listed(case.schema.get('required') or case.schema['properties'])}"
    if wanted == "string" and isinstance(case.value, list) and len(case.value) == 1 and case.accepts(case.value[0]):
        return f"write {as_written(str(case.value[0]))}"
    if not isinstance(case.value, str):
        return ""
    if wanted in ("integer", "number"):
        found = suggest.number(case.value, case.key)
        return f"write `{found}`" if found and case.accepts(as_number(found)) else ""
    found = suggest.yes_or_no(case.value) if wanted == "boolean" else None
    return f"write `{found}`" if found else ""


def as_number(text: str) -> Value:
    """Return a plain number as the loader would."""
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else Decimal(text)


def text_hint(case: Case, text: str) -> str:
    """Return what to write for a text that is not as its format wants it."""
    find = suggest.BY_FORMAT.get(case.schema.get("format", ""))
    found = find(text) if find else suggest.nearest(text, case.schema.get("enum", []))
    if find is suggest.duration and not found and case.accepts(f"{text}s"):
        return f"write it with a unit, such as `{text}s`"
    if not found or found == text or not case.accepts(found):
        return ""
    return f"write {as_written(found)}"


def as_written(text: str) -> str:
    """Return a text as it must be typed into YAML: in quotes where it needs some, else in backticks."""
    plain = text.isprintable() and dump([text], banner=None) == f"- {text}\n"
    return f"`{text}`" if plain else quoted(text)


def quoted(text: str) -> str:
    """Return a text in double quotes, as YAML reads it."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def not_listed(case: Case) -> Problem:
    """Say what is allowed, and which of it may be meant."""
    text = str(case.value)
    find = suggest.BY_FORMAT.get(case.schema.get("format", ""))
    meant = suggest.nearest(text, case.limit)
    hint = text_hint(case, text) if find else f"did you mean {as_written(meant)}?" if meant else ""
    if len(case.limit) == 1:
        hint = f"write {as_written(case.limit[0])}"
    return case.problem(f"must be {one_of(case.limit)}, not {shown(text)}", hint)


def not_const(case: Case) -> Problem:
    """Say the one value that is allowed."""
    return case.problem(f"must be {case.limit}, not {shown(case.source())}", f"write `{case.limit}`")


def not_like(case: Case) -> Problem:
    """Say what a text must look like."""
    text = str(case.value)
    if case.schema.get("format") == "secret-file" and is_no_file(case.key, text):
        what = "an address" if ADDRESS.match(text) else "a value"
        message = f"must be a file: {what} like this is a secret and does not stand in a spec"
        return case.problem(message, f"put it into a file and write `{case.key}: secrets/name` here", code=SECRET)
    if case.keyword == "format" and "pattern" in case.schema:
        return case.problem(f"must not be as long as {shown(text)}: 100 years are the most", "write `1y`")
    return case.problem(f"must be {case.schema['title']}, not {shown(text)}", text_hint(case, text))


def too_short(case: Case) -> Problem:
    """Say that a text may not be empty."""
    return case.problem("must not be empty")


def too_long(case: Case) -> Problem:
    """Say how long a text may be."""
    return case.problem(f"has {len(str(case.value))} characters; {case.limit} are allowed", "shorten it")


def too_small(case: Case) -> Problem:
    """Say the least that is allowed."""
    bound = f"greater than {case.limit}" if case.keyword == "exclusiveMinimum" else f"{case.limit} or more"
    return case.problem(f"must be {bound}, not {shown(case.source())}")


def too_large(case: Case) -> Problem:
    """Say the most that is allowed; a ratio is often meant as per cent."""
    hint = ""
    if case.key.endswith("_ratio") and isinstance(case.value, (int, Decimal)) and case.value <= 100:
        hint = f"write `{suggest.number(f'{case.value}%', case.key)}` for {case.value} per cent"
    if case.key == "objective":
        hint = "write what may be missed once in a while, 99.9 for instance: with 100 the first bad request is too many"
    bound = f"less than {case.limit}" if case.keyword == "exclusiveMaximum" else f"{case.limit} or less"
    return case.problem(f"must be {bound}, not {shown(case.source())}", hint)


def too_few(case: Case) -> Problem:
    """Say that a list may not be empty."""
    return case.problem("must have at least one item", "add one")


def not_unique(case: Case) -> Problem:
    """Name the item that stands in a list twice."""
    items = case.value if isinstance(case.value, list) else []
    second, first = repeated(items) or (0, 0)
    path = (*case.path, second)
    message = f"{case.where()} holds {shown(str(items[second]))} twice"
    return Problem(NOT_UNIQUE, path, message, "remove one of the two", related=((*case.path, first),))


def empty_mapping(case: Case) -> Problem:
    """Say which keys one must choose from, if they are not free."""
    if "properties" not in case.schema:
        return case.problem(
            "must hold at least one label", "write one, such as `alertname` with the name of an alert", code=MISSING_KEY
        )
    return case.problem(f"must hold at least one of {suggest.listed(case.schema['properties'])}", code=MISSING_KEY)


def full_mapping(case: Case) -> Problem:
    """Say which keys exclude each other."""
    return case.problem(f"must hold only one of {suggest.listed(case.schema['properties'])}", "remove the others")


def lonely_scope(case: Case) -> Problem:
    """Say which key another one needs."""
    given = case.value if isinstance(case.value, dict) else {}
    key, needs = next((key, needs) for key, needs in case.limit.items() if key in given)
    message = f"{case.where()}: `{key}` only stands beside `{needs[0]}`"
    return Problem(MISSING_KEY, (*case.path, key), message, f"remove `{key}`", on_key=True)


def beside_envelope(case: Case) -> Problem:
    """Say that a condition stands at the wrong place, or at two."""
    inside = (*case.path[:-1], ENVELOPE, case.key)
    return said_twice(case.document, case.path, inside)


def excluded(case: Case) -> Problem:
    """Say that a value is the one that is excluded, or that a key stands beside its envelope."""
    if "const" not in case.limit:
        return beside_envelope(case)
    return case.problem(f"must not be {shown(str(case.limit['const']))}", str(case.schema["description"]))


SAYINGS: Final[Mapping[str, Callable[[Case], Problem]]] = {
    "type": wrong_type,
    "enum": not_listed,
    "const": not_const,
    "pattern": not_like,
    "format": not_like,
    "minLength": too_short,
    "maxLength": too_long,
    "minimum": too_small,
    "exclusiveMinimum": too_small,
    "maximum": too_large,
    "exclusiveMaximum": too_large,
    "minItems": too_few,
    "uniqueItems": not_unique,
    "minProperties": empty_mapping,
    "maxProperties": full_mapping,
    "dependentRequired": lonely_scope,
    "not": excluded,
}
