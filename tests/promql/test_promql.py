"""PromQL is read as Prometheus reads it, and what is wrong is shown where it is."""

import pytest

from ongrid_gen.load import Source, load
from ongrid_gen.promql import PromqlError, kept_labels, on_nothing, ranges, read, selectors


@pytest.mark.parametrize(
    ("text", "marked", "said"),
    [
        ("sum(", "(", "never closed"),
        ("x)", ")", "closes nothing"),
        ("rate(x[5m)]", ")", "`]` is needed first"),
        ("foo{a=b}", "b", "not expected here"),
        ("sum by x (y)", "x", "not expected here"),
        ("x > y z", "z", "not expected here"),
        ("x >", ">", "ends too early"),
        ("", "", "is empty"),
        ('x{a="b} > 1', '"', "never closed"),
        ("x ! 3", "!", "means nothing"),
        ("rate(x) > 1", "rate(x)", "takes a range"),
        ("sum(rate(x)) / y > 1", "rate(x)", "takes a range"),
        ("vector(x) > 1", "vector(x)", "takes a number"),
        ("rat(x[5m]) > 1", "rat", "no function"),
        ("histogram_quantile(0.9)", "histogram_quantile(0.9)", "takes 2 argument"),
        ("x > 1 or (1 > 2)", "(1 > 2)", "two numbers"),
        ("limitk(2, x) > 1", "limitk", "experimental"),
        ('x{a="b" or c="d"} > 1', "or", "cannot be joined"),
    ],
)
def test_what_is_wrong_is_marked(text: str, marked: str, said: str) -> None:
    with pytest.raises(PromqlError) as caught:
        read(text)
    assert text[caught.value.start : caught.value.end] == marked
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("x{a=~`\\d+`} > 1", 'x{a=~"\\\\d+"} > 1'),
        ("x > # why\n 1e3", "x > 1000"),
        ("sum(x) by (a)", "sum by (a) (x)"),
        ("x{a='결제'}", 'x{a="결제"}'),
    ],
)
def test_an_expression_is_written_anew(text: str, again: str) -> None:
    assert read(text).code == again


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x > 1", None),
        ("absent(x)", 1.0),
        ("(sum(rate(x[5m])) or vector(0)) == 0", 0.0),
        ("vector(1) unless x", 1.0),
        ("x unless vector(1)", None),
        ("vector(2) > 3", None),
    ],
)
def test_what_an_expression_gives_of_nothing(text: str, value: float | None) -> None:
    assert on_nothing(read(text).tree) == value


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("sum by (a) (x) > 1", {"a"}),
        ("1 < sum(x)", set()),
        ("sum without (a) (x)", None),
        ("x > 1", None),
        ("sum by (a) (x) or sum by (b) (y)", {"a", "b"}),
        ("sum by (a) (x) * on (a) group_left (b) y", None),
    ],
)
def test_the_labels_of_a_result(text: str, labels: set[str] | None) -> None:
    assert kept_labels(read(text).tree) == labels


def test_selectors_and_ranges() -> None:
    tree = read('rate(x{a!~"b"}[5m] offset 1h) / {__name__="y"}').tree
    assert [(one.metric, one.matchers) for one in selectors(tree)] == [("x", (("a", "!~", "b"),)), ("y", ())]
    assert [(int(length), int(reach)) for _, length, reach in ranges(tree)] == [(300, 3900)]


@pytest.mark.parametrize(
    "spec",
    [
        "a: x > foo y\n",
        'a: "x{l=\\"q\\"} > \\u0031 and foo y"\n',
        "a: 'x{l=''q''} > foo y'\n",
        "a: |\n  x > 1\n    and foo y\n",
        "a: >-  # why\n  x >\n  1 and\n\n  foo y\n",
        "a: x >\n  1 and foo\n  y\n",
        'a: "x >\n  1 \\\n  and foo y"\n',
        "b: &r x > foo y\na: *r\n",
    ],
)
def test_a_part_of_a_text_is_found_in_every_way_to_write_it(spec: str) -> None:
    document = load(Source("site.yaml", spec.encode()))
    value = str(document.value(("a",)))
    start = value.index("foo")
    span = document.span(("a",), within=(start, start + 3))
    assert document.lines[span.line - 1][span.column - 1 : span.end_column - 1] == "foo"
