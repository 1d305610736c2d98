"""What Prometheus evaluates: alerting and recording rules, in groups, in files, and the unit tests beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ongrid_gen.problems import Path


@dataclass(frozen=True, slots=True)
class Rule:
    """One alerting rule. `path` is where in the spec it comes from; empty, it is the stack's own. Times are seconds."""

    path: Path
    name: str
    expr: str
    for_: Decimal
    keep_firing_for: Decimal
    labels: Mapping[str, str] = field(hash=False)
    annotations: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One recording rule; `name` is the series it makes, `level:metric:operation`."""

    path: Path
    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other. None as a time means that of the site (`alerting`), in seconds."""

    name: str
    rules: tuple[Rule | Record, ...]
    interval: Decimal | None = None
    query_offset: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One case of promtool's unit tests: `body` is its mapping, `name` says what it proves.

    `interval` is between evaluations, in seconds; None is that of the site.
    """

    name: str
    body: Mapping[str, Any] = field(hash=False)
    interval: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TestFile:
    """Unit tests that share an evaluation interval, in seconds (promtool ignores that of a group).

    `suffix` tells a second file of the same rules from the first.
    """

    __test__ = False  # not a test of pytest's

    tests: tuple[RuleTest, ...]
    interval: Decimal
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file below `prometheus/rules`, and its tests below `prometheus/tests`: made when asked for, as most of the
    work is in them."""

    name: str
    groups: tuple[Group, ...]
    prove: Callable[[], tuple[TestFile, ...]] = field(default=tuple, compare=False)

    @property
    def tests(self) -> tuple[TestFile, ...]:
        """Its unit tests."""
        return self.prove()

    @property
    def rules(self) -> tuple[Rule | Record, ...]:
        """Every rule of the file, in order."""
        return tuple(rule for group in self.groups for rule in group.rules)
