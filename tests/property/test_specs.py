"""For every valid spec: `check` has nothing to say that isn't true, and the bundle is sound, the same each time."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, seed

from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.load import Document, Source, load
from ongrid_gen.model import Site
from ongrid_gen.pipeline import read_site
from ongrid_gen.problems import Report
from ongrid_gen.render import Tree, render
from ongrid_gen.schema import alert_schema, channel_schema, site_schema
from ongrid_gen.show import as_text
from ongrid_gen.write import compare, write
from ongrid_gen.yamlio import dump
from property.profiles import always, tried
from property.sites import OPEN, pieces, specs
from test_dialects import UNSHOWN, UNSHOWN_WRITE, keys, recorded, without_site_labels

# What may be said of a spec that is fine, as it is true: without a channel nobody is told.
TRUE_HINTS = {"OG023"}


def read(spec: dict[str, Any], *, stand_ins: bool = False) -> tuple[Document, Site, Report]:
    """Return a spec that was read, and what was found."""
    document, report = load(Source("site.yaml", dump(spec, banner=None).encode())), Report()
    return document, read_site(document, report, stand_ins=stand_ins), report


@tried(80)
@given(spec=specs())
def test_a_valid_spec_is_accepted_without_a_false_alarm(spec: dict[str, Any]) -> None:
    document, _, report = read(spec)
    told = [problem for problem in report.problems if problem.code not in TRUE_HINTS or spec["notify"].get("channels")]
    assert [as_text(problem, document) for problem in told] == []


@tried(20, one_in=5)
@given(spec=specs())
def test_the_bundle_of_a_valid_spec_is_sound(tmp_path_factory: pytest.TempPathFactory, spec: dict[str, Any]) -> None:
    site = read(spec)[1]
    tree = render(site)
    assert tree == render(read(spec)[1])
    has_sound_files(tree)
    knows_its_keys(site, tree)
    folder = tmp_path_factory.mktemp("sound")
    write(tree, folder)
    difference = compare(tree, folder)
    assert not difference
    assert not difference.edited
    assert not difference.foreign
    bundle = read_bundle(folder)
    true = {"OG017"} if spec.get("ingest", {}).get("listen") in OPEN else set()  # the spec has it suppressed
    told = [problem for problem in check_bundle(bundle) if problem.code not in true]
    assert [as_text(problem, bundle) for problem in told] == []


def has_sound_files(tree: Tree) -> None:
    """See that what is YAML or JSON can be read by others than us."""
    for path, text in tree.items():
        if path.endswith(".yaml"):
            assert yaml.load(text, yaml.CSafeLoader) is not None, path
        elif path.endswith(".json"):
            json.loads(text)


def knows_its_keys(site: Site, tree: Tree) -> None:
    """See that Tempo's version knows each key."""
    rendered = without_site_labels(keys(yaml.load(tree["tempo/tempo.yaml"], yaml.CSafeLoader)))
    known = recorded(site.tempo.dialect) | UNSHOWN[site.tempo.dialect] | UNSHOWN_WRITE
    assert {key for key in rendered if not {key, f"{key}[]", key.removesuffix("[]")} & known} == set()


# Nothing of the schema is left out.

CHOSEN = {"alerts[]": ("kind", alert_schema), "notify.channels[]": ("type", channel_schema)}


def asked(schema: dict[str, Any], path: str = "") -> set[str]:
    """Return what a schema knows: every key where it stands, and every word that a key of that name can be."""
    found = {
        f"{path.rpartition('.')[2]}={json.dumps(word)}"
        for word in (*schema.get("enum", ()), *BOTH.get(str(schema.get("type")), ()))
    }
    for key, part in schema.get("properties", {}).items():
        if isinstance(part, dict) and part != {"not": {}}:
            here = f"{path}.{key}".lstrip(".")
            found |= {here, *asked(part, here)}
    if isinstance(schema.get("items"), dict):
        found |= asked(schema["items"], f"{path}[]")
    if path in CHOSEN:
        by, fragment = CHOSEN[path]
        for name in schema["properties"][by]["enum"]:
            found |= asked(fragment(name), f"{path[:-2]}[{name}]")
    return found | (asked(schema["then"], path) if "then" in schema else set())


BOTH: dict[Any, tuple[bool, ...]] = {"boolean": (True, False)}


def made(data: Any, path: str = "") -> set[str]:
    """Return the same of a spec; what `asked` does not name does no harm."""
    if isinstance(data, dict):
        return {
            one
            for key, value in data.items()
            for here in [f"{path}.{key}".lstrip(".")]
            for one in (here, *made(value, here))
        }
    if isinstance(data, list):
        by = CHOSEN.get(f"{path}[]", ("", None))[0]
        names = ({f"{path}[]", f"{path}[{value[by]}]"} if by else {f"{path}[]"} for value in data)
        return {one for value, here in zip(data, names, strict=True) for name in here for one in made(value, name)}
    return {f"{path.rpartition('.')[2]}={json.dumps(data, default=float)}"}


def test_every_key_and_word_of_the_schema_is_made_at_some_time() -> None:
    """To mend: give the key a line in its section of `sites.py`."""
    missing = asked(site_schema())
    for turn in range(20):  # five are enough; a few tries from many beginnings see more than many from one
        for part in pieces().values():
            missing -= seen(part, turn)
        if not missing:
            break
    assert sorted(missing) == []


def seen(part: Any, turn: int) -> set[str]:
    """Return what there is of the schema in some of what a part of a spec can be, others at every turn."""
    found: set[str] = set()

    @seed(turn)
    @always(8)
    @given(one=part)
    def collect(one: dict[str, Any]) -> None:
        found.update(made(one))

    collect()
    return found
