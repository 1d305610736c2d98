"""The page: one file that needs nothing else, and in which no text of others becomes markup."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as Xml
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from answering import answering
from correlate.test_correlate import SITE, gathered, loki, prometheus, tempo
from ongrid_gen import cli
from ongrid_gen.correlate.page import as_page
from ongrid_gen.correlate.plot import Plot
from ongrid_gen.correlate.run import Incident
from ongrid_gen.tracequery import Series, Window
from support import site_of

HOSTILE = '</style></script><script>alert(1)</script><img src=x onerror=alert(1)>"\x1b[2J'
VOID = {"meta", "br", "img", "hr", "link", "input"}


class Tags(HTMLParser):
    """Every tag, and whether each one that was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


@pytest.fixture(scope="module")
def incident() -> Incident:
    firing = {"note": HOSTILE}
    with answering(prometheus(firing, series=12)) as one, answering(tempo(3, HOSTILE)) as two, \
            answering(loki(3, HOSTILE)) as three:  # fmt: skip
        return gathered(site_of(SITE), "Slow", one.url, two.url, three.url)


def test_the_page_holds_everything_and_needs_nothing(incident: Incident) -> None:
    page = as_page([incident])
    tags = Tags(page)
    assert [] == tags.open
    assert {"script", "img", "link", "iframe"}.isdisjoint(tags.seen)
    assert not any(name.startswith("on") or name in ("src", "href") for name, _ in tags.attributes)
    assert ["http://www.w3.org/2000/svg"] == sorted(set(re.findall(r"https?://[^\"'<> ]+", page)))
    assert "\x1b" not in page
    assert tags.seen.count("svg") >= 6
    assert 5 == tags.seen.count("h2")
    for svg in re.findall(r"<svg.*?</svg>", page):
        Xml.fromstring(svg)


def test_a_plot_shows_threshold_yesterday_and_firing() -> None:
    points = tuple((1000.0 + 60 * number, float(number)) for number in range(10))
    line = Series({"a": "<b>"}, points)
    plot = Plot(Window(1000, 1600), [line], "ms", 800.0, [Series({}, tuple((at - 86400, 5.0) for at, _ in points))],
                86400.0, (1200.0, 1500.0))  # fmt: skip
    picture = Xml.fromstring(plot.svg())
    classes = [one.get("class") for one in picture.iter() if one.get("class")]
    assert {"limit", "fired", "grid"} <= set(classes)
    assert 2 == sum(one.tag.endswith("path") for one in picture.iter())
    assert "&lt;b&gt;" in plot.legend()


@pytest.mark.parametrize("values", [(), (float("nan"),), (float("inf"), 1.0), (-5.0, -1.0), (0.0,), (1e300, -1e300)])
def test_a_plot_of_odd_numbers_is_sound(values: tuple[float, ...]) -> None:
    series = [Series({}, tuple((1000.0 + number, value) for number, value in enumerate(values)))]
    picture = Plot(Window(1000, 1600), series).svg()
    Xml.fromstring(picture)
    assert "nan" not in picture
    assert "inf" not in picture


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, page = tmp_path / "site.yaml", tmp_path / "page.html"
    spec.write_text(SITE, encoding="utf-8")
    with answering(prometheus({})) as one, answering(tempo()) as two:
        assert 0 == cli.run(["correlate", str(spec), "Slow", "--html", str(page), "--prometheus", one.url, "--tempo",
                             two.url])  # fmt: skip
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert str(page) in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")
def test_a_browser_shows_the_page_and_complains_of_nothing(incident: Incident, tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text(as_page([incident]), encoding="utf-8")
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
             f"--user-data-dir={tmp_path}", "--window-size=1000,1600", f"--screenshot={picture}",
             page.as_uri()]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert "CONSOLE" not in done.stderr
    assert len(set(pixels(picture.read_bytes()))) > 8, "the page is blank"


def pixels(png: bytes) -> Iterator[bytes]:
    """Yield what the rows of a picture are, packed: those of a blank one are all the same."""
    at, data = 8, b""
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        data += png[at + 8 : at + 8 + size] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += size + 12
    raw = zlib.decompress(data)
    width = int.from_bytes(png[16:20], "big")
    row = len(raw) // int.from_bytes(png[20:24], "big")
    assert row >= width
    yield from (raw[start : start + row] for start in range(0, len(raw), row))
