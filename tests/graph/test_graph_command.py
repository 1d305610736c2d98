"""`graph` on the command line: formats, exit codes, and what it says to a name that does not exist."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ongrid_gen import cli
from support import ROOT

BUNDLE = ROOT / "tests" / "golden" / "site-2.10"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Run `graph` in this process; return exit code, stdout, stderr."""
    code = cli.run(["graph", *map(str, arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of the demo site."""
    return Path(shutil.copy(ROOT / "site.yaml", tmp_path / "site.yaml"))


def test_a_spec_is_drawn_and_nothing_is_written(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, err = run(capsys, spec)
    assert (cli.OK, "") == (code, err)
    assert out.startswith('---\ntitle: "shop"\n---\nflowchart LR\n')
    assert [path.name for path in spec.parent.iterdir()] == ["site.yaml"]


def test_a_bundle_gives_the_same_drawing_as_its_spec(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    for form in ("mermaid", "svg", "json"):
        assert run(capsys, spec, "--format", form) == run(capsys, "--bundle", BUNDLE, "--format", form)


def test_stand_ins_are_drawn_as_they_are_rendered(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    _, out, _ = run(capsys, spec, "--stand-ins", "--format", "json")
    assert "ongrid-gen/tempo:1.5.0" in out
    assert "grafana" not in {node["sort"] for node in json.loads(out)["nodes"]}


def test_json_links_nodes_by_their_ids(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    _, out, _ = run(capsys, spec, "--format", "json")
    data = json.loads(out)
    ids = {node["id"] for node in data["nodes"]}
    assert {"name", "nodes", "edges"} == set(data)
    assert {"id", "sort", "title", "lines", "note"} == set(data["nodes"][0])
    assert {"from", "to", "link", "label", "broken", "note"} == set(data["edges"][0])
    assert all({edge["from"], edge["to"]} <= ids for edge in data["edges"])


def test_the_name_of_the_file_says_the_format(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    for name, beginning in (("a.svg", "<svg "), ("a.json", "{"), ("a.mmd", "---\n"), ("a", "---\n")):
        assert run(capsys, spec, "-o", spec.parent / name) == (cli.OK, "", "")
        assert (spec.parent / name).read_text(encoding="utf-8").startswith(beginning)
    run(capsys, spec, "-o", spec.parent / "b.svg", "--format", "json")
    assert json.loads((spec.parent / "b.svg").read_text(encoding="utf-8"))


def test_an_alert_is_drawn_for_itself(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, _ = run(capsys, spec, "--alert", "ChargeSlow", "--format", "svg")
    assert code == cli.OK
    assert ET.fromstring(out).findtext("{http://www.w3.org/2000/svg}title") == "The wiring of shop: ChargeSlow"
    assert "PaymentsErrors" not in out


def test_an_alert_that_is_misspelt(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, err = run(capsys, spec, "--alert", "ChargeSlo")
    assert (cli.USAGE, "") == (code, out)
    assert "no alert `ChargeSlo`" in err
    assert "did you mean `ChargeSlow`?" in err


def test_an_alert_that_is_like_no_other_lists_what_exists(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, _, err = run(capsys, spec, "--alert", "zzz")
    assert code == cli.USAGE
    assert "there are: `OrdersSilent`" in err


def test_a_file_that_cannot_be_written(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    for path in (spec.parent / "no" / "folder" / "a.svg", spec.parent):
        code, out, err = run(capsys, spec, "-o", path)
        assert (cli.USAGE, "") == (code, out)
        assert f"ongrid-gen: cannot write {path}: " in err


def test_a_spec_or_a_bundle_not_both_and_not_none(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    assert run(capsys)[0] == run(capsys, spec, "--bundle", BUNDLE)[0] == cli.USAGE


def test_what_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, tmp_path / "nothing.yaml")
    assert (cli.USAGE, True) == (code, "nothing.yaml" in err)
    code, _, err = run(capsys, "--bundle", tmp_path)
    assert (cli.USAGE, True) == (code, "`ongrid-gen render` writes one" in err)


def test_a_spec_that_does_not_fit_is_a_finding(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    spec.write_text(spec.read_text(encoding="utf-8").replace("service: orders-api", "service: order-api"))
    code, out, err = run(capsys, spec)
    assert (cli.FINDINGS, "") == (code, out)
    assert "OG013" in err


def test_a_bundle_that_cannot_be_read_is_a_finding(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(BUNDLE, tmp_path / "shop"))
    (copy / "tempo" / "tempo.yaml").write_text("server: [\n", encoding="utf-8")
    code, out, err = run(capsys, "--bundle", copy)
    assert (cli.FINDINGS, "") == (code, out)
    assert "tempo.yaml:" in err


def test_a_bundle_that_does_not_fit_is_drawn_all_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(BUNDLE, tmp_path / "shop"))
    gateway = copy / "otelcol" / "gateway.yaml"
    gateway.write_text(gateway.read_text(encoding="utf-8").replace("tempo:4317", "tempo:4316"), encoding="utf-8")
    code, out, _ = run(capsys, "--bundle", copy)
    assert code == cli.OK
    assert "nobody listens" in out
