import stat
from pathlib import Path

import pytest

from ongrid_gen.ruletest import Case, InImage, OnPath, PromtoolError, Results, batches, find_promtool, read_report, run

REPORT = b"""<testsuites><testsuite name="t" tests="3" failures="1" errors="1" skipped="0">
  <testcase name="A: is quiet"></testcase>
  <testcase name="A: fires"><failure message="">alertname: A, time: 5m,

    exp:[]
    got:[1]</failure></testcase>
  <testcase name="A: breaks"><error message="bad series"></error></testcase>
</testsuite></testsuites>"""


def promtool_that(folder: Path, script: str) -> OnPath:
    """Return a program that behaves like this shell script; `$REPORT` is where the report belongs."""
    program = folder / "promtool"
    program.write_text(f'#!/bin/sh\nREPORT="${{3#--junit=}}"\n{script}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return OnPath(str(program))


def bundle_with(folder: Path, *names: str) -> Path:
    (folder / "prometheus" / "tests").mkdir(parents=True)
    for name in names:
        (folder / "prometheus" / "tests" / name).write_text("tests: []\n")
    return folder


def test_a_report_is_read_case_by_case() -> None:
    quiet, fires, breaks = read_report(REPORT)
    assert (quiet.passed, quiet.file) == (True, "t")
    assert (fires.name, fires.message) == ("A: fires", "alertname: A, time: 5m,\n    exp:[]\n    got:[1]")
    assert (breaks.passed, breaks.message) == (False, "bad series")


def test_results_read_like_those_of_a_test_runner() -> None:
    results = Results((Case("t.yaml", "A: is quiet"), Case("t.yaml", "A: fires", "exp:[]\ngot:[1]")))
    assert results.text() == "FAIL  A: fires\n      t.yaml\n      exp:[]\n      got:[1]\n1 passed, 1 failed"
    assert results.text(verbose=True).startswith("ok    A: is quiet\n")


def test_one_junit_report_says_what_all_files_gave() -> None:
    results = Results((Case("t.yaml", "A: <is> quiet"), Case("t.yaml", "A: fires", "exp:[]\ngot:[1]")))
    back = read_report(results.junit().encode())
    assert [(case.file, case.name, case.passed) for case in back] == [
        ("t.yaml", "A: <is> quiet", True),
        ("t.yaml", "A: fires", False),
    ]
    assert "got:[1]" in back[1].message


def test_every_file_is_run_and_the_cases_come_in_its_order(tmp_path: Path) -> None:
    each = 'for f; do echo "<testsuite name=\\"$f\\"><testcase name=\\"$f\\"/></testsuite>"; done'
    script = f'shift 3; {{ echo "<t>"; {each}; echo "</t>"; }} > "$REPORT"'
    results = run(bundle_with(tmp_path / "b", "b.test.yaml", "a.test.yaml"), promtool_that(tmp_path, script))
    assert [case.name for case in results.cases] == ["tests/a.test.yaml", "tests/b.test.yaml"]
    assert (results.passed, results.failures) == (2, ())


def test_a_failure_that_no_case_explains_is_one_of_the_file(tmp_path: Path) -> None:
    script = 'echo "<t/>" > "$REPORT"; echo "no such rule file" >&2; exit 1'
    (failure,) = run(bundle_with(tmp_path / "b", "a.test.yaml"), promtool_that(tmp_path, script)).failures
    assert (failure.name, failure.message) == ("tests/a.test.yaml", "no such rule file")


def test_no_report_is_an_error_that_says_what_promtool_said(tmp_path: Path) -> None:
    with pytest.raises(PromtoolError, match="unknown flag"):
        run(bundle_with(tmp_path / "b", "a.test.yaml"), promtool_that(tmp_path, "echo unknown flag >&2; exit 3"))


def test_no_program_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PromtoolError, match="install it or Docker"):
        run(bundle_with(tmp_path / "b", "a.test.yaml"), OnPath("no-such-promtool"))


def test_a_bundle_without_tests_has_no_cases(tmp_path: Path) -> None:
    assert run(tmp_path, OnPath()).cases == ()


def test_in_an_image_promtool_has_no_network_and_may_only_write_its_report() -> None:
    command = InImage("image").command(Path("/b/prometheus"), Path("/r"), ["test", "--junit={reports}/x"])
    assert command[-3:] == ["image", "test", "--junit=/reports/x"]
    assert {
        "--network=none",
        "--read-only",
        "--volume=/b/prometheus:/prometheus-test:ro",
        "--volume=/r:/reports",
    } <= set(command)


def test_the_image_is_used_only_without_a_program_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_promtool("image") == InImage("image")
    promtool_that(tmp_path, "")
    assert find_promtool("image") == OnPath()


def test_a_process_takes_many_files_but_not_too_many() -> None:
    assert [len(share) for share in batches(["f"] * 5, 2)] == [3, 2]
    assert [len(share) for share in batches(["f"], 8)] == [1]
    assert [len(share) for share in batches(["f"] * 101, 2)] == [34, 34, 33]
    assert batches([], 2) == []


def test_only_the_tests_that_are_asked_for_are_run(tmp_path: Path) -> None:
    script = 'echo "<t><testsuite name=\\"a\\"><testcase name=\\"$4\\"/></testsuite></t>" > "$REPORT"'
    results = run(bundle_with(tmp_path / "b", "a.test.yaml"), promtool_that(tmp_path, script), "a.b (c")
    assert [case.name for case in results.cases] == [r"--run=(?i)a\.b\ \(c"]
