"""Rules and tests of a site on disk, as promtool wants to find them."""

from pathlib import Path

import yaml

from ongrid_gen.conventions import SELF_GROUPS
from ongrid_gen.model import Site
from ongrid_gen.rulefiles import rule_files, rules_data, rules_path, tests_data, tests_path


def write_bundle(site: Site, folder: Path, *, own: bool = False) -> Path:
    """Write `prometheus/rules` and `prometheus/tests` of a site; return the folder of the bundle.

    Either those of the spec, or the stack's `own`, which are the same for every alert and have tests of their own.
    """
    for file in rule_files(site):
        if file.name.startswith(SELF_GROUPS) is not own:
            continue
        write(folder / rules_path(file), rules_data(file, site))
        for tests in file.tests:
            write(folder / tests_path(file, tests), tests_data(file, tests))
    return folder


def write(path: Path, content: object) -> None:
    """Write one YAML file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
