"""What alerts hang on: from the programs that make series over recordings to the alerts, and who hears of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ongrid_gen.bundle.routes import Alert
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.graph import series
from ongrid_gen.graph.model import Edge, Graph, Link, joined
from ongrid_gen.graph.receivers import hearing, receiver_id
from ongrid_gen.graph.rules import Rule, Rules
from ongrid_gen.graph.series import Read
from ongrid_gen.graph.sources import NOBODY, Source, Sources
from ongrid_gen.graph.units import Key, Unit, alike, by_key, of_kind, place, recording_id, recordings, several, single
from ongrid_gen.promql import Selector

# More groups than this are drawn by their kind alone: nobody looks for one of a thousand boxes.
MOST_GROUPS: Final = 100
# Of one source, more metrics than this that a box reads are one box.
MOST_METRICS: Final = 2


@dataclass(frozen=True)
class Chains:
    """The chains of some alerts of a bundle. `whole` draws each rule for itself and every label of its series."""

    wiring: Wiring
    alerts: Sequence[Alert]
    whole: bool = False

    @property
    def graph(self) -> Graph:
        """Return the picture."""
        parts = [part for unit in self._units() for part in (self._fed(unit), self._told(unit))]
        found = joined(parts, self.wiring.bundle.name)
        drawn = {node.id for node in found.nodes}
        runs = tuple(edge for edge in self._sources.runs if edge.end in drawn)
        return joined([found, Graph("", (), runs)], found.name)

    @cached_property
    def _rules(self) -> Rules:
        return Rules(self.wiring)

    @cached_property
    def _sources(self) -> Sources:
        return Sources(self.wiring)

    def _units(self) -> list[Unit]:
        """Return the boxes of rules: of the alerts, and of every recording that they hang on."""
        alerts = list(self._alerts())
        found: dict[str, list[Rule]] = {}
        for rule in self._below([rule for unit in alerts for rule in unit.rules]):
            found.setdefault(recording_id(rule, whole=self.whole), []).append(rule)
        return [*(recordings(group, whole=self.whole) for group in found.values()), *alerts]

    def _alerts(self) -> Iterator[Unit]:
        for key, alerts in self._grouped().items():
            rules = [self._rules.of(alert) for alert in alerts]
            if len(alerts) == 1:
                yield single(alerts[0], rules[0], f"alert:{place(alerts[0].path)}")
            else:
                yield several(alerts, rules, key)

    def _grouped(self) -> dict[Key, list[Alert]]:
        if self.whole:
            return by_key(self.alerts, lambda alert: (place(alert.path),))
        found = by_key(self.alerts, alike)
        return found if len(found) <= MOST_GROUPS else by_key(self.alerts, of_kind)

    def _below(self, rules: list[Rule]) -> list[Rule]:
        """Return the recordings that rules hang on, directly or over others, in the order of their files."""
        found: set[int] = set()
        while rules:
            rules = [one for rule in rules for selector in rule.reads for one in self._rules.making(selector)
                     if id(one) not in found]  # fmt: skip
            found |= {id(one) for one in rules}
        return [rule for rule in self._rules.by_path.values() if id(rule) in found]

    def _told(self, unit: Unit) -> Graph:
        names = dict.fromkeys(name for alert in unit.alerts for name in sorted(hearing(alert, self.wiring)))
        return Graph("", (unit.node,), tuple(Edge(unit.node.id, receiver_id(one), Link.REACHES) for one in names))

    def _fed(self, unit: Unit) -> Graph:
        """Return the recordings and the series that a box of rules reads, and where those come from."""
        read = [Read(one, rule.written) for rule in unit.rules if rule.written is not None for one in rule.reads]
        made = {one: self._rules.making(one.selector) for one in read}
        names = dict.fromkeys(recording_id(rule, whole=self.whole) for rules in made.values() for rule in rules)
        edges = [Edge(name, unit.node.id, Link.FEEDS) for name in names if name != unit.node.id]
        parts = [self._series(box, unit) for box in self._boxes([one for one, rules in made.items() if not rules])]
        return joined([*parts, Graph("", (), tuple(edges))], "")

    def _boxes(self, read: list[Read]) -> list[list[Read]]:
        most = len(read) if self.whole else MOST_METRICS
        return series.bundled(read, lambda one: [source.node.id for source in self._origins(one)], most)

    def _series(self, box: list[Read], unit: Unit) -> Graph:
        """Return one box of series between its sources and what reads it."""
        origins = self._origins(box[0].selector)
        node = series.node(box, [one.node.id for one in origins], whole=self.whole)
        edges = [self._sources.edge(one, node.id, box) for one in origins]
        nodes = [one.node for one in origins]
        if not origins and box[0].selector.metric is not None:
            nodes.append(NOBODY)
            edges.append(Edge(NOBODY.id, node.id, Link.MAKES, "", "nothing exposes it"))
        return Graph("", (*nodes, node), (*edges, Edge(node.id, unit.node.id, Link.FEEDS)))

    def _origins(self, selector: Selector) -> list[Source]:
        """Return the sources of what a selector means, each box once."""
        return list({one.node.id: one for one in self._sources.of(selector)}.values())
