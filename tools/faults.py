"""How many of the seeded faults `check` finds, and how many the validators that the engines bring along.

    python tools/faults.py [--new] [--write]

Each fault is shown to `check`, and the files that it changes to the validators. A fault of a spec is rendered without
our checks; what the schema refuses cannot be rendered, and is counted apart.
`--write` writes docs/faults.md. `--new` asks the validators only about changes that the page does not have yet.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fault_engines import Validators, files_of, in_old_dialect, rendered, with_images
from fault_list import BUNDLE, ROOT, SPEC, Fault, Found, bundle_faults, in_bundle, in_spec, spec_faults

from ongrid_gen.components import tempo
from ongrid_gen.model import Site
from ongrid_gen.render import Tree
from ongrid_gen.runtime import docker

PAGE: Final = ROOT / "docs" / "faults.md"
COLUMNS: Final = (
    "in all", "found by `check`", "by an engine", "by `check` alone", "by an engine alone", "by nobody", "not reached"
)  # fmt: skip
NOT_REACHED: Final = "_not reached_"
SILENT: Final = "silent"
ROW: Final = re.compile(r"(\| .* \| )(?:OG\d+|\*\*no\*\*) \| (.*) \|")
WIDEST: Final = 70
ASKED_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A fault, what `check` finds of it, and which validators refuse it; None when it never reaches one."""

    fault: Fault
    found: Found
    engines: tuple[str, ...] | None

    @property
    def is_ours(self) -> bool:
        """Tell whether `check` finds it, with the right code at the right place."""
        return self.fault.code is not None and self.found.is_right


# What the page says of the engines, by the change.
Known = Mapping[str, tuple[str, ...] | None]


def judge_spec(fault: Fault, validators: Validators, before: Tree, known: Known) -> Judged:
    """Judge a fault of the spec."""
    found = in_spec(fault)
    if row(fault) in known:
        return Judged(fault, found, known[row(fault)])
    bundle = rendered(fault.apply(SPEC.read_text(encoding="utf-8")))
    refused = None if bundle is None else validators.refuse(*bundle, before)
    return Judged(fault, found, refused)


def judge_bundle(fault: Fault, validators: Validators, site: Site, before: Tree, known: Known) -> Judged:
    """Judge a fault of the bundle."""
    with tempfile.TemporaryDirectory(prefix="ongrid-gen-") as name:
        folder = Path(name) / "bundle"
        found = in_bundle(fault, folder)
        if row(fault) in known:
            return Judged(fault, found, known[row(fault)])
        refused = validators.refuse(site, files_of(folder), before)
    if fault.file == tempo.CONFIG and validators.program is None:
        refused = (*refused, *in_old_dialect(fault, validators, site))
    return Judged(fault, found, refused)


def judge_all(known: Known) -> tuple[list[Judged], list[Judged], str]:
    """Return the judged faults of spec and bundle, and how Tempo was asked."""
    docker.require()
    spec, demo = (rendered((ROOT / name).read_text(encoding="utf-8")) for name in ("tests/spec/site.yaml", "site.yaml"))
    if spec is None or demo is None:
        raise SystemExit("a spec without a fault cannot be rendered")
    site, validators = demo[0], Validators(with_images(demo[0]))
    before = files_of(BUNDLE)
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        specs = pool.map(lambda fault: judge_spec(fault, validators, spec[1], known), spec_faults())
        bundles = pool.map(lambda fault: judge_bundle(fault, validators, site, before, known), bundle_faults())
        return list(told(specs)), list(told(bundles)), validators.tempo_asked


def told(judged: Iterable[Judged]) -> Iterator[Judged]:
    """Yield the judged faults, and say now and then how many there were."""
    for number, one in enumerate(judged, 1):
        if number % 50 == 0:
            print(f"{number} judged, the last of them {one.fault.id}", file=sys.stderr, flush=True)
        yield one


# The page.

INTRO: Final = """# Seeded faults

Written by `make faults`. Each is one change of a good spec (`tests/spec/faults.yaml`) or of the rendered bundle of
`site.yaml` (`tests/bundle/faults.yaml`). **Found** is the code of `check` or `check --bundle`, which points at the
right place: a test holds each to its line, in a spec to its column. **Engines** are the validators that the programs
bring along, asked about the files that the fault changes: `promtool check config`, `promtool check rules`,
`amtool check-config`, `otelcol validate`, `docker compose config`, and << tempo >>. Grafana has none. What
is wrong with the shape of a spec, or with an expression in it, is never rendered, so no engine sees it: _not reached_.
**Alone** counts what reached the engines and only one side found. Nobody finds some; they stand here to be told.
"""


def page(specs: Sequence[Judged], bundles: Sequence[Judged], tempo_asked: str) -> str:
    """Return the whole page."""
    intro = INTRO.replace("<< tempo >>", tempo_asked)
    return "\n".join(
        (intro, *summary(specs, bundles), "", *section("a spec", specs), "", *section("a bundle", bundles), "")
    )


def summary(specs: Sequence[Judged], bundles: Sequence[Judged]) -> Iterator[str]:
    """Yield the table of the counts, and who of the engines found how many."""
    yield f"| faults of | {' | '.join(COLUMNS)} |"
    yield "|---|---|---|---|---|---|---|---|"
    for what, judged in (("a spec", specs), ("a bundle", bundles), ("both", [*specs, *bundles])):
        yield f"| {what} | {' | '.join(map(str, counts(judged)))} |"
    by = Counter(name for one in (*specs, *bundles) for name in one.engines or ())
    yield "\nBy engine: " + ", ".join(f"{name} {number}" for name, number in sorted(by.items())) + "."


def counts(judged: Sequence[Judged]) -> tuple[int, ...]:
    """Return the counts of a row of the summary."""
    return (
        len(judged),
        sum(one.is_ours for one in judged),
        sum(bool(one.engines) for one in judged),
        sum(one.is_ours and one.engines == () for one in judged),
        sum(not one.is_ours and bool(one.engines) for one in judged),
        sum(not one.is_ours and not one.engines for one in judged),
        sum(one.engines is None for one in judged),
    )


def section(what: str, judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the table of the faults of one sort."""
    yield f"## Of {what}\n"
    yield "| fault | change | found | engines |"
    yield "|---|---|---|---|"
    for one in judged:
        code = one.fault.code if one.is_ours else "**no**"
        told = NOT_REACHED if one.engines is None else ", ".join(one.engines) or SILENT
        yield f"{row(one.fault)}{code} | {told} |"


def row(fault: Fault) -> str:
    """Return how the row of a fault begins."""
    return f"| {fault.id} | {change(fault)} | "


def known_rows(text: str) -> dict[str, tuple[str, ...] | None]:
    """Return what a page says of the engines, by how its rows begin."""
    found: dict[str, tuple[str, ...] | None] = {}
    for line in text.splitlines():
        match = ROW.fullmatch(line)
        if match is not None:
            names = () if match[2] == SILENT else tuple(match[2].split(", "))
            found[match[1]] = None if match[2] == NOT_REACHED else names
    return found


def change(fault: Fault) -> str:
    """Return what a fault changes: the lines that it takes and those that it puts there."""
    gone, come = only_in(fault.old, fault.new), only_in(fault.new, fault.old)
    where = "" if fault.file == SPEC.name else f"{fault.file}: "
    if gone and come:
        return f"{where}{code(gone)} is {code(come)}"
    if not gone and not come:
        return f"{where}{code(' '.join(fault.old.split()))} is in another order"
    return f"{where}{code(gone)} is gone" if gone else f"{where}{code(come)} is added"


def only_in(text: str, other: str) -> str:
    """Return the lines of a text that another does not have as often, as one line, and not too long."""
    others = Counter(line.strip() for line in other.splitlines())
    own = (Counter(line.strip() for line in text.splitlines() if line.strip()) - others).elements()
    joined = " ".join(own)
    return joined if len(joined) <= WIDEST else f"{joined[:WIDEST]}…"


def code(text: str) -> str:
    """Return a text as code in a cell of a table."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.replace('|', chr(92) + '|')}{fence}"


def main(arguments: Sequence[str]) -> int:
    """Judge all faults and print both counts. Exit 1 when `check` misses one that it has a code for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    parser.add_argument("--new", action="store_true", help="keep what the page says of the engines; ask about the rest")
    wanted = parser.parse_args(arguments)
    specs, bundles, tempo_asked = judge_all(known_rows(PAGE.read_text(encoding="utf-8")) if wanted.new else {})
    if wanted.write:
        PAGE.write_text(page(specs, bundles, tempo_asked), encoding="utf-8", newline="\n")
    number, ours, theirs, *_ = counts([*specs, *bundles])
    print(f"{number} faults: check finds {ours}, the engines' validators {theirs}")
    missed = [one.fault.id for one in (*specs, *bundles) if one.fault.code is not None and not one.is_ours]
    for name in missed:
        print(f"missed: {name}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
