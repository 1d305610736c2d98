"""The command line: exit codes, where output goes, and that nothing ever ends in a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ongrid_gen import cli
from support import ROOT


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Run the command line in this process; return exit code, stdout, stderr."""
    code = cli.run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of the smallest site."""
    path = tmp_path / "site.yaml"
    path.write_text((ROOT / "site.min.yaml").read_text(encoding="utf-8"))
    return path


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == cli.OK
    for name in cli.COMMANDS:
        assert f"\n  {name} " in out


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = run(capsys, name, "--help")
    assert code == cli.OK
    assert "Usage: ongrid-gen" in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version")[0] == cli.OK


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "rendr")
    assert (cli.USAGE, "") == (code, out)
    assert "rendr" in err


def test_a_missing_file_is_an_io_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for verb in ("check", "render", "plan", "test", "images", "up", "down", "status", "drill"):
        code, _, err = run(capsys, verb, tmp_path / "nothing.yaml")
        assert code == cli.USAGE, verb
        assert "nothing.yaml" in err


def test_a_folder_instead_of_a_file_is_an_io_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "check", tmp_path)[0] == cli.USAGE


def test_check_says_that_it_fits(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, _ = run(capsys, "check", spec)
    assert code == cli.OK
    assert out.endswith("fits\n")


def test_check_finds_every_problem_at_once(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    spec.write_text(spec.read_text().replace("800", "-1").replace("kind: trace_latency", "kind: trace_latensy"))
    spec.write_text(spec.read_text() + "sevices: []\n")
    code, out, err = run(capsys, "check", spec)
    assert (cli.FINDINGS, "") == (code, out)
    assert "trace_latensy" in err
    assert "sevices" in err


def test_check_takes_a_spec_or_a_bundle(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    bundle = ROOT / "tests" / "golden" / "site-2.10"
    assert run(capsys, "check", "--bundle", bundle) == (0, f"{bundle}: fits\n", "")
    assert run(capsys, "check")[0] == run(capsys, "check", spec, "--bundle", bundle)[0] == 2
    code, _, err = run(capsys, "check", "--bundle", spec.parent)
    assert code == 2
    assert "`ongrid-gen render` writes one" in err


def test_check_as_json(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    spec.write_text(spec.read_text().replace("service: payments-api", "service: payment-api"))
    code, out, _ = run(capsys, "check", spec, "--format", "json")
    assert code == cli.FINDINGS
    problem = next(one for one in json.loads(out)["problems"] if one["severity"] == "error")
    assert ("OG013", 7, "alerts[0].service") == (problem["code"], problem["line"], problem["path"])


def test_what_check_prints_as_json_is_as_its_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    schema = json.loads(run(capsys, "schema", "report")[1])
    jsonschema.Draft202012Validator.check_schema(schema)
    specs = sorted((ROOT / "tests" / "bad").glob("*/site.*"))
    code, out, _ = run(capsys, "check", *specs, "--format", "json")
    assert code == cli.FINDINGS
    jsonschema.Draft202012Validator(schema).validate(json.loads(out))


def test_the_schema_of_a_plan_can_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(run(capsys, "schema", "plan")[1])["$id"] == "plan.schema.json"


def test_check_takes_several_specs(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    other = ROOT / "site.min.yaml"
    code, out, err = run(capsys, "check", other, spec, other.parent / "tests" / "bad" / "tabs" / "site.yaml")
    assert (code, out) == (cli.FINDINGS, f"{other}: fits\n{spec}: fits\n")
    assert "tests/bad/tabs/site.yaml:" in err


def test_check_as_github_annotations(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    spec.write_text(spec.read_text().replace("service: payments-api", "service: payment-api"))
    code, out, _ = run(capsys, "check", spec, "--format", "github")
    assert code == cli.FINDINGS
    assert any(line.startswith("::error file=") for line in out.splitlines())


def test_strict_makes_a_warning_a_finding(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    spec.write_text(spec.read_text() + 'versions: {tempo: "1.5"}\nmetrics: {size: true}\n')
    assert run(capsys, "check", spec)[0] == cli.OK
    assert run(capsys, "check", spec, "--strict")[0] == cli.FINDINGS


def test_render_writes_the_bundle_and_prints_where(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, _ = run(capsys, "render", spec)
    assert code == cli.OK
    folder = Path(out.strip())
    assert (folder / "compose.yaml").is_file()
    assert spec.parent.resolve() / "build" / "demo" == folder


def test_render_check_writes_nothing(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    assert run(capsys, "render", spec, "--check")[0] == cli.FINDINGS
    assert not (spec.parent / "build").exists()
    run(capsys, "render", spec)
    assert run(capsys, "render", spec, "--check")[0] == cli.OK


def test_render_of_a_bad_spec_touches_no_file(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    before = {path: path.read_bytes() for path in (spec.parent / "build").rglob("*") if path.is_file()}
    spec.write_text(spec.read_text().replace("threshold_ms: 800", "threshold_ms: 0"))
    assert run(capsys, "render", spec)[0] == cli.FINDINGS
    assert before == {path: path.read_bytes() for path in (spec.parent / "build").rglob("*") if path.is_file()}


def test_render_names_an_edited_file_and_keeps_it(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    run(capsys, "render", spec)
    edited = spec.parent / "build" / "demo" / "tempo" / "tempo.yaml"
    edited.write_text("mine\n")
    code, _, err = run(capsys, "render", spec)
    assert code == cli.USAGE
    assert "tempo/tempo.yaml" in err
    assert edited.read_text() == "mine\n"


def test_stand_ins_are_rendered_beside(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, _ = run(capsys, "render", spec, "--stand-ins")
    folder = Path(out.strip())
    assert code == cli.OK
    assert folder.name == "demo-stand-ins"
    assert "ongrid-gen/tempo:1.5.0" in (folder / "compose.yaml").read_text()


def test_env_prints_the_variables(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, err = run(capsys, "env", spec, "payments-api")
    assert code == cli.OK
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318\n" in out
    assert "OTEL_SDK_DISABLED" in err


def test_env_of_an_unknown_service_lists_what_exists(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, _, err = run(capsys, "env", spec, "payment-api")
    assert code == cli.USAGE
    assert "payments-api" in err


def test_explain_an_unknown_alert_lists_what_exists(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, _, err = run(capsys, "explain", spec, "Nope")
    assert code == cli.USAGE
    assert "ChargeSlow" in err


def test_explain_says_threshold_and_time(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    code, out, _ = run(capsys, "explain", spec, "ChargeSlow")
    assert code == cli.OK
    assert "800 ms" in out


def test_the_schema_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema
    import yaml

    code, out, _ = run(capsys, "schema")
    schema = json.loads(out)
    assert code == cli.OK
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in ("site.yaml", "site.min.yaml"):
        assert list(validator.iter_errors(yaml.safe_load((ROOT / name).read_text()))) == []


def test_init_writes_a_spec_that_fits(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from ongrid_gen.commands.init import PROFILES

    for profile in PROFILES:
        folder = tmp_path / f"My {profile} Site"
        assert run(capsys, "init", folder, "--profile", profile)[0] == cli.OK
        assert run(capsys, "check", folder / "site.yaml")[0] == cli.OK


def test_init_never_overwrites(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    before = spec.read_text()
    assert run(capsys, "init", spec.parent)[0] == cli.USAGE
    assert before == spec.read_text()


def test_a_bug_is_called_a_bug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("ongrid_gen.pipeline.run_checks", broken)
    code = cli.run(["check", str(spec)])
    err = capsys.readouterr().err
    assert code == cli.BUG
    assert "broken on purpose" in err
    assert "bug in ongrid-gen" in err


def test_interruption_has_its_own_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ongrid_gen.pipeline.run_checks", interrupted)
    assert cli.run(["check", str(spec)]) == cli.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


def test_check_does_not_import_what_only_other_commands_need(spec: Path) -> None:
    code = "import sys; from ongrid_gen.cli import run; run(sys.argv[1:]); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(spec)], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"docker", "opentelemetry.proto", "http.server", "promql_parser", "httpx", "rich"}
