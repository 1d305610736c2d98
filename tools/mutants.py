"""Mutation testing of the generated rule tests: break every rule in every small way, and see a test fail.

    python tools/mutants.py SPEC... [--rules PATTERN] [--list]   show the mutants of these specs that survive
    python tools/mutants.py --write                              every spec below tests/mutants; docs/mutants.md

A mutant is one change of one rule: of its expression (`promql_mutants`), its `for`, its `keep_firing_for`, or a label
of a recording. It is killed when a test rendered beside the rule fails. What promtool cannot
read is no mutant. Exit 1 when fewer than 95 % of a kind's mutants are killed, without those that `excuses` tells.
"""

import argparse
import copy
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from excuses import excuse_of
from promql_mutants import Mutant, mutants_of

from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.load import Source, load
from ongrid_gen.model import Site
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Report
from ongrid_gen.rulefiles import rule_files, rules_data, tests_data
from ongrid_gen.rules import RuleFile
from ongrid_gen.ruletest import PROCESSES, Promtool, find_promtool, run_batch
from ongrid_gen.units import format_duration, parse_duration

ROOT: Final = Path(__file__).resolve().parent.parent
SPECS: Final = ROOT / "tests" / "mutants"
PAGE: Final = ROOT / "docs" / "mutants.md"
WANTED: Final = Decimal(95)
BATCH: Final = 12
AROUND: Final = 40  # characters on either side of what was replaced
FIRST: Final = 5  # how many tests a mutant meets first: those that killed most so far
REFUSED: Final = ("parse error", "could not parse", "unknown escape")
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule file with one change. `rule` is the rule's name, `before` and `after` its expression."""

    kind: str
    rule: str
    what: str
    original: str
    fragment: str
    data: Data = field(repr=False)
    marked: str = field(default="", repr=False)
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)

    @property
    def excuse(self) -> str:
        """Why no data can tell it from the rule; empty when nobody has shown that."""
        return excuse_of(self.kind, self.what, self.marked)


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule file as rendered, and its test files: interval and the tests, as JSON, by name."""

    name: str
    rules: Data
    tests: tuple[tuple[str, dict[str, str]], ...]


@dataclass(slots=True)
class Score:
    """What came of a kind's mutants."""

    killed: int = 0
    survivors: list[Broken] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there were."""
        return self.killed + len(self.survivors)

    @property
    def excused(self) -> int:
        """How many survivors are the same rule in other words."""
        return sum(bool(one.excuse) for one in self.survivors)

    @property
    def percent(self) -> Decimal:
        """How many of all were killed, in per cent."""
        return percent(self.killed, self.total)

    @property
    def proven(self) -> Decimal:
        """How many of those that some data can tell from the rule were killed, in per cent."""
        return percent(self.killed, self.total - self.excused)


def percent(part: int, whole: int) -> Decimal:
    """Return a share in per cent, rounded down: 95.0 is 95 or more."""
    return Decimal(1000 * part // whole) / 10 if whole else Decimal(100)


def site_of(path: Path) -> Site:
    """Return the site of a spec file. Rejected when it has a problem."""
    return read_site(load(Source(str(path), path.read_bytes())), Report())


def subjects(site: Site) -> Iterator[Subject]:
    """Yield the rule files of a site."""
    for file in rule_files(site):
        yield subject(file, site)


def subject(file: RuleFile, site: Site) -> Subject:
    """Return one rule file with its tests."""
    tests = []
    for one in file.tests:
        data = tests_data(file, one)
        named = {test["name"]: json.dumps(test, ensure_ascii=False) for test in data["tests"]}
        if len(named) != len(data["tests"]):
            raise ValueError(f"two tests of {file.name} share a name")
        tests.append((data["evaluation_interval"], named))
    return Subject(file.name, rules_data(file, site), tuple(tests))


def broken(subject: Subject, only_kind: str | None, pattern: str) -> Iterator[Broken]:
    """Yield every mutant of the rules of a file."""
    for place, group in enumerate(subject.rules["groups"]):
        kinds = {rule["labels"].get("kind", "") for rule in group["rules"] if "alert" in rule}
        if only_kind is not None and only_kind not in kinds:
            continue
        for number, rule in enumerate(group["rules"]):
            name = rule.get("alert") or rule["record"]
            kind = only_kind or rule.get("labels", {}).get("kind") or next(iter(sorted(kinds)), "records")
            if pattern.lower() not in name.lower():
                continue
            for what, old, new, marked, changed in changes(rule, group):
                data = copy.deepcopy(subject.rules)
                data["groups"][place]["rules"][number] = changed
                yield Broken(
                    kind,
                    name,
                    what,
                    old,
                    new,
                    data,
                    marked,
                    rule["expr"],
                    changed["expr"],
                )


Change = tuple[str, str, str, str, Data]


def changes(rule: Data, group: Data) -> Iterator[Change]:
    """Yield every changed rule: what was done, the original fragment, the new one, the expression with a mark."""
    for mutant in mutants_of(rule["expr"]):
        marked = around(rule["expr"], mutant, len(rule["expr"]))
        yield mutant.what, around(rule["expr"], mutant), mutant.fragment, marked, {**rule, "expr": mutant.text}
    interval = parse_duration(group["interval"])
    for key in ("for", "keep_firing_for"):
        if key in rule:
            was = parse_duration(rule[key])
            for other in sorted({Decimal(0), was - interval, was + interval}):
                if other >= 0:
                    new = format_duration(other) if other else "0s"
                    yield f"{key} is {new}", f"{key}: {rule[key]}", f"{key}: {new}", "", {**rule, key: new}
    if "record" in rule:
        for label in rule.get("labels", {}):
            rest = {key: value for key, value in rule["labels"].items() if key != label}
            yield f"label {label} is gone", label, "", "", {**rule, "labels": rest}


def around(expr: str, mutant: Mutant, sides: int = AROUND) -> str:
    """Return what was replaced, marked, and so many characters on both sides."""
    end = mutant.at + len(mutant.original)
    return f"{expr[max(0, mutant.at - sides) : mutant.at]}⟨{mutant.original}⟩{expr[end : end + sides]}"


class Killer:
    """Runs the tests of one rule file against mutants; those that killed most so far go first."""

    def __init__(self, subject: Subject, promtool: Promtool, folder: Path) -> None:
        self.subject = subject
        self.promtool = promtool
        self.folder = folder
        self.kills: Counter[str] = Counter()
        self.runs = 0

    def fates(self, mutants: Sequence[Broken]) -> list[tuple[Broken, bool | None]]:
        """Return each mutant and whether a test kills it; without those that promtool cannot read."""
        found = []
        for start in range(0, len(mutants), BATCH):
            batch = mutants[start : start + BATCH]
            fates: dict[int, bool | None] = dict.fromkeys(range(len(batch)), False)
            for chosen in self.rounds():
                left = [place for place, fate in fates.items() if fate is False]
                if left:
                    told = self.run([batch[place].data for place in left], chosen)
                    fates |= dict(zip(left, told, strict=True))
            found += [(batch[place], fate) for place, fate in fates.items() if fate is not None]
        return found

    def rounds(self) -> list[list[tuple[int, str]]]:
        """Return the tests in the order in which a mutant meets them: the number of their file, their name."""
        every = [(number, name) for number, (_, named) in enumerate(self.subject.tests) for name in named]
        every.sort(key=lambda one: -self.kills[one[1]])
        return [part for part in (every[:FIRST], every[FIRST : 3 * FIRST], every[3 * FIRST :]) if part]

    def run(self, rules: Sequence[Data], chosen: Sequence[tuple[int, str]]) -> list[bool | None]:
        """Tell for each rule file whether one of these tests fails; None when promtool cannot read it."""
        self.runs += 1
        folder = self.folder / str(self.runs)
        files = [file for place, data in enumerate(rules)
                 for file in write(folder / str(place), self.subject, data, chosen)]  # fmt: skip
        found: list[bool | None] = [False] * len(rules)
        relative = [str(file.relative_to(folder)) for file in files]
        for case in run_batch(folder, relative, folder / "reports", self.promtool):
            if not case.passed:
                unreadable = any(text in case.message for text in REFUSED)
                found[int(case.file.split("/")[0])] = None if unreadable else True
                self.kills[case.name] += not unreadable
        return found

    def sound(self) -> None:
        """Raise unless the unbroken rules pass their tests: only then is a mutant killed by what it broke."""
        if any(fate is not False for chosen in self.rounds() for fate in self.run([self.subject.rules], chosen)):
            raise ValueError(f"the tests of {self.subject.name} fail on the unbroken rules: run `ongrid-gen test`")


def write(folder: Path, subject: Subject, rules: Data, chosen: Sequence[tuple[int, str]]) -> Iterator[Path]:
    """Write a rule file and some of its tests. JSON is YAML, and much faster written."""
    folder.mkdir(parents=True)
    (folder / "rules.yaml").write_text(json.dumps(rules, ensure_ascii=False), encoding="utf-8")
    for number, (interval, named) in enumerate(subject.tests):
        bodies = [named[name] for place, name in chosen if place == number]
        if bodies:
            order = json.dumps([group["name"] for group in rules["groups"]])
            head = (
                f'{{"rule_files":["rules.yaml"],"evaluation_interval":"{interval}","group_eval_order":{order},"tests":['
            )
            path = folder / f"{number}.test.yaml"
            path.write_text(head + ",".join(bodies) + "]}", encoding="utf-8")
            yield path


def judge(
    specs: Sequence[tuple[str | None, Path]], promtool: Promtool, pattern: str = "", share: int = 1
) -> dict[str, Score]:
    """Return the score of each kind: of those named beside the specs, or, beside None, of all kinds in it.

    Only every `share`-th mutant is tried.
    """
    work = []
    for kind, path in specs:
        for one in subjects(site_of(path)):
            mutants = list(broken(one, kind, pattern))[::share]
            # halves, so that one large file keeps both workers busy
            work += [(one, half) for half in (mutants[::2], mutants[1::2]) if half]
    scores: dict[str, Score] = {}
    with tempfile.TemporaryDirectory(prefix="ongrid-gen-") as name, ThreadPoolExecutor(PROCESSES) as pool:
        jobs = [pool.submit(attempt, one, half, promtool, Path(name) / str(number))
                for number, (one, half) in enumerate(work)]  # fmt: skip
        for job in jobs:
            for mutant, killed in job.result():
                score = scores.setdefault(mutant.kind, Score())
                score.killed += bool(killed)
                if not killed:
                    score.survivors.append(mutant)
    return scores


def attempt(
    subject: Subject, mutants: Sequence[Broken], promtool: Promtool, folder: Path
) -> list[tuple[Broken, bool | None]]:
    """Return the fate of some mutants of one rule file."""
    killer = Killer(subject, promtool, folder)
    killer.sound()
    return killer.fates(mutants)


def corpus() -> list[tuple[str | None, Path]]:
    """Return the specs of the project: in a folder that bears the kind's name, one for each of its variants."""
    return [(path.parent.name, path) for path in sorted(SPECS.glob("*/*.yaml"))]


INTRO: Final = """# Mutants

Written by `make mutants`. Every rule is broken in every small way that its text allows: another operator, a number 5 %
more or less, a window twice or half as long, a matcher, a label, an operand or an offset gone, another function, `for`
and `keep_firing_for` one evaluation longer or shorter or gone. A mutant is killed when a test that is generated beside
the rule fails. **Killed** counts every survivor against the tests; **without equals** leaves out those that no data
can tell from the rule, each with its reason below.

| kind | mutants | killed | per cent | without equals |
|---|---|---|---|---|
"""


def page(scores: Mapping[str, Score]) -> str:
    """Return docs/mutants.md."""
    rows = [row(f"`{kind}`", score) for kind, score in sorted(scores.items())]
    every = Score(sum(one.killed for one in scores.values()), [two for one in scores.values() for two in one.survivors])
    parts = [INTRO, *rows, row("**all**", every)]
    for kind, score in sorted(scores.items()):
        if score.survivors:
            parts.append(f"\n## Survivors of `{kind}`\n\n| mutants | rule | what | why |\n|---|---|---|---|\n")
            parts += survivors(score)
    return "".join(parts)


def row(name: str, score: Score) -> str:
    """Return one kind as a row."""
    return f"| {name} | {score.total} | {score.killed} | {score.percent} | {score.proven} |\n"


def survivors(score: Score) -> list[str]:
    """Return the rows of what survived; the same change of the same rule in several specs is one row."""
    counted = Counter((one.rule, told(one), one.excuse or "**no reason known**") for one in score.survivors)
    return [f"| {times} | {rule} | {cell(what)} | {why} |\n" for (rule, what, why), times in sorted(counted.items())]


def told(one: Broken) -> str:
    """Return what was done to a rule, and to which fragment."""
    return f"{one.what}, in `{' '.join(one.original.split())}`"


def cell(text: str) -> str:
    """Return text for a cell of a table, shortened."""
    return (text if len(text) < 160 else f"{text[:157]}…`").replace("|", "\\|")


def image() -> str:
    """Return the image that holds promtool: the stand-in where `make` found that no registry answers."""
    mode = ROOT / "build" / ".mode"
    lacks = mode.is_file() and "--stand-ins" in mode.read_text(encoding="utf-8")
    return PROMETHEUS.stand_in if lacks and PROMETHEUS.stand_in else PROMETHEUS.official


def main() -> int:
    """Run it; exit 1 when a kind's score is too low."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", nargs="*", type=Path)
    parser.add_argument("--rules", default="", metavar="PATTERN", help="only rules whose name contains this")
    parser.add_argument("--list", action="store_true", help="list the mutants, run nothing")
    parser.add_argument("--write", action="store_true", help="write docs/mutants.md")
    asked = parser.parse_args()
    known = {path.resolve(): kind for kind, path in corpus()}
    specs = [(known.get(path.resolve()), path) for path in asked.spec] or corpus()
    if asked.list:
        for kind, path in specs:
            for one in subjects(site_of(path)):
                for mutant in broken(one, kind, asked.rules):
                    print(f"{mutant.rule}: {told(mutant)}")
        return 0
    started = time.monotonic()
    scores = judge(specs, find_promtool(image()), asked.rules)
    for kind, score in sorted(scores.items()):
        for one in score.survivors:
            print(f"alive  {kind}: {one.rule}: {told(one)}{f' ({one.excuse})' if one.excuse else ''}")
        print(f"{kind}: {score.killed} of {score.total} killed, {score.percent} %; {score.proven} % without equals")
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    if asked.write:
        PAGE.write_text(page(scores), encoding="utf-8", newline="\n")
    return int(any(score.proven < WANTED for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
