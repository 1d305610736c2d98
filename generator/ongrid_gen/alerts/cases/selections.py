"""The generated tests of an expression of the user's own, as far as its tree says for certain what must happen."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.cases.gauges import COMPARE, NO, Floats, Subject, Verdict, exact
from ongrid_gen.alerts.conditions import number
from ongrid_gen.model import Alert, Site
from ongrid_gen.promql import Selector, kept_labels, read, selector_of, sort_of, top
from ongrid_gen.rules import RuleTest

FED: Final = frozenset({"sum", "avg", "min", "max"})
AGAINST: Final = {">": ("<=", 1), ">=": ("<", 1), "<": (">=", -1), "<=": (">", -1)}


def always(subject: Subject, value: float, labels: Mapping[str, str]) -> Iterator[RuleTest]:
    """Yield the case of an expression that fires when there are no series."""
    verdict = Verdict(True, value)
    firing = replace(subject, by=tuple(labels), judge=lambda _, __: verdict)
    expected = subject.expected(verdict, labels)
    found = replace(firing, expected=lambda _, __: expected)
    yield from found.case("fires without series", {})


def labels_of_absent(tree: Any) -> dict[str, str]:
    """Return the labels that `absent` makes up: those of its equality matchers."""
    node = top(tree)
    selector = selector_of(node.args[0]) if sort_of(node) == "Call" and node.args else None
    if selector is None:
        return {}
    names = [label for label, _, _ in selector.matchers]
    return {label: value for label, sign, value in selector.matchers if sign == "=" and names.count(label) == 1}


def tests(alert: Alert, site: Site, subject: Subject) -> Iterator[RuleTest]:
    """Yield both sides of the threshold, when one plain selector is compared with a number."""
    del site
    node = top(read(str(alert.params["expr"])).tree)
    if sort_of(node) != "BinaryExpr" or str(node.op) not in AGAINST or sort_of(top(node.rhs)) != "NumberLiteral":
        return
    selector, aggregated = fed(node.lhs)
    if selector is None or selector.metric is None or any(sign != "=" for _, sign, _ in selector.matchers):
        return
    limit = number(str(top(node.rhs).val))
    if exact(limit) != limit:
        return
    yield from sides(subject, selector, str(node.op), limit, kept_labels(node.lhs) if aggregated else None)


def fed(node: Any) -> tuple[Selector | None, bool]:
    """Return the selector whose one series is the value of an expression, and whether it is aggregated."""
    node = top(node)
    if sort_of(node) == "AggregateExpr" and str(node.op) in FED and kept_labels(node) is not None:
        return fed(node.expr)[0], True
    plain = sort_of(node) == "VectorSelector" and node.offset is None and node.at is None
    return (selector_of(node) if plain else None), False


def sides(
    subject: Subject, selector: Selector, sign: str, limit: Decimal, kept: frozenset[str] | None
) -> Iterator[RuleTest]:
    """Yield the cases of one series beyond the threshold, at it, and on its other side."""
    own = {label: value for label, _, value in selector.matchers}
    labels = {**{label: f"{label}-1" for label in kept or ()}, **own}
    shift = Decimal(10) ** (limit.adjusted() - 3) if limit else Decimal(1)
    shown = labels if kept is None else {label: labels[label] for label in labels if label in kept}
    name = str(selector.metric)

    def judge(tape: Mapping[str, Floats], at: int) -> Verdict:
        samples = tape.get(name, [])
        value = samples[at] if 0 <= at < len(samples) else None
        holds = value is not None and COMPARE[sign](value, float(limit))
        return Verdict(True, value or 0.0) if holds else NO

    one = Series(
        subject.alert, subject.beat, tuple(labels), judge, lambda verdict, _: subject.expected(verdict, shown), labels
    )
    long = subject.beat.held + 4
    after = subject.beat.kept + 4
    for words, value in (
        ("beyond", limit + AGAINST[sign][1] * shift),
        ("exactly at", limit),
        ("short of", limit - AGAINST[sign][1] * shift),
    ):
        yield from one.case(f"a series {words} the threshold", {name: [exact(value)] * long + [None] * after})
    beyond = exact(limit + AGAINST[sign][1] * shift)
    for label, mine in own.items():
        strange = {**labels, label: f"{mine}-2"}
        other = Series(subject.alert, subject.beat, tuple(strange), lambda _, __: NO, subject.expected, strange)
        yield from other.case(f"is quiet about another {label}", {name: [beyond] * long})


class Series(Subject):
    """A subject whose one series has labels of its own."""

    own: Mapping[str, str]

    def __init__(self, *rest: Any) -> None:
        super().__init__(*rest[:-1])
        object.__setattr__(self, "own", rest[-1])

    def labels(self, thing: int) -> dict[str, str]:
        """Return the labels of the series."""
        del thing
        return dict(self.own)
