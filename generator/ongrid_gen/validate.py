"""Stage 2: the schema, said in the user's words. Every problem at once, one for each cause.

The codes of everything found before there is a model (a check of stage 5 has its own):

| code | what is wrong |
|---|---|
| OG901 | the text cannot be read: no YAML, no UTF-8, too deep, too large, a tag, a second document (`load`, `yamlio`) |
| OG902 | a key stands twice in one mapping (`yamlio`) |
| OG903 | an unknown key |
| OG904 | a missing key |
| OG905 | a value of the wrong type |
| OG906 | a value that is not allowed |
| OG907 | a name, or an item of a list, that must be unique and is not |
| OG908 | a secret in clear |
| OG909 | a number, a boolean or the like where text is wanted: it needs quotes |
| OG910 | a condition of an alert beside its `conditions_json` |
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ongrid_gen import suggest
from ongrid_gen.load import Document
from ongrid_gen.problems import Path, Problem
from ongrid_gen.redact import SECRET, has_password, is_literal, is_secret_key
from ongrid_gen.sayings import ENVELOPE, MISSING_KEY, NOT_UNIQUE, SAYINGS, Case, one_of, said_twice
from ongrid_gen.schema import ecma, fits, site_schema, validator
from ongrid_gen.yamlio import NOT_ALLOWED, Value, shown

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

UNKNOWN_KEY: Final = "OG903"

# Each list, and the key of its items that no two may share.
NAMED_LISTS: Final[dict[Path, str]] = {
    **{(name,): "name" for name in ("services", "edges", "alerts", "slos", "maintenance")},
    ("notify", "channels"): "name",
    ("sampling", "tail", "services"): "service",
    ("sampling", "tail", "keep", "attributes"): "key",
}
KEY_KEYWORDS: Final = frozenset({"required", "additionalProperties"})


@dataclass(slots=True)
class Keys:
    """What is wrong with the keys of one mapping."""

    unknown: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    missing: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    title: str | None = None


def validate(document: Document) -> list[Problem]:
    """Return what is wrong with the shape of a document, in the order of its text."""
    if not isinstance(document.data, dict):
        return []
    secrets = {problem.path: problem for problem in secret_problems(document, document.data)}
    shape = list(schema_problems(document))
    # the schema knows the key of the file that belongs there
    secrets |= {problem.path: problem for problem in shape if problem.code == SECRET}
    visible = (one for one in shape if one.path not in secrets)
    found = [*secrets.values(), *visible, *name_problems(document), *envelope_problems(document)]
    return sorted(found, key=lambda problem: place_of(problem, document))


def place_of(problem: Problem, document: Document) -> tuple[int, int]:
    """Return line and column, to sort by."""
    span = document.span(problem.path, problem.on_key)
    return span.line, span.column


# What the schema says.


def schema_problems(document: Document) -> Iterator[Problem]:
    """Yield what the schema refuses: one problem a value, and one a key."""
    keys: dict[Path, Keys] = {}
    values: dict[Path, Case] = {}
    data: Any = document.data
    if fits(data):
        return
    for error in validator().iter_errors(data):
        case = case_of(error, document)
        if case.keyword in KEY_KEYWORDS:
            add_keys(keys.setdefault(case.path, Keys()), case)
        elif case.path not in values or rank(case) < rank(values[case.path]):
            values[case.path] = case
    for path, wrong in keys.items():
        yield from key_problems(document, path, wrong, values)
    for case in values.values():
        yield SAYINGS[case.keyword](case)


def rank(case: Case) -> int:
    """Return what is said first of several things that are wrong with one value."""
    return {"type": 0, "enum": 1, "pattern": 1, "format": 3}.get(case.keyword, 2)


def case_of(error: "ValidationError", document: Document) -> Case:
    """Return what is needed of an error of jsonschema."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    keyword = str(error.validator)
    value: Any = error.instance
    return Case(document, tuple(error.absolute_path), value, keyword, error.validator_value, schema)


def add_keys(wrong: Keys, case: Case) -> None:
    """Add the keys that one error is about."""
    given = case.value if isinstance(case.value, dict) else {}
    properties = case.schema.get("properties", {})
    if case.keyword == "required":
        wrong.missing.update({key: properties.get(key, {}) for key in case.limit if key not in given})
        return
    patterns = [ecma(pattern) for pattern in case.schema.get("patternProperties", {})]
    wrong.known = list(properties)
    wrong.title = case.schema.get("title") if patterns else None
    wrong.unknown = [
        key for key in given if key not in properties and not any(pattern.search(key) for pattern in patterns)
    ]


def key_problems(document: Document, path: Path, wrong: Keys, values: Mapping[Path, Case]) -> Iterator[Problem]:
    """Yield unknown and missing keys; one that is only misspelt is one problem."""
    here = document.describe(path) or "the spec"
    given = document.value(path)
    taken = given if isinstance(given, dict) else {}
    pairs = pair(wrong, [key for key in taken if key not in wrong.known])
    for key in wrong.unknown:
        if key not in pairs:
            yield unknown_key(here, path, key, wrong, taken)
    for key, meant in pairs.items():
        yield misspelt_key(here, path, key, meant)
    for key, schema in wrong.missing.items():
        beside = path[-1:] == (ENVELOPE,) and (*path[:-1], key) in values
        if key not in pairs.values() and not beside:
            yield Problem(MISSING_KEY, (*path, key), f"{here} lacks the key `{key}`", f"add `{key}`{example(schema)}")


def pair(wrong: Keys, candidates: list[str]) -> dict[str, str]:
    """Return which present key is probably which missing one."""
    pairs: dict[str, str] = {}
    for key in wrong.missing:
        free = [name for name in (wrong.unknown or candidates) if name not in pairs]
        found = key.removesuffix("_file") if key.removesuffix("_file") in free else suggest.nearest(key, free)
        if found is not None and found != key:
            pairs[found] = key
    return pairs


def misspelt_key(here: str, path: Path, key: str, meant: str) -> Problem:
    """Return the problem of a key that was meant to be a required one."""
    if meant == f"{key}_file":
        what = "an address" if key == "url" else "a value"
        message = f"{here} takes no `{key}`: {what} like this is a secret and stands in a file"
        hint = f"put it into a file below `secrets/` and write `{meant}: secrets/name` here"
        return Problem(SECRET, (*path, key), message, hint)
    message = f"{here} has no key {shown(key)}, and lacks `{meant}`"
    return Problem(UNKNOWN_KEY, (*path, key), message, f"did you mean `{meant}`?", on_key=True)


def unknown_key(here: str, path: Path, key: str, wrong: Keys, taken: Mapping[str, Value]) -> Problem:
    """Return the problem of a key that nobody knows; one that names a secret, or breaks the rule of a map's keys."""
    if wrong.title is not None:
        name = suggest.label_name(key) if "label" in wrong.title else suggest.slug(key)
        hint = f"write `{name}`" if name and name not in taken else ""
        return Problem(NOT_ALLOWED, (*path, key), f"{here}: {shown(key)} is not {wrong.title}", hint, on_key=True)
    meant = suggest.nearest(key, [name for name in wrong.known if name not in taken])
    hint = f"did you mean `{meant}`?" if meant else f"there are: {suggest.listed(wrong.known)}"
    return Problem(UNKNOWN_KEY, (*path, key), f"{here} has no key {shown(key)}", hint, on_key=True)


def example(schema: Mapping[str, Any]) -> str:
    """Return what may stand behind a key that is missing."""
    if "const" in schema:
        return f" with the value {schema['const']}"
    return f", which is {one_of(schema['enum'])}" if "enum" in schema else ""


# What no schema can say.


def envelope_problems(document: Document) -> Iterator[Problem]:
    """Yield keys of every kind of alert that stand both beside the envelope and in it."""
    shared = site_schema()["properties"]["alerts"]["items"]["properties"]
    for index, alert in enumerate(items_of(document, ("alerts",))):
        inside = alert.get(ENVELOPE) if isinstance(alert, dict) else None
        if isinstance(alert, dict) and isinstance(inside, dict):
            for key in [key for key in alert if key in shared and key in inside]:
                path: Path = ("alerts", index)
                yield said_twice(document, (*path, key), (*path, ENVELOPE, key))


def name_problems(document: Document) -> Iterator[Problem]:
    """Yield names that two items of a list share; both places are named."""
    for path, key in NAMED_LISTS.items():
        seen: dict[str, Path] = {}
        for index, item in enumerate(items_of(document, path)):
            name, here = item.get(key) if isinstance(item, dict) else None, (*path, index, key)
            if isinstance(name, str) and seen.setdefault(name, here) != here:
                message = f"{document.describe(here)}: another of `{path[-1]}` is called {shown(name)} too"
                yield Problem(NOT_UNIQUE, here, message, "give one of the two another name", related=(seen[name],))


def items_of(document: Document, path: Path) -> list[Value]:
    """Return the items of a list, none when there is no list."""
    found = document.value(path)
    return found if isinstance(found, list) else []


def secret_problems(document: Document, value: Value, path: Path = ()) -> Iterator[Problem]:
    """Yield secrets that stand in the spec in clear. Their text is in no message."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from secret_problems(document, item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from secret_problems(document, item, (*path, index))
    elif isinstance(value, str) and has_password(value):
        message = f"{document.describe(path)} holds an address with a user or a password in it"
        yield Problem(SECRET, path, message, "take it out; secrets stand in files below `secrets/`")
    elif value and isinstance(path[-1], str) and is_secret_key(path[-1]) and is_literal(str(value)):
        message = f"{document.describe(path)} is a secret in clear"
        yield Problem(SECRET, path, message, "take it out; secrets stand in files below `secrets/`")
