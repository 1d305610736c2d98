"""Mermaid: in a label every character stands for itself, and no name is a word of Mermaid's."""

import html
import re
from pathlib import Path

import pytest
from pictures import chain_from, graph_from

from ongrid_gen.graph.mermaid import as_mermaid, escaped, safe_names
from ongrid_gen.graph.model import Edge, Graph, Link, Node, Sort
from support import compare_golden

HERE = Path(__file__).parent
LINE = re.compile(r'  (  )?\w+ ?(\[\[|\[/|\(\[|\{\{|\[|>|-\.->|-->|)(\|?"[^"]*"\|?)?(\]\]|/\]|\]\)|\}\}|\]|)( \w+)?')


def decoded(text: str) -> str:
    """Return a label as Mermaid shows it: `#35;` is a character by its number."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", text))


@pytest.mark.parametrize(
    "text",
    [
        'a "quoted" name', "결제 <POST> & 支付", "[x] {y} (z) |v|", "end", "#quot; #35;", "`code` ~~x~~ **y**",
        "1. a list", "- an item", "__name__", "_x_ a_b", "%%{init: {}}%%", "$$x^2$$", "style a:b#35;",
        "classDef x:#fff;",
        "back\\slash; semicolon", "<script>alert(1)</script>",
    ],
)  # fmt: skip
def test_a_label_is_shown_as_it_is(text: str) -> None:
    assert text == decoded(escaped(text))
    assert not set('"#<>`;\\$*~%').intersection(re.sub(r"#\d+;", "", escaped(text)))
    assert not re.search(r"style|classdef|^\d+\.|^[-+=]", re.sub(r"#\d+;", "…", escaped(text)), re.IGNORECASE)


def test_what_needs_no_escape_is_readable() -> None:
    assert escaped("traces_spanmetrics_latency_bucket") == "traces_spanmetrics_latency_bucket"
    assert escaped("POST /v1/charge, le = 0.8 (5m)") == "POST /v1/charge, le = 0.8 (5m)"


def test_names_are_safe_and_tell_everything_apart() -> None:
    titles = ["end", "subgraph", "결제", "支付", "a b", "a-b", "A.B", "style", "", "1"]
    graph = Graph("x", tuple(Node(str(number), Sort.ALERT, title) for number, title in enumerate(titles)), ())
    names = safe_names(graph)
    assert len(set(names.values())) == len(titles)
    assert all(re.fullmatch(r"alert(_[a-z0-9]+)*", name) for name in names.values())
    assert not any("style" in name for name in names.values())


def test_a_name_stays_when_other_boxes_come() -> None:
    node, other = Node("1", Sort.ALERT, "ChargeSlow"), Node("2", Sort.ALERT, "Other")
    assert safe_names(Graph("x", (node,), ()))["1"] == safe_names(Graph("x", (other, node), ()))["1"]


def test_every_line_is_of_one_of_the_known_forms() -> None:
    for graph in (graph_from(), chain_from("ChargeSlow")):
        head, *lines = as_mermaid(graph).split("flowchart LR\n")[1].splitlines()
        assert head.startswith("  subgraph ")
        for line in lines:
            assert line.strip() == "end" or line.startswith("  subgraph ") or LINE.fullmatch(line), line


def test_a_broken_edge_is_dotted_red_and_says_why() -> None:
    nodes = (Node("1", Sort.GATEWAY, "gateway"), Node("2", Sort.STORE, "tempo"))
    edges = (Edge("1", "2", Link.CALLS, ":3200"), Edge("1", "2", Link.CALLS, ":4316", "nobody listens"))
    text = as_mermaid(Graph("x", nodes, edges))
    assert '  gateway_gateway -.->|":4316: nobody listens"| store_tempo' in text.splitlines()
    assert "  linkStyle 1 stroke:#d1242f,color:#d1242f" in text.splitlines()


def test_golden_mermaid_of_the_demo_site() -> None:
    """To mend: `make golden`, then look at the drawing."""
    compare_golden(HERE / "site.mmd", as_mermaid(graph_from()))


def test_golden_mermaid_of_one_alert() -> None:
    """To mend: `make golden`, then look at the drawing."""
    compare_golden(HERE / "charge-slow.mmd", as_mermaid(chain_from("ChargeSlow")))
