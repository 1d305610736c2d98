"""Doing what a hint says: each rule is a form that hints have, and what a person who obeys it changes in the spec."""

import copy
import re
from collections.abc import Callable
from typing import Any

from ongrid_gen.problems import Path, Problem
from ongrid_gen.yamlio import parse

Change = Callable[[Any, Problem, re.Match[str]], None]


def mended(data: Any, problem: Problem) -> Any:
    """Return a spec's data after one hint was obeyed. LookupError when the hint has no known form."""
    for form, change in RULES:
        match = re.search(form, problem.hint)
        if match is not None:
            changed = copy.deepcopy(data)
            change(changed, problem, match)
            return changed
    raise LookupError(f"no rule for {problem.hint!r}")


def at(data: Any, path: Path) -> Any:
    """Return what stands at a path."""
    for step in path:
        data = data[step]
    return data


def put(data: Any, path: Path, value: Any) -> None:
    """Set what stands at a path; mappings on the way are made."""
    for step in path[:-1]:
        data = data.setdefault(step, {}) if isinstance(data, dict) else data[step]
    data[path[-1]] = value


def write(data: Any, problem: Problem, match: re.Match[str]) -> None:
    """Write the first text in backticks instead of the value, the key, or the part that is marked."""
    value = parse(match[1])
    if problem.on_key:
        place = at(data, problem.path[:-1])
        place[value] = place.pop(problem.path[-1])
    elif problem.within is not None:
        old, (begin, end) = at(data, problem.path), problem.within
        put(data, problem.path, old[:begin] + match[1] + old[end:])
    elif isinstance(value, dict):
        at(data, problem.path[:-1]).update(value)
    else:
        put(data, problem.path, value)


def add(data: Any, problem: Problem, match: re.Match[str]) -> None:
    """Add an entry to the mapping or list that is marked, or that holds what is marked."""
    value, path = parse(match[1]), problem.path
    while path and not isinstance(at_or_none(data, path), dict | list):
        path = path[:-1]
    place = at(data, path)
    if isinstance(place, list):
        place.append(value)
    else:
        place.update(value)


def at_or_none(data: Any, path: Path) -> Any:
    """Return what stands at a path, or nothing."""
    try:
        return at(data, path)
    except (KeyError, IndexError, TypeError):
        return None


def remove(data: Any, problem: Problem, match: re.Match[str]) -> None:
    """Take out what is marked, or the key that the hint names beside it."""
    named = match.groupdict().get("key")
    path = (*problem.path[:-1], named) if named else problem.path
    del at(data, path[:-1])[path[-1]]


def rename(data: Any, problem: Problem, match: re.Match[str]) -> None:
    """Give what is marked another name."""
    del match
    put(data, problem.path, f"{at(data, problem.path)}2")


def shorten(data: Any, problem: Problem, match: re.Match[str]) -> None:
    """Leave the half of a text, or a tenth of a time."""
    del match
    put(data, problem.path, at(data, problem.path)[:20])


RULES: tuple[tuple[str, Change], ...] = (
    (r"^did you mean `([^`]+)`\?", write),
    (r"^write [`]([^`]+)`", write),
    (r"^add `([^`]+)`", add),
    (r"^(?:remove it|remove the entry|leave it out|take it out|keep one of the two)", remove),
    (r"^(?:choose another name|give one of the two another name|rename)", rename),
    (r"^there are: `([^`]+)`", write),
    (r"^shorten it$", shorten),
)
