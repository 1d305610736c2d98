"""A sample of every kind's mutants dies; `make mutants` tries them all and writes docs/mutants.md."""

import json
import re
from pathlib import Path

import pytest
from equals import told_apart
from promql_mutants import mutants_of

from mutants import broken, corpus, judge, site_of, subjects, told
from ongrid_gen.alerts import KINDS
from ongrid_gen.conventions import BURN_KIND
from ongrid_gen.ruletest import Promtool, run_files
from support import site_of as site_of_text

SAMPLE = 16
SEEDS = (1, 2, 3)


def test_every_kind_has_specs_for_its_mutants() -> None:
    assert {kind for kind, _ in corpus()} == {*KINDS, BURN_KIND}


@pytest.mark.engine
@pytest.mark.parametrize("kind", [*KINDS, BURN_KIND])
def test_hardly_a_mutant_survives(kind: str, promtool: Promtool) -> None:
    specs = [(one, path) for one, path in corpus() if one == kind]
    every = sum(len(list(broken(one, kind, ""))) for _, path in specs for one in subjects(site_of(path)))
    score = judge(specs, promtool, share=max(1, every // SAMPLE))[kind]
    assert score.total >= SAMPLE // 2
    alive = [f"{one.rule}: {one.what} in {one.original}" for one in score.survivors if not one.excuse]
    assert len(alive) <= 1, alive  # one of so few is less than 95 %, and no proof of it


def differences(folder: Path, test: dict[str, object], rules: object, promtool: Promtool) -> set[str]:
    """Return the names of the pairs that some moment of the random traffic tells apart."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(json.dumps(rules))
    (folder / "equals.test.yaml").write_text(json.dumps(test))
    cases = run_files(folder, ["equals.test.yaml"], promtool)
    assert [case.name for case in cases] == ["random traffic"]
    return set(re.findall(r" # (\w+)\", time", cases[0].message))


@pytest.mark.engine
@pytest.mark.parametrize(("kind", "spec"), [pytest.param(*one, id=f"{one[0]}/{one[1].stem}") for one in corpus()])
def test_random_traffic_tells_no_excused_mutant_from_its_rule(
    kind: str | None, spec: Path, promtool: Promtool, tmp_path: Path
) -> None:
    site = site_of(spec)
    for place, one in enumerate(subjects(site)):
        excused = [mutant for mutant in broken(one, kind, "") if mutant.excuse]
        pairs = {str(number): (mutant.before, mutant.after) for number, mutant in enumerate(excused)}
        for seed in SEEDS if pairs else ():
            test = told_apart(site, pairs, seed)
            found = differences(tmp_path / f"{place}-{seed}", test, one.rules, promtool)
            assert not [f"{excused[int(number)].rule}: {told(excused[int(number)])}" for number in found]


@pytest.mark.engine
def test_random_traffic_tells_what_differs(promtool: Promtool, tmp_path: Path) -> None:
    site = site_of_text("version: 1\nsite: demo\nservices: [{name: a, operations: [GET /]}, {name: b}]\n")
    rate = 'sum by (service_name) (rate(traces_spanmetrics_calls_total{service_name="a"}[5m]))'
    failed = rate.replace('"a"', '"a",status_code="STATUS_CODE_ERROR"')
    other = rate.replace('"a"', '"b"')
    pairs = {
        "share": (f"{failed} / {rate} > 0.5", f"{failed} / {rate} > 0.2"),
        "matcher": (f"{rate} > 0", f"{other} > 0"),
        "guard": (f"{rate} > 0.05", f"{rate} > 0"),
    }
    tests = {seed: told_apart(site, pairs, seed) for seed in SEEDS}
    found = [differences(tmp_path / str(seed), test, {"groups": []}, promtool) for seed, test in tests.items()]
    assert set().union(*found) == set(pairs)


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
