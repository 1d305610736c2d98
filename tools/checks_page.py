"""Write docs/checks.md: every code, what it asks, what goes wrong without it, an example, and how to mend that."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ongrid_gen import suppress, validate
from ongrid_gen.bundle.contracts import CONTRACTS
from ongrid_gen.checks import CHECKS
from ongrid_gen.yamlio import parse

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "checks.md"
FAULTS = ROOT / "tests" / "bundle"
INTRO = """# Checks

Written by `make gen` from the checks, their docstrings and the tests that break them. `check SITE` asks them of a spec,
`check --bundle DIR` of the files of a bundle; a code that stands for both is the same contract. What stands behind the
caret says how to mend it. A code is never reused.
"""


def main() -> int:
    """Write the page; with `--check` only say whether it is as it would be written."""
    text = page()
    if "--check" in sys.argv:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


def page() -> str:
    """Return the whole page."""
    found: dict[str, list[tuple[str, Any, str]]] = {}
    for check in (*CHECKS, suppress):
        found.setdefault(check.CODE, []).append(("a spec", check, example_of_spec(check)))
    for contract in CONTRACTS:
        found.setdefault(contract.CODE, []).append(("a bundle", contract, example_of_bundle(contract.CODE)))
    parts = [INTRO, *(part for code in sorted(found) for part in section(code, found[code]))]
    table = inspect.cleandoc(validate.__doc__ or "").partition("\n\n")[2]
    return "".join([*parts, "\n## OG9xx: shape\n\n", table, "\n"])


def section(code: str, modules: list[tuple[str, Any, str]]) -> Iterator[str]:
    """Yield the part of one code."""
    title = (modules[0][1].__doc__ or "").partition(": ")[2].splitlines()[0].rstrip(".")
    yield f"\n## {code}: {title}\n"
    for where, module, example in modules:
        why = inspect.cleandoc(module.check.__doc__ or "")
        yield f"\nIn {where}: {why}\n\n```\n{example}\n```\n"


def example_of_spec(check: Any) -> str:
    """Return the first problem of the check's failing spec."""
    name = check.__name__.rpartition(".")[2]
    text = (ROOT / "tests" / "bad" / name / "expected.txt").read_text(encoding="utf-8")
    return next(part for part in text.strip().split("\n\n") if f"[{check.CODE}]" in part)


def example_of_bundle(code: str) -> str:
    """Return what is said of the first fault of a bundle with that code."""
    first = next(
        fault["id"]
        for fault in parse((FAULTS / "faults.yaml").read_text(encoding="utf-8"))
        if fault.get("code") == code
    )
    shown = (FAULTS / "faults.txt").read_text(encoding="utf-8")
    return re.split(rf"^# {re.escape(first)}: \d+\n", shown, flags=re.MULTILINE)[1].partition("\n\n")[0].strip()


if __name__ == "__main__":
    sys.exit(main())
