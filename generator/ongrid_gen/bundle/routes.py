"""Who hears of an alert in a bundle: Alertmanager's tree of routes, and the labels of the rules that go through it.

A label that a template fills is known only when an alert fires: it may be anything.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.plain import dig, fits, items, mapping, unescaped
from ongrid_gen.problems import Path

MATCHER: Final = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*(?:"((?:\\.|[^"\\])*)"|([^"]*?))\s*')
Labels = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label, and where it stands."""

    label: str
    sign: str
    value: str
    path: Path

    @property
    def is_positive(self) -> bool:
        """Tell whether it asks for something, rather than rules it out."""
        return self.sign in ("=", "=~") and self.value != ""

    @property
    def is_sound(self) -> bool:
        """Tell whether its regular expression is one."""
        return self.sign in ("=", "!=") or fits(self.value, "") is not None

    def fits(self, value: str) -> bool:
        """Tell whether a value of the label is meant."""
        if self.sign in ("=", "!="):
            return (value == self.value) == (self.sign == "=")
        found = fits(self.value, value)
        return found is None or found == (self.sign == "=~")

    def may_fit(self, labels: Labels) -> bool:
        """Tell whether an alert with these labels can be meant. One that it lacks may come with its series."""
        value = labels.get(self.label, None if self.is_positive else "")
        return value is None or self.fits(value)


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that alerts: its labels with its name, and where it stands."""

    name: str
    labels: Labels
    path: Path


def alerts(bundle: Bundle, external: Mapping[str, Any]) -> Iterator[Alert]:
    """Yield the rules that alert, with the labels that Prometheus adds to what it sends."""
    added = {label: unescaped(value) for label, value in external.items()}
    for rule, path in bundle.rules:
        if isinstance(dig(rule, "alert"), str):
            own = {
                label: None if "{{" in str(value) else str(value)
                for label, value in mapping(rule.get("labels")).items()
            }
            yield Alert(rule["alert"], {**added, **own, "alertname": rule["alert"]}, path)


def matchers(data: Any, path: Path) -> list[Matcher]:
    """Return the matchers of a list; what is none of the usual form is left to amtool."""
    found = []
    for index, text in items(data):
        part = MATCHER.fullmatch(str(text))
        if part is not None:
            value = part[4] if part[3] is None else re.sub(r"\\(.)", r"\1", part[3])
            found.append(Matcher(part[1], part[2], value, (*path, index)))
    return found


def routes(route: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    """Yield a route and all below it."""
    yield route, path
    for index, child in items(dig(route, "routes")):
        yield from routes(child, (*path, "routes", index))


def heard_by(route: Any, labels: Labels, receiver: str = "") -> set[str]:
    """Return the receivers to which an alert can go from a route that takes it."""
    own = str(dig(route, "receiver") or receiver)
    found: set[str] = set()
    for _, child in items(dig(route, "routes")):
        conditions = matchers(dig(child, "matchers"), ())
        if all(one.may_fit(labels) for one in conditions):
            found |= heard_by(child, labels, own)
            surely = all(labels.get(one.label) is not None or not one.is_positive for one in conditions)
            if surely and not dig(child, "continue"):
                return found
    return found | {own}
