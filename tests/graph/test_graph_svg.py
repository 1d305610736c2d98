"""The drawing itself: it can be read by a parser, nothing overlaps, every arrow begins and ends at a border."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pictures import SITE, chain_from, edited, graph_from, many

from ongrid_gen.graph.build import cleaned, graph_of
from ongrid_gen.graph.layout import ADVANCE, LABEL, LINE, TITLE
from ongrid_gen.graph.model import Edge, Graph, Link, Node, Sort
from ongrid_gen.graph.svg import as_svg
from ongrid_gen.show import width
from support import ROOT, compare_golden

HERE = Path(__file__).parent
NAMESPACE = "{http://www.w3.org/2000/svg}"
SIZES = {"title": TITLE, "line": LINE, "label": LABEL}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# What 0.1 of a pixel that is rounded away can make.
ROUNDED = 0.25


@dataclass(frozen=True)
class Area:
    """A rectangle of a drawing, and what is in it."""

    what: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Area") -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > ROUNDED and down > ROUNDED


def parts(text: str) -> list[ET.Element]:
    """Return the groups in which boxes and arrows share a ground."""
    return [one for one in ET.fromstring(text).findall(f"{NAMESPACE}g") if "transform" in one.attrib]


def boxes(part: ET.Element) -> list[Area]:
    return [
        Area("", x, y, x + float(one.attrib["width"]), y + float(one.attrib["height"]))
        for one in part.iter(f"{NAMESPACE}rect")
        for x, y in [(float(one.attrib["x"]), float(one.attrib["y"]))]
    ]


def texts(part: ET.Element, *sorts: str) -> list[Area]:
    """Return the texts as they are in a monospace font: eight tenths of their size above the line, two below."""
    found = []
    for one in part.iter(f"{NAMESPACE}text"):
        if one.attrib["class"] not in (sorts or SIZES):
            continue
        size, text = SIZES[one.attrib["class"]], one.text or ""
        x, y = float(one.attrib["x"]), float(one.attrib["y"])
        found.append(Area(text, x, y - 0.8 * size, x + width(text) * size * ADVANCE, y + 0.2 * size))
    return found


def ends(part: ET.Element) -> Iterator[tuple[float, float]]:
    """Yield the first and last point of every arrow."""
    for one in part.iter(f"{NAMESPACE}path"):
        x = y = 0.0
        pieces = re.findall(r"([MHC]) ([^MHC]+)", one.attrib["d"])
        for number, (letter, numbers) in enumerate(pieces):
            values = list(map(float, NUMBER.findall(numbers)))
            x, y = (values[0], y) if letter == "H" else (values[-2], values[-1])
            if number in (0, len(pieces) - 1):
                yield x, y


JOBS = ", ".join(f'{{job: job-{number}, targets: ["host-{number}.example:9100"]}}' for number in range(8))
PICTURES = {
    "jobs": lambda: graph_from(SITE.replace("retention: 30d}", f"retention: 30d, scrape: [{JOBS}]}}")),
    "site": graph_from,
    "min": lambda: graph_from((ROOT / "site.min.yaml").read_text(encoding="utf-8")),
    "thirty": lambda: graph_from(many(30)),
    "chain": lambda: chain_from("payments-latency/page"),
    "itself": lambda: graph_of(edited({"prometheus/prometheus.yaml": ("localhost:9090", "localhost:9099")}), "shop"),
    "korean": lambda: graph_from(SITE.replace("ChargeSlow", "결제느림").replace("PaymentsErrors", "支付错误")),
}


@pytest.fixture(scope="module", params=list(PICTURES))
def drawing(request: pytest.FixtureRequest) -> str:
    return as_svg(PICTURES[request.param]())


def test_no_two_boxes_overlap(drawing: str) -> None:
    for part in parts(drawing):
        assert [pair for pair in combinations(boxes(part), 2) if pair[0].overlaps(pair[1])] == []


def test_no_two_texts_overlap(drawing: str) -> None:
    for part in parts(drawing):
        found = texts(part)
        assert found
        assert [(one.what, other.what) for one, other in combinations(found, 2) if one.overlaps(other)] == []


def test_no_label_of_an_arrow_lies_on_a_box(drawing: str) -> None:
    for part in parts(drawing):
        assert [text.what for text in texts(part, "label") for box in boxes(part) if text.overlaps(box)] == []


def test_every_text_of_a_box_is_inside_of_it(drawing: str) -> None:
    for part in parts(drawing):
        for group in part.findall(f"{NAMESPACE}g"):
            for box in boxes(group):
                for text in texts(group):
                    assert box.left <= text.left
                    assert text.right <= box.right + ROUNDED, text.what
                    assert box.top <= text.top
                    assert text.bottom <= box.bottom + ROUNDED, text.what


def test_every_arrow_begins_and_ends_at_the_border_of_a_box(drawing: str) -> None:
    for part in parts(drawing):
        found = boxes(part)
        for x, y in ends(part):
            assert any(
                abs(border - x) <= ROUNDED and box.top <= y <= box.bottom
                for box in found
                for border in (box.left, box.right)
            ), (x, y)


def test_everything_is_on_the_page(drawing: str) -> None:
    root = ET.fromstring(drawing)
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    for part in parts(drawing):
        left, top = map(float, NUMBER.findall(part.attrib["transform"]))
        for area in (*boxes(part), *texts(part)):
            assert 0 <= left + area.left <= left + area.right <= wide
            assert 0 <= top + area.top <= top + area.bottom <= high


def test_a_drawing_says_what_it_is_to_who_does_not_see_it() -> None:
    root = ET.fromstring(as_svg(graph_from()))
    assert ("img", "title desc") == (root.attrib["role"], root.attrib["aria-labelledby"])
    assert [root.find(f"{NAMESPACE}{name}").attrib["id"] for name in ("title", "desc")] == ["title", "desc"]  # type: ignore[union-attr]
    assert "Nothing is broken." in (root.findtext(f"{NAMESPACE}desc") or "")


def test_a_broken_call_is_told_in_words_and_drawn_apart() -> None:
    root = ET.fromstring(as_svg(graph_of(edited({"otelcol/gateway.yaml": ("tempo:4317", "tempo:4316")}), "shop")))
    assert "Broken: gateway to tempo: nobody listens." in (root.findtext(f"{NAMESPACE}desc") or "")
    drawn = [one for one in root.iter(f"{NAMESPACE}g") if one.attrib.get("class") == "broken"]
    assert [one.findtext(f"{NAMESPACE}text") for one in drawn[1:]] == ["OTLP/gRPC :4316: nobody listens"]
    assert drawn[0].find(f"{NAMESPACE}path") is not None


def test_there_are_colours_for_dark_ground_and_every_sort_of_box() -> None:
    style = as_svg(graph_from())
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    assert all(f".{sort} .box" in half for sort in Sort for half in (light, dark))


def test_nothing_in_a_name_breaks_the_drawing() -> None:
    name = 'a<b>&"c"\x07\ud800 \x1b[0m ]]> {{ $labels }} 결제'
    nodes = (Node("1", Sort.ALERT, name, (name,), name), Node("2", Sort.RECEIVER, name))
    graph = cleaned(Graph(name, nodes, (Edge("1", "2", Link.REACHES, name, name, name),)))
    shown = [one.text for one in ET.fromstring(as_svg(graph)).iter(f"{NAMESPACE}text")]
    assert 'a<b>&"c"�� �[0m ]]> {{ $labels }} 결제' in shown


def test_the_same_spec_gives_the_same_bytes() -> None:
    assert as_svg(graph_from()) == as_svg(graph_of(edited({}), "shop"))


def test_programs_that_call_each_other_in_a_circle_are_drawn_side_by_side() -> None:
    nodes = tuple(Node(name, Sort.GATEWAY, name) for name in ("a", "b", "c"))
    edges = (*(Edge(one, other, Link.CALLS, "x") for one, other in ("ab", "ba", "bc")),)
    (part,) = parts(as_svg(Graph("circle", nodes, edges)))
    assert 3 == len(boxes(part))
    assert 3 == len(texts(part, "label"))


def test_a_box_without_an_arrow_is_drawn() -> None:
    alone = Node("1", Sort.ALERT, "Alone"), Node("2", Sort.APPLICATION, "lonely")
    shown = [one.what for part in parts(as_svg(Graph("x", alone, ()))) for one in texts(part)]
    assert ["lonely", "Alone"] == shown


def test_a_box_to_which_too_many_arrows_lead_is_named_instead() -> None:
    text = as_svg(graph_from(many(30)))
    assert text.count("→ (nobody)") >= 60
    assert "boxes name it" in text


def test_golden_svg_of_the_demo_site() -> None:
    """To mend: `make golden`, then look at the drawing."""
    compare_golden(HERE / "site.svg", as_svg(graph_from()))
