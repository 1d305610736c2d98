"""A sample of every kind's mutants dies; `make mutants` tries them all and writes docs/mutants.md."""

import pytest
from promql_mutants import mutants_of

from mutants import WANTED, broken, corpus, judge, site_of, subjects
from ongrid_gen.alerts import KINDS
from ongrid_gen.conventions import BURN_KIND
from ongrid_gen.ruletest import Promtool

SAMPLE = 16


def test_every_kind_has_specs_for_its_mutants() -> None:
    assert {kind for kind, _ in corpus()} == {*KINDS, BURN_KIND}


@pytest.mark.engine
@pytest.mark.parametrize("kind", [*KINDS, BURN_KIND])
def test_hardly_a_mutant_survives(kind: str, promtool: Promtool) -> None:
    specs = [(one, path) for one, path in corpus() if one == kind]
    every = sum(len(list(broken(one, kind, ""))) for _, path in specs for one in subjects(site_of(path)))
    score = judge(specs, promtool, share=max(1, every // SAMPLE))[kind]
    assert score.total >= SAMPLE // 2
    assert score.proven >= WANTED, [f"{one.rule}: {one.what} in {one.original}" for one in score.survivors]


@pytest.mark.parametrize(
    ("expr", "broken"),
    [
        ("a > 5", ["a >= 5", "a < 5", "a", "a > 6", "a > 4"]),
        ("a / b", ["a * b", "a", "b"]),
        ("a and b", ["a or b", "a unless b", "a"]),
        ('x{a=~"b|c"}', ['x{a!~"b|c"}', 'x{a=~"b|cx"}', 'x{a=~"c"}', 'x{a=~"b"}', "x{}"]),
        ("x offset 1m", ["x offset 2m", "x offset 30s", "x "]),
        ("rate(x[1m])", ["rate(x[2m])", "rate(x[30s])", "increase(x[1m])", "irate(x[1m])"]),
        (
            "sum by (a, b) (x)",
            ["sum by (b) (x)", "sum by (a) (x)", "sum  (x)", "max by (a, b) (x)", "avg by (a, b) (x)"],
        ),
        ("a - (b > 0)", ["a + (b > 0)", "a", "(b > 0)", "a - (b >= 0)", "a - (b < 0)", "a - (b)", "a - (b > 1)"]),
    ],
)
def test_every_operator_number_label_and_range_is_broken(expr: str, broken: list[str]) -> None:
    assert sorted(mutant.text for mutant in mutants_of(expr)) == sorted(broken)
