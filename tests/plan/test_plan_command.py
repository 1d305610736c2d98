"""`plan` on the command line: exit codes, text and JSON, and that nothing is written."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ongrid_gen import cli
from ongrid_gen.errors import CommandError
from ongrid_gen.plan.show import as_json
from ongrid_gen.runtime import docker
from ongrid_gen.schema import read_schema
from plan.conftest import SPEC, changed, plan_of, rendered
from plan.test_plan_cases import CASES, edited
from support import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's containers are looked at."""

    def absent() -> None:
        raise CommandError(docker.NO_DOCKER.format(why="there is no `docker` program"))

    monkeypatch.setattr(docker, "require", absent)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec in a folder of its own."""
    path = tmp_path / "site.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], verb: str, spec: Path, *options: str) -> tuple[int, str, str]:
    """Run a command in this process."""
    code = cli.run([verb, str(spec), *options])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file below a folder, with its time and what it holds."""
    return {str(one): (one.stat().st_mtime_ns, one.read_bytes()) for one in folder.rglob("*") if one.is_file()}


def test_a_plan_after_rendering_is_empty_and_exits_0(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    before = seen(spec.parent)
    code, out, err = run(capsys, "plan", spec)
    assert (cli.OK, "") == (code, err)
    assert "before: nothing changes" == out.splitlines()[-1]
    assert "note: Docker is not to be had: there is no `docker` program; planned from the files alone" in out
    assert before == seen(spec.parent)


def test_a_plan_with_a_change_exits_1_and_writes_nothing(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    spec.write_text(changed(SPEC, {"threshold_pct: 5": "threshold_pct: 6"}), encoding="utf-8")
    before = seen(spec.parent)
    code, out, _ = run(capsys, "plan", spec)
    assert cli.FINDINGS == code
    assert "before: 1 reload" == out.splitlines()[-1]
    assert before == seen(spec.parent)


def test_a_plan_without_a_bundle_starts_everything_and_makes_no_folder(
    capsys: pytest.CaptureFixture[str], spec: Path
) -> None:
    code, out, _ = run(capsys, "plan", spec, "--format", "json")
    plan = json.loads(out)
    assert cli.FINDINGS == code
    assert {"start"} == {one["action"] for one in plan["components"]}
    assert [] == plan["losses"]
    assert not (spec.parent / "build").exists()


@pytest.mark.parametrize("options", [("--edge", "nowhere"), ("--format", "xml")])
def test_a_plan_that_is_asked_wrongly_exits_2(
    capsys: pytest.CaptureFixture[str], spec: Path, options: tuple[str, ...]
) -> None:
    assert cli.USAGE == run(capsys, "plan", spec, *options)[0]


def test_a_plan_of_a_spec_that_is_wrong_exits_1_and_says_so(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    spec.write_text(SPEC.replace("threshold_pct: 5", "threshold_pct: -5"), encoding="utf-8")
    code, out, err = run(capsys, "plan", spec)
    assert (cli.FINDINGS, "") == (code, out)
    assert "threshold_pct" in err


def test_a_site_under_another_name_is_compared_with_the_one_it_was(
    capsys: pytest.CaptureFixture[str], spec: Path
) -> None:
    run(capsys, "render", spec)
    spec.write_text(SPEC.replace("site: before", "site: after"), encoding="utf-8")
    code, out, _ = run(capsys, "plan", spec, "--format", "json")
    plan = json.loads(out)
    assert cli.FINDINGS == code
    assert ["volume", "external_label", "external_label"] == [one["rule"] for one in plan["losses"]]
    assert "which this spec wrote when the site had another name" in plan["notes"][0]


def test_the_bundle_of_another_spec_beside_it_is_no_former_name(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    other = spec.with_name("other.yaml")
    other.write_text(SPEC.replace("site: before", "site: other"), encoding="utf-8")
    plan = json.loads(run(capsys, "plan", other, "--format", "json")[1])
    assert [] == plan["losses"]
    assert "holds no bundle yet" in plan["notes"][0]


def test_a_file_that_was_edited_by_hand_is_named(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    file = spec.parent / "build" / "before" / "tempo" / "tempo.yaml"
    file.write_text(file.read_text().replace("72h", "96h"), encoding="utf-8")
    code, out, _ = run(capsys, "plan", spec)
    assert cli.FINDINGS == code
    assert "tempo/tempo.yaml was edited by hand: `up` stops there" in out
    assert "DATA LOSS tempo: tempo.retention shrinks from 4d to 3d" in out


def test_rules_that_somebody_added_are_no_change(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    (spec.parent / "build" / "before" / "prometheus" / "rules" / "own.yaml").write_text("groups: []\n")
    assert cli.OK == run(capsys, "plan", spec)[0]


def test_a_bundle_that_is_broken_is_planned_all_the_same(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    bundle = spec.parent / "build" / "before"
    (bundle / "tempo" / "tempo.yaml").write_text("a: [", encoding="utf-8")
    (bundle / "prometheus" / "prometheus.yaml").write_bytes(b"\xff\xfe\x00")
    shutil.rmtree(bundle / "grafana")
    (bundle / "compose.yaml").write_text("services: [1, 2]\n", encoding="utf-8")
    assert cli.FINDINGS == run(capsys, "plan", spec)[0]


def json_plans() -> list[Any]:
    """Return the plans of every case as JSON."""
    return [
        as_json(plan_of(edited(rendered(SPEC).tree, case.was), rendered(changed(SPEC, case.spec))))
        for case in CASES.values()
    ]


def test_json_is_as_its_schema_says() -> None:
    assert "plan.schema.json" == read_schema("plan.schema.json")["$id"]
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    plans = json_plans()
    for plan in plans:
        validator.validate(json.loads(json.dumps(plan)))
    said = {loss["rule"] for plan in plans for loss in plan["losses"]}
    assert set(SCHEMA["$defs"]["loss"]["properties"]["rule"]["enum"]) == said
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**plans[0], "more": 1})
