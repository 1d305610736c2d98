"""`edge`: one more edge in the text of a spec, and nothing else changed."""

from pathlib import Path

import pytest

from ongrid_gen.cli import run
from support import ROOT

HEAD = "version: 1\nsite: demo\nservices: [{name: payments-api}]\n"
ADDED = '{name: depot, attributes: {device_id: "44"}}'
MANY = f'{HEAD}edges:\n    - name: a\n    - name: local\n      attributes:\n        x: "1" # one\n'
PLACES = {
    "none yet": (HEAD, f"{HEAD}\nedges:\n  - {{name: local}}\n  - {ADDED}\n"),
    "no line end": (HEAD.rstrip(), f"{HEAD}\nedges:\n  - {{name: local}}\n  - {ADDED}\n"),
    "on one line": (
        f"{HEAD}edges: [{{name: local}}] # all of them\ntempo: {{}}\n",
        f"{HEAD}edges: [{{name: local}}, {ADDED}] # all of them\ntempo: {{}}\n",
    ),
    "a line each": (
        f"{HEAD}edges:\n- {{name: local}}  # here\n\n# storage\ntempo: {{}}\n",
        f"{HEAD}edges:\n- {{name: local}}  # here\n- {ADDED}\n\n# storage\ntempo: {{}}\n",
    ),
    "many lines each": (f"{MANY}# storage\ntempo: {{}}\n", f"{MANY}    - {ADDED}\n# storage\ntempo: {{}}\n"),
    "at the end": (f"{HEAD}edges:\n  - name: local", f"{HEAD}edges:\n  - name: local\n  - {ADDED}\n"),
}  # fmt: skip


def written(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("place", list(PLACES))
def test_one_more_edge_stands_behind_the_others(tmp_path: Path, place: str) -> None:
    before, after = PLACES[place]
    path = written(tmp_path, before)
    assert 0 == run(["edge", "add", str(path), "depot", "--attribute", "device_id=44"])
    assert after == path.read_text(encoding="utf-8")


def test_the_demo_site_takes_one_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, (ROOT / "site.yaml").read_text(encoding="utf-8"))
    path.chmod(0o640)
    assert 0 == run(["edge", "add", str(path), "null", "--attribute", 'k=a "b" $c: {d}'])
    assert 0o640 == path.stat().st_mode & 0o777
    assert 0 == run(["edge", "list", str(path)])
    assert ["local  ready  device_id=42", 'null   ready  k=a "b" $c: {d}'] == capsys.readouterr().out.splitlines()[2:]


REFUSED = {
    "twice": (["local"], "has an edge `local` already"),
    "no name": (["Depot"], "nothing was changed"),
    "no attribute": (["depot", "--attribute", "x"], "write KEY=VALUE"),
}


@pytest.mark.parametrize("why", list(REFUSED))
def test_what_is_not_sound_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], why: str) -> None:
    arguments, told = REFUSED[why]
    path = written(tmp_path, HEAD)
    assert 2 == run(["edge", "add", str(path), *arguments])
    assert told in capsys.readouterr().err
    assert HEAD == path.read_text(encoding="utf-8")


def test_an_alias_is_no_place_for_one_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEAD}edges: [&e {{name: local}}, {{name: b, attributes: &a {{x: y}}}}]\nlabels: *a\n"
    path = written(tmp_path, text)
    assert 0 == run(["edge", "add", str(path), "depot"])  # behind the anchors, it harms nothing
    path = written(tmp_path, f"{HEAD}edges:\n  - name: >\n      local\n")
    assert 0 != run(["edge", "add", str(path), "depot"])
    capsys.readouterr()


def test_the_list_says_what_an_edge_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edges = "edges: [{name: local}, {name: branch}]"
    path = written(tmp_path, f"{HEAD}{edges}\ngateway: {{auth: {{bearer: secrets/t}}}}\n")
    assert 0 == run(["edge", "list", str(path)])
    assert "local   without token\nbranch  without token\n" == capsys.readouterr().out
    assert 0 == run(["certs", str(path)])
    capsys.readouterr()
    assert 0 == run(["edge", "list", str(path)])
    assert "local   ready\nbranch  ready\n" == capsys.readouterr().out
    assert 0 == run(["edge", "add", str(path), "depot"])
    assert "next: ongrid-gen certs" in capsys.readouterr().out
