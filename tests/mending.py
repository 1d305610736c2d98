"""Doing what a hint says: each rule is a form that hints have, and what a person who obeys it changes in the spec.

A hint that leaves a choice ("…, or …") has an alternative for each. A problem without a hint says in its message what
is required, and that is obeyed.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from ongrid_gen.load import Source, load
from ongrid_gen.normalise import normalise
from ongrid_gen.problems import Path, Problem
from ongrid_gen.yamlio import parse

# What a spec has that does not say it.
DEFAULTS = normalise(load(Source("site.yaml", b"version: 1\nsite: demo\nservices: [{name: a}]\n")))
# One change of a spec's data, in place.
Change = Callable[[Any], None]
TICKED = r"`([^`]+)`"
# What stands in backticks, or in quotes because YAML wants them.
VALUE = re.compile(r'`[^`]+`|"[^"]+"')


def alternatives(data: Any, problem: Problem) -> list[Any]:
    """Return a spec's data after a hint was obeyed, once for each way that it offers.

    Raise LookupError when it has no known form.
    """
    said = problem.hint or problem.message
    for form, changes in RULES:
        match = re.search(form, said)
        if match is not None:
            return [after(data, change) for change in changes(problem, match)]
    raise LookupError(f"no rule for {said!r}")


def after(data: Any, change: Change) -> Any:
    """Return changed data; what was there stays as it is."""
    changed = copy.deepcopy(data)
    change(changed)
    return changed


# Places.


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


def holder(data: Any, path: Path) -> Path:
    """Return the path of the mapping or list that is marked, or that holds what is marked, or will."""
    while path:
        try:
            if isinstance(at(data, path), dict | list):
                break
        except (KeyError, IndexError, TypeError):
            pass
        path = path[:-1]
    return path


def scopes(problem: Problem) -> Iterator[Path]:
    """Yield what a key that a hint names can be a key of: what is marked, or anything around it."""
    for length in range(len(problem.path), -1, -1):
        yield problem.path[:length]


def dotted(text: str) -> Path:
    """Return a key of the spec as it is spelled in words: `metrics.buckets`."""
    return tuple(text.split("."))


# Changes.


def writing(problem: Problem, text: str) -> Change:
    """Write a text in backticks instead of the value, the key, or the part that is marked; a mapping beside it."""

    def change(data: Any) -> None:
        if problem.on_key:
            place = at(data, problem.path[:-1])
            items = [(parse(text) if key == problem.path[-1] else key, value) for key, value in place.items()]
            place.clear()
            place.update(items)
        elif problem.within is not None:
            old, (begin, end) = at(data, problem.path), problem.within
            quote = old[begin] if old[begin] in "\"'" and text[:1] not in ("", old[begin]) else ""
            put(data, problem.path, f"{old[:begin]}{quote}{text}{quote}{old[end:]}")
        elif isinstance(value := parse(text), dict) and value:
            setting(problem, value)(data)
        else:
            put(data, enveloped(data, problem.path), value)

    return change


def enveloped(data: Any, path: Path) -> Path:
    """Return where a condition of an alert stands: there, or in its envelope."""
    beside = (*path[:-1], "conditions_json")
    return (*beside, path[-1]) if path[-1] in (at_or_none(data, beside) or ()) else path


def setting(problem: Problem, value: Any) -> Change:
    """Set keys as a hint spells them, `timeout: 10s` or `prometheus: {retention: 30d}`: where they are, of what is
    marked or around it; else in what is marked."""

    def change(data: Any) -> None:
        for key, one in value.items():
            top = isinstance(one, dict) and key in data
            for path in ((),) if top else scopes(problem):
                place = at_or_none(data, path)
                if isinstance(place, dict) and (top or key in place or path == holder(data, problem.path)):
                    merge(place, key, one)
                    break

    return change


def merge(place: Any, key: str, value: Any) -> None:
    """Set a key; of a mapping only what it says."""
    if isinstance(value, dict) and isinstance(place.get(key), dict):
        place[key].update(value)
    else:
        place[key] = value


def at_or_none(data: Any, path: Path) -> Any:
    """Return what stands at a path, or nothing."""
    try:
        return at(data, path)
    except (KeyError, IndexError, TypeError):
        return None


def adding(values: list[str], path: Path) -> Change:
    """Add values to a list of the spec."""

    def change(data: Any) -> None:
        place = at_or_none(data, path)
        put(data, path, sorted({*(place or []), *map(parse, values)}))

    return change


def removing(path: Path) -> Change:
    """Take out what stands at a path."""

    def change(data: Any) -> None:
        del at(data, path[:-1])[path[-1]]

    return change


def dropping(problem: Problem, key: str) -> Change:
    """Take out a key that is named, of what is marked or beside it."""

    def change(data: Any) -> None:
        if problem.within is not None:
            writing(problem, "")(data)
        else:
            around = [at_or_none(data, path) for path in scopes(problem)]
            del next(place for place in around if isinstance(place, dict) and key in place)[key]

    return change


def scaling(path: Path, factor: float) -> Change:
    """Raise a number or shorten a time, by far."""

    def change(data: Any) -> None:
        value = at_or_none(data, path) or at(DEFAULTS, path)
        if isinstance(value, str):
            put(data, path, re.sub(r"[0-9]+", lambda number: str(int(int(number[0]) * factor)), value))
        else:
            put(data, path, type(value)(value * factor))

    return change


# Forms of hints.

Rule = Callable[[Problem, re.Match[str]], list[Change]]


def written(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Write each text in backticks that the form caught."""
    return [writing(problem, one.strip("`")) for group in match.groups() if group for one in VALUE.findall(group)]


def added(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Add what is named to a list that is named; or write one of the rest."""
    values, path = re.findall(TICKED, match["values"]), dotted(match["list"])
    return [adding(values, path), *(writing(problem, text) for text in re.findall(TICKED, match["rest"]))]


def removed(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Take out what is marked; or choose what is named, or rename it."""
    others = [setting(problem, parse(text)) for text in re.findall(r"choose " + TICKED, match[0])]
    return [removing(problem.path), *others, *(renamed(problem, match) if "rename" in match[0] else [])]


def renamed(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Give what is marked another name, or another port: one, or any."""
    del match

    def change(data: Any) -> None:
        old = at(data, problem.path)
        if problem.on_key:
            place = at(data, problem.path[:-1])
            place[f"{problem.path[-1]}2"] = place.pop(problem.path[-1])
        elif isinstance(old, dict):
            old["name"] = f"{old['name']}2"
        else:
            put(data, problem.path, f"{old}2")

    return [change]


def another_port(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Give another port, or the one that is named."""
    return [writing(problem, "7777"), writing(problem, match["any"])]


def raised(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Raise what is marked, shorten what is named, or send less."""
    shorter = [scaling(dotted(text), 0.01) for text in re.findall("shorten " + TICKED, match[0])]
    less = lambda data: put(data, ("budget", "requests_per_second"), 1)  # noqa: E731
    return [scaling(problem.path, 1000), *shorter, less]


def shortened(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Shorten what is marked, or raise what is named."""
    return [scaling(problem.path, 0.1), scaling(dotted(match["other"]), 10)]


def bounded(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Write a number for a key that is named, `of at most` so much or `of` so much or more; each is a way."""
    found = re.findall(r"an? `(\w+)` of (?:at most |at least )?`?([0-9.]+[a-z0-9]*)`?", match[0])
    other = [setting(problem, parse(text)) for text in re.findall(r"or `(\w+: [^`]+)`", match[0])]
    return [*(sibling(problem, key, parse(value)) for key, value in found), *other]


def sibling(problem: Problem, key: str, value: Any) -> Change:
    """Set a key of what is marked, or beside it, or, if it is none, of what is around it."""

    def change(data: Any) -> None:
        around = [at_or_none(data, (*path, *more)) for path in scopes(problem) for more in ((), ("conditions_json",))]
        having = [place for place in around if isinstance(place, dict) and key in place]
        (having or [at(data, holder(data, problem.path))])[0][key] = value

    return change


def left_out(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Leave a key out; or write what is named, and keep it."""
    return [dropping(problem, match["key"]), setting(problem, parse(match["other"]))]


def longer(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Write what is named, or shorten something else: beside it, or where its whole name says."""

    def shorten(data: Any) -> None:
        path = dotted(match["other"])
        places = [(*scope, *path) for scope in scopes(problem) if at_or_none(data, (*scope, *path)) is not None]
        scaling(places[0], 0.5)(data)

    return [writing(problem, match["text"].strip("`")), shorten]


def together(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Write all of some keys, as they are spelled."""
    keys = {key: value for text in re.findall(TICKED, match[0]) for key, value in parse(text).items()}
    return [setting(problem, keys)]


def expected_less(problem: Problem, match: re.Match[str]) -> list[Change]:
    """Leave out the drill whose expectation cannot be met."""
    del match
    return [removing(problem.path[:2])]


RULES: tuple[tuple[str, Rule], ...] = (
    (r"^did you mean (`[^`]+`|\"[^\"]+\")\?", written),
    (r"^there are: (`[^`]+`)", written),
    (r"^add (`[\w]+: [^`]+`) to `(?P<to>[\w.]+)`",
     lambda problem, match: [lambda data: at(data, dotted(match["to"])).update(parse(match[1].strip("`")))]),
    (r"^add (?P<values>`[^`]+`(?: and `[^`]+`)*) to `(?P<list>[\w.]+)`(?P<rest>.*)", added),
    (r"^add `(\w+: .+)`$", lambda problem, match: [setting(problem, parse(match[1]))]),
    (r"^remove `(?P<key>\w+)`", lambda problem, match: [dropping(problem, match["key"])]),
    (r"^write (\"[^\"]+\")", written),
    (r"^leave `(?P<key>\w+)` out, or write `(?P<other>[^`]+)`", left_out),
    (r"^remove the entry", lambda problem, match: [removing(problem.path[:-1])]),
    (r"^(?:remove it|leave it out|take it out|keep one of the two|remove one of the two).*", removed),
    (r"^(?:choose another name|give one of the two another name|rename)", renamed),
    (r"^give one of the two another port, or (?P<any>\d+) for any", another_port),
    (r"^raise it.* send less", raised),
    (r"^shorten it, or raise `(?P<other>[\w.]+)`", shortened),
    (r"^(?:for a whole day )?write (?:`[^`]+: [^`]+`) and (?:`[^`]+: [^`]+`)", together),
    (r"^write an? `\w+` of .*", bounded),
    (r"^write (?P<text>`[^`]+`)(?: or more)?, or a shorter `(?P<other>[\w.]+)`", longer),
    (r"^write (`[^`]+`) or more, or (`[^`]+`) to", written),
    (r"^write (`[^`]+`)(?! with)(?:, or (`[^`]+`))?", written),
    (r"^write it with a unit, such as (`[^`]+`)", written),
    (r"^write matchers such as (`[^`]+`)", written),
    (r"^put it into a file .*write (`[^`]+`) here", lambda problem, match: [in_file(problem, match)]),
    (r"^keep one, with the other among its `aliases`", lambda problem, match: [as_alias(problem)]),
    (r"^change what is sent, or what is expected", expected_less),
    (r"must be one of (.*), not", written),
    (r"such as (.*), not", written),
    (r"^write at most (\d+)", lambda problem, match: [writing(problem, match[1])]),
    (r"^move it into `(?P<where>\w+)`", lambda problem, match: [moved(problem, match["where"])]),
    (r"^add `\w+`, which is one of (`[^`]+`)", written),
    (r"^add `\w+` with the value (\w+)", lambda problem, match: [writing(problem, match[1])]),
    (r"must be greater than (\d+)", lambda problem, match: [writing(problem, str(int(match[1]) + 1))]),
    (r"must be (\d+) or less", lambda problem, match: [writing(problem, match[1])]),
    (r"must not be empty", lambda problem, match: [writing(problem, "something")]),
)  # fmt: skip


def as_alias(problem: Problem) -> Change:
    """Keep the service that a problem is related to, with the name of the one that is marked among its aliases."""

    def change(data: Any) -> None:
        other = at(data, problem.related[0][:2])
        name = at(data, problem.path)
        removing(problem.path[:2])(data)
        other.setdefault("aliases", []).append(name)

    return change


def moved(problem: Problem, where: str) -> Change:
    """Move a key into a mapping beside it."""

    def change(data: Any) -> None:
        place = at(data, problem.path[:-1])
        place[where][problem.path[-1]] = place.pop(problem.path[-1])

    return change


def in_file(problem: Problem, match: re.Match[str]) -> Change:
    """Write the key of a file instead of the key of the secret."""
    key, value = match[1].strip("`").split(": ")

    def change(data: Any) -> None:
        place = at(data, holder(data, problem.path))
        place.pop(problem.path[-1], None)
        place[key] = value

    return change
