"""How problems look: for people, for programs, for GitHub."""

import json

import pytest

from ongrid_gen.load import Document, Source, load
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.show import as_github, as_json, as_text, width

LINE = "  - {name: 결제느림, kind: trace_latency, service: payment-api, threshold_ms: 800}"


def document(text: str) -> Document:
    return load(Source("site.yaml", text.encode()))


def test_the_example_of_the_house_style_looks_as_it_stands_there() -> None:
    loaded = document(f"version: 1\nsite: demo\nservices: [{{name: payments-api}}]\nalerts:\n{LINE}\n")
    problem = Problem(
        "OG013",
        ("alerts", 0, "service"),
        "alert `결제느림` watches `payment-api`, which is not in `services`",
        "did you mean `payments-api`?",
    )
    assert as_text(problem, loaded).split("\n") == [
        "site.yaml:5:48: error[OG013]: alert `결제느림` watches `payment-api`, which is not in `services`",
        f"5 | {LINE}",
        "  |                                                    ^^^^^^^^^^^ did you mean `payments-api`?",
    ]


def test_the_caret_stands_below_what_it_marks_whatever_is_before() -> None:
    for before in (
        "",
        "결제",
        "支付",
        "😀",
        "e\u0301",
        "ｆｕｌｌ",
        "ｱ",
        "\xad",
        "결\u200d",
        "\u1100\u1161\u11a8",
        "\xa0",
    ):
        source, caret = as_text(Problem("X", ("b",), "m"), document(f"{{a: '{before}', b: 결x}}\n")).split("\n")[1:]
        start = caret.index("^")
        assert width(source[: source.index("결x")]) == start
        assert caret.count("^") == 3


def test_a_tab_is_shown_as_wide_as_the_caret_thinks() -> None:
    lines = as_text(Problem("X", ("b",), "m"), document("{a:\t1,\tb:\t2}\n")).split("\n")
    assert "\t" not in "".join(lines)
    assert lines[1].index("2") == lines[2].index("^")


def test_a_long_line_is_cut_around_the_caret() -> None:
    loaded = document("a: [" + "결제, " * 200 + "here, " + "y, " * 500 + "]\n")
    lines = as_text(Problem("X", ("a", 200), "m", "do it"), loaded).split("\n")
    assert lines[1].startswith("1 | …")
    assert lines[1].endswith("…")
    assert len(lines[1]) < 140
    assert width(lines[1][: lines[1].index("here")]) == lines[2].index("^")
    assert lines[2].endswith("^^^^ do it")


def test_a_mark_longer_than_the_line_ends_with_it() -> None:
    loaded = document("a: " + "x" * 1000 + "\n")
    lines = as_text(Problem("X", ("a",), "m"), loaded).split("\n")
    assert len(lines[2]) <= len(lines[1])


def test_a_related_place_is_a_note() -> None:
    loaded = document("a: 1\nb: 2\na: 3\n")
    assert as_text(loaded.problems[0], loaded).split("\n")[3:] == [
        "site.yaml:1:1: note: first defined here",
        "1 | a: 1",
        "  | ^",
    ]


def test_without_a_document_the_place_is_the_one_it_brings() -> None:
    assert as_text(Problem("OG901", (), "m", "do it", at=(3, 4, 5)), None) == "site.yaml:3:4: error[OG901]: m\n  do it"


def test_colour_is_only_added() -> None:
    loaded = document("a: 1\n")
    problem = Problem("X", ("a",), "m", "h", Severity.WARNING)
    coloured = as_text(problem, loaded, colour=True)
    assert "\x1b[" in coloured
    for escape in ("\x1b[1;33m", "\x1b[1;32m", "\x1b[0m"):
        coloured = coloured.replace(escape, "")
    assert coloured == as_text(problem, loaded)


@pytest.mark.parametrize(
    "line",
    [
        "a: {token: hunter2, x: 1}",
        'a: {x: 1, "api_key": "hunter2 and more"}',
        "a: {x: 1, url_file: https://example.com/hunter2}",
        "a: {x: 1, u: https://me:hunter2@example.com}",
    ],
)
def test_a_secret_is_not_shown_beside_another_problem(line: str) -> None:
    text = as_text(Problem("X", ("a", "x"), "m"), document(line + "\n"))
    assert "hunter2" not in text
    assert "***" in text


def test_a_secret_below_its_key_is_not_shown() -> None:
    text = as_text(Problem("OG908", ("password",), "m"), document("password:\n  hunter2\n"))
    assert "hunter2" not in text


def test_json_has_the_keys_of_the_contract() -> None:
    loaded = document("alerts:\n  - name: A\n    threshold_ms: 0\n")
    problem = Problem("OG906", ("alerts", 0, "threshold_ms"), "m", "h", related=(("alerts",),))
    data = json.loads(json.dumps(as_json([problem], loaded)))
    assert data == {
        "problems": [
            {
                "code": "OG906",
                "severity": "error",
                "message": "m",
                "hint": "h",
                "path": "alerts[0].threshold_ms",
                "file": "site.yaml",
                "line": 3,
                "column": 19,
                "end_column": 20,
                "related": [{"path": "alerts", "file": "site.yaml", "line": 1, "column": 1, "end_column": 7}],
            }
        ]
    }


@pytest.mark.parametrize(
    ("severity", "command"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.HINT, "notice")]
)
def test_github_gets_one_escaped_line(severity: Severity, command: str) -> None:
    loaded = load(Source("a,b:c.yaml", b"x: 1\n"))
    problem = Problem("OG906", ("x",), "100 % of it", "mend it", severity)
    assert as_github(problem, loaded) == (
        f"::{command} file=a%2Cb%3Ac.yaml,line=1,endLine=1,col=4,endColumn=5,title=OG906::100 %25 of it%0Amend it"
    )
