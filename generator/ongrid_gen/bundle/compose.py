"""How a compose file says things: variables with defaults, and the short and the long form of a list's items.

What is of neither form is left out: Compose itself refuses it. Of a path, the first part is a key of the container.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

from ongrid_gen.bundle.plain import items, listed, mapping
from ongrid_gen.problems import Path

# `$$`, or `${NAME:-default}`, whose default may hold another variable.
VARIABLE: Final = re.compile(r"\$(?:(?P<dollar>\$)|\{\w+:?-(?P<default>[^{}]*)\})")


class Volume(NamedTuple):
    """Something that is mounted. `source` is the name of a volume, or a folder: `is_beside` the compose file or not."""

    source: str
    target: str
    is_beside: bool
    path: Path


class Port(NamedTuple):
    """A port of a container that the machine publishes: `published` at `address`; empty is any port, or everywhere."""

    address: str
    published: str
    target: str
    path: Path


class Setting(NamedTuple):
    """A variable of the environment, or a flag of a command. The value is empty when it has none."""

    name: str
    value: str
    path: Path


def interpolated(text: str) -> str:
    """Return a text as Compose reads it where no variable is set; one without a default stays as it is."""
    before = ""
    while before != text and "${" in text:
        before, text = text, VARIABLE.sub(lambda found: "$$" if found["dollar"] else found["default"], text)
    return text.replace("$$", "$")


def volumes(data: Mapping[str, Any]) -> Iterator[Volume]:
    """Yield what a container mounts; volumes without a name are left out: nothing finds them again."""
    for index, one in enumerate(listed(data.get("volumes"))):
        path: Path = ("volumes", index)
        if isinstance(one, str):
            source, _, rest = interpolated(one).partition(":")
            if rest:
                yield Volume(source, rest.split(":")[0], source.startswith("."), path)
        elif isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("source", "target")):
            source = interpolated(one["source"])
            beside = one.get("type") == "bind" and not source.startswith(("/", "~"))
            yield Volume(source, interpolated(one["target"]), beside, path)


def ports(data: Mapping[str, Any]) -> Iterator[Port]:
    """Yield the ports that a container publishes."""
    for index, one in enumerate(listed(data.get("ports"))):
        path: Path = ("ports", index)
        if isinstance(one, str | int) and not isinstance(one, bool):
            before, _, target = interpolated(str(one)).partition("/")[0].rpartition(":")
            address, _, published = before.rpartition(":")
            yield Port(address.strip("[]"), published, target, path)
        elif isinstance(one, dict) and "target" in one:
            address, published = (interpolated(plain(one.get(key))) for key in ("host_ip", "published"))
            yield Port(address.strip("[]"), published, plain(one["target"]), path)


def environment(data: Mapping[str, Any]) -> Iterator[Setting]:
    """Yield the variables that a container is given."""
    given = data.get("environment")
    for key, one in items(given):
        name, _, value = str(one).partition("=") if isinstance(given, list) else (str(key), "", plain(one))
        yield Setting(name, interpolated(value), ("environment", key))


def labels(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels of a container."""
    given = data.get("labels")
    pairs = (
        str(one).partition("=")[::2] if isinstance(given, list) else (str(key), plain(one)) for key, one in items(given)
    )
    return {name: interpolated(value) for name, value in pairs}


def plain(value: Any) -> str:
    """Return a value of YAML as the text that a container gets."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def flags(data: Mapping[str, Any]) -> Iterator[Setting]:
    """Yield the flags of entrypoint and command. `--name=value` and `--name value` are the same."""
    for key in ("entrypoint", "command"):
        words = arguments(data.get(key), (key,))
        for (word, path), (after, _) in pairwise([*words, ("-", ())]):
            name, sign, value = word.partition("=")
            if name.startswith("-"):
                yield Setting(name, value if sign or after.startswith("-") else after, path)


def arguments(data: Any, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the words of a command, a list or a text as a shell reads it, with their places."""
    if isinstance(data, str):
        try:
            yield from ((word, path) for word in shlex.split(interpolated(data)))
        except ValueError:
            return  # a quote that nobody closes: Compose speaks of it
    for index, one in enumerate(listed(data)):
        yield interpolated(plain(one)), (*path, index)


def networks(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the networks that a container is in, each with what is said of it."""
    given = data.get("networks")
    found: Mapping[str, Any] = {name: {} for name in listed(given) if isinstance(name, str)}
    return found or mapping(given) or {"default": {}}


def secrets(data: Mapping[str, Any]) -> list[str]:
    """Return the names of the secrets that a container is given."""
    found = [one.get("source") if isinstance(one, dict) else one for one in listed(data.get("secrets"))]
    return [name for name in found if isinstance(name, str)]


def memory_limit(data: Mapping[str, Any]) -> tuple[str, Path] | None:
    """Return how much memory a container may take, as written, and where."""
    for path in (("mem_limit",), ("deploy", "resources", "limits", "memory")):
        found: Any = data
        for key in path:
            found = mapping(found).get(key)
        if isinstance(found, str | int):
            return interpolated(str(found)), path
    return None
