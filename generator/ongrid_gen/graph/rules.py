"""The rules of a bundle with what each reads, and which recording makes a series that a rule asks for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import Alert
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path
from ongrid_gen.promql import Selector, Written, selectors

Pins = Mapping[str, frozenset[str]]


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule of a file: where it stands, what it says, and its expression, None when that cannot be read."""

    path: Path
    data: Any
    written: Written | None

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return str(self.path[0])

    @property
    def name(self) -> str:
        """The name of the alert or of the series."""
        return str(self.data.get("alert", self.data.get("record")))

    @cached_property
    def reads(self) -> tuple[Selector, ...]:
        """What it selects, each once."""
        return () if self.written is None else tuple(dict.fromkeys(selectors(self.written.tree)))

    @cached_property
    def pins(self) -> Pins:
        """The values that labels of the recorded series can have: of the rule's own, or as its expression asks.

        A label that neither names may have any value.
        """
        found: dict[str, set[str]] = {}
        for one in self.reads:
            for label, sign, value in one.matchers:
                if sign == "=":
                    found.setdefault(label, set()).add(value)
        own = {str(label): {str(value)} for label, value in items(dig(self.data, "labels"))}
        return {label: frozenset(values) for label, values in {**found, **own}.items()}


@dataclass(frozen=True)
class Rules:
    """Every rule of a bundle."""

    wiring: Wiring

    @cached_property
    def by_path(self) -> dict[Path, Rule]:
        """The rules by their place."""
        read = {query.path[:-1]: written for query, written in self.wiring.sound_queries}
        return {path: Rule(path, data, read.get(path)) for data, path in self.wiring.bundle.rules
                if isinstance(dig(data, "alert"), str) or isinstance(dig(data, "record"), str)}  # fmt: skip

    @cached_property
    def _recordings(self) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self.by_path.values():
            if isinstance(dig(rule.data, "record"), str):
                found.setdefault(rule.name, []).append(rule)
        return found

    @cached_property
    def _by_value(self) -> dict[tuple[str, str], dict[str, list[Rule]]]:
        return {}

    def of(self, alert: Alert) -> Rule:
        """Return the rule of an alert."""
        return self.by_path[alert.path]

    def making(self, selector: Selector) -> list[Rule]:
        """Return the recordings whose series a selector can mean."""
        name = selector.metric or ""
        found: Iterable[Rule] = self._recordings.get(name, ())
        wanted = [(label, value) for label, sign, value in selector.matchers if sign == "="]
        if found and wanted:
            found = self._pinned(name, *wanted[0])
        return [rule for rule in found if all(value in rule.pins.get(label, {value}) for label, value in wanted)]

    def _pinned(self, name: str, label: str, value: str) -> Iterator[Rule]:
        """Yield the recordings of a name that pin a label to a value, or not at all: a site has thousands."""
        if (name, label) not in self._by_value:
            index = self._by_value.setdefault((name, label), {})
            for rule in self._recordings[name]:
                for one in rule.pins.get(label, {""}):
                    index.setdefault(one, []).append(rule)
        index = self._by_value[name, label]
        yield from dict.fromkeys((*index.get(value, ()), *index.get("", ())))
