"""The schema files put together in one piece, and the validator over it.

References are replaced by what they lead to, once: that makes validating a large spec twice as fast, and whoever reads
a part of the schema sees all of it.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from ongrid_gen.resources import schemas_dir
from ongrid_gen.units import parse_duration

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator
    from jsonschema_rs import Draft202012Validator

Schema = dict[str, Any]

SITE: Final = "site.schema.json"
LEFT_OUT: Final = frozenset({"$schema", "$id", "$defs", "$ref"})
NAMED: Final = frozenset({"properties", "patternProperties"})
WHOLE: Final = "whole"
MOST_REPEATS: Final = 1000  # that RE2 takes
REPEATS: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
TOO_LONG: Final = 60  # characters; Python does not even read a number of some thousand digits
LONGEST: Final = 100 * 365 * 86_400  # seconds; Go's durations end at 292 years


@cache
def read_schema(name: str) -> Schema:
    """Return a schema file as it is, by its name below `schemas/`."""
    schema: Schema = json.loads((schemas_dir() / name).read_text(encoding="utf-8"), parse_float=Decimal)
    return schema


@cache
def site_schema() -> Schema:
    """Return the schema of a whole spec, without references."""
    schema: Schema = inlined(SITE, read_schema(SITE))
    return schema


@cache
def alert_schema(kind: str) -> Schema:
    """Return the schema of one kind of alert, without references."""
    name = f"alerts/{kind}.schema.json"
    schema: Schema = inlined(name, read_schema(name))
    return schema


@cache
def channel_schema(type_: str) -> Schema:
    """Return the schema of one type of channel, without references."""
    name = f"channels/{type_}.schema.json"
    schema: Schema = inlined(name, read_schema(name))
    return schema


@cache
def storage_schema(backend: str) -> Schema:
    """Return the schema of one kind of storage, without references."""
    name = f"storage/{backend}.schema.json"
    schema: Schema = inlined(name, read_schema(name))
    return schema


def inlined(file: str, schema: Any) -> Any:
    """Return a part of a schema file in which references are replaced. What stands beside one wins over its target."""
    if isinstance(schema, list):
        return [inlined(file, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    target: Schema = {}
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#")
        other = join(file, name) if name else file
        target = inlined(other, find(read_schema(other), pointer))
    return {**target, **{key: inlined_keyword(file, key, schema[key]) for key in schema if key not in LEFT_OUT}}


def inlined_keyword(file: str, keyword: str, value: Any) -> Any:
    """Return the value of one keyword without references; names of properties are no keywords."""
    if keyword in NAMED:
        return {name: inlined(file, part) for name, part in value.items()}
    return value if keyword in ("default", "const", "enum", "dependentRequired") else inlined(file, value)


def join(file: str, name: str) -> str:
    """Return the file that a relative reference in another one names."""
    parts: list[str] = []
    for part in (PurePosixPath(file).parent / name).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def find(schema: Schema, pointer: str) -> Schema:
    """Return the part of a schema that a JSON pointer names."""
    for step in pointer.split("/")[1:]:
        schema = schema[step]
    return schema


@cache
def validator() -> "Validator":
    """Return the validator of a spec. jsonschema is imported late: it takes 60 ms."""
    from jsonschema.validators import Draft202012Validator, extend

    keywords = {"pattern": check_pattern, "format": check_format, "uniqueItems": check_unique}
    kind: Any = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    found: Validator = kind(site_schema())
    return found


def fits(data: object) -> bool:
    """Tell whether data surely fits the schema, in a hundredth of the time that jsonschema takes to say why not.

    False proves nothing: what jsonschema-rs cannot read (a number of some thousand digits) may fit all the same.
    """
    try:
        return bool(fast_validator().is_valid(data))
    except ValueError:
        return False


@cache
def fast_validator() -> "Draft202012Validator":
    """Return the same schema as jsonschema-rs has it. To it 1.0 is an integer; to us and to jsonschema it is none."""
    from jsonschema_rs import Draft202012Validator

    schema = with_whole(site_schema())
    return Draft202012Validator(schema, formats=dict(FORMATS), validate_formats=True, keywords={WHOLE: Whole})


def with_whole(schema: Any) -> Any:
    """Return a schema in which everything of the type `integer` must be `Whole` as well."""
    if isinstance(schema, list):
        return [with_whole(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    more = {WHOLE: True} if schema.get("type") == "integer" else {}
    return {**{key: with_whole(part) for key, part in schema.items()}, **more}


class Whole:
    """A keyword for jsonschema-rs: a number that is written without a point."""

    def __init__(self, parent: Schema, value: object, path: list[str | int]) -> None:
        del parent, value, path

    def validate(self, instance: object) -> None:
        """Raise ValueError for a number with a point."""
        if not isinstance(instance, int):
            raise ValueError(f"{instance!r} has a point")


def check_pattern(_: Any, pattern: str, value: object, __: object) -> "Iterator[ValidationError]":
    """Check a pattern as JSON Schema means it: `$` is the very end, not also before a line break there."""
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and not ecma(pattern).search(value):
        yield ValidationError(f"{value!r} does not match")


def check_format(_: Any, name: str, value: object, __: object) -> "Iterator[ValidationError]":
    """Check what a pattern cannot: an IP address, and a duration that Go can hold."""
    from jsonschema.exceptions import ValidationError

    check = FORMATS.get(name)
    if check is not None and isinstance(value, str) and not check(value):
        yield ValidationError(f"{value!r} is not of the format {name}")


def check_unique(_: Any, wanted: bool, value: object, __: object) -> "Iterator[ValidationError]":
    """Check that no text stands in a list twice. jsonschema's own check is slow on what is no text."""
    from jsonschema.exceptions import ValidationError

    if wanted and isinstance(value, list) and repeated(value) is not None:
        yield ValidationError("holds something twice")


def repeated(items: list[Any]) -> tuple[int, int] | None:
    """Return the indices of the first text that stands in a list twice, and of its first occurrence before."""
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        if isinstance(item, str) and seen.setdefault(item, index) != index:
            return index, seen[item]
    return None


@cache
def ecma(pattern: str) -> re.Pattern[str]:
    """Return a pattern of the schema, compiled with ECMA's `$`."""
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)


def is_ip_address(text: str) -> bool:
    """Tell whether a text is an address of IPv4 or IPv6."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_bounded_duration(text: str) -> bool:
    """Tell whether a duration is short enough for every program; what is no duration, the pattern refuses."""
    try:
        return len(text) < TOO_LONG and parse_duration(text) <= LONGEST
    except ValueError:
        return True


def is_timezone(text: str) -> bool:
    """Tell whether a text names a time zone of the IANA database."""
    from zoneinfo import available_timezones

    return text in available_timezones()


def is_re2(text: str) -> bool:
    """Tell whether a text is a regular expression that Go reads, and that needs something to match."""
    from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

    if any(int(times or 0) > MOST_REPEATS for found in REPEATS.findall(text) for times in found):
        return False
    try:
        return not Draft202012Validator({"pattern": text}, pattern_options=RegexOptions()).is_valid("")
    except ValidationError:
        return False


FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "ip-address": is_ip_address,
    "prometheus-duration": is_bounded_duration,
    "re2": is_re2,
    "timezone": is_timezone,
}
