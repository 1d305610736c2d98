"""What was found as one page of HTML that needs nothing else: no script, no address, plots drawn in it.

Every text in it may be anybody's: it is escaped, and the page forbids itself to load or run anything.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from ongrid_gen.correlate.data import limit_words, text
from ongrid_gen.correlate.panel import METRICS, PANELS, STACK, Answer
from ongrid_gen.correlate.plot import Plot
from ongrid_gen.correlate.run import Incident
from ongrid_gen.correlate.told import TITLES, stack_lines, state_words
from ongrid_gen.querying.tables import NANO, moment, took
from ongrid_gen.show import visible

YESTERDAY: Final = "_yesterday"
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
STYLE: Final = """
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}
h2{font-size:1.15rem;border-bottom:1px solid #8886;margin-top:2rem}
h3{font-size:1rem;margin:1.2rem 0 .2rem}
svg{width:100%;height:auto;font:11px system-ui,sans-serif;fill:currentColor}
.grid{stroke:#8884}
.limit{stroke:#c00;stroke-dasharray:6 3}
text.limit{stroke:none;fill:#c00}
.fired{fill:#c002}
table{border-collapse:collapse;width:100%;font-size:.87rem}
td,th{text-align:left;padding:.15rem .6rem .15rem 0;vertical-align:top;border-bottom:1px solid #8883}
td.n{text-align:right}
code,pre{font:12px/1.4 ui-monospace,monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
ul{list-style:none;padding:0;margin:.2rem 0}
li span{display:inline-block;width:.8em;height:.8em;margin-right:.4em}
.skip{color:#b35900}
summary{cursor:pointer;color:#777;font-size:.87rem}
"""


def as_page(incidents: Sequence[Incident]) -> str:
    """Return the page."""
    title = ", ".join(visible(one.subject.name) for one in incidents)
    body = "".join(part for one in incidents for part in article(one))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def article(incident: Incident) -> Iterator[str]:
    """Yield one incident."""
    subject, window = incident.subject, incident.around.window
    cut = ", cut: it fires for longer" if incident.around.cut else ""
    yield f"<article><h1>{escape(visible(subject.name))}</h1>"
    yield paragraph(f"{subject.kind}, {subject.severity}: {state_words(incident)}")
    yield paragraph(subject.condition)
    yield paragraph(f"Looked at {moment(window.start)} to {moment(window.end)}{cut}, in {incident.seconds:.1f} s.")
    for labels in incident.firing.labels:
        shown = ", ".join(f"{name}={value}" for name, value in labels.items() if name != "alertname")
        yield f"<p><code>{escape(text(shown))}</code></p>"
    for name in PANELS:
        yield f"<h2>{TITLES[name]}</h2>"
        answers = incident.of(name)
        yield from (part for one in answers if not one.question.shift for part in section(incident, one, answers))
    yield "</article>"


def section(incident: Incident, answer: Answer, others: Sequence[Answer]) -> Iterator[str]:
    """Yield one question and what came of it."""
    question, reading = answer.question, answer.question.reading
    limit = ""
    if reading is not None and reading.threshold is not None:
        limit = f" (fires {limit_words(reading.operator, reading.threshold, reading.unit)})"
    notes = "".join(f" ({note})" for note in answer.found.notes)
    yield f"<h3>{escape(text(question.words) + limit + notes)}</h3>"
    if answer.skip is not None:
        yield f'<p class="skip">{escape(f"{answer.skip.reason}: {text(answer.skip.why)}")}</p>'
    elif question.panel == STACK:
        yield "".join(paragraph(line) for line in stack_lines(answer))
    elif answer.found.series:
        yield from plotted(incident, answer, others)
    yield traces_table(answer) if answer.found.traces else ""
    yield lines_of(answer) if answer.found.lines else ""
    if question.query:
        yield f"<details><summary>asked</summary><pre>{escape(visible_lines(question.query))}</pre></details>"


def plotted(incident: Incident, answer: Answer, others: Sequence[Answer]) -> Iterator[str]:
    """Yield the plot of series and which line is which."""
    question, firing = answer.question, incident.firing
    earlier = next((one for one in others if one.question.name == f"{question.name}{YESTERDAY}"), None)
    known = firing.since is not None and firing.until is not None
    reading = question.reading
    plot = Plot(
        window=question.window,
        series=answer.found.series,
        unit=reading.unit if reading is not None else "",
        threshold=float(reading.threshold) if reading is not None and reading.threshold is not None else None,
        before=earlier.found.series if earlier is not None else (),
        shift=earlier.question.shift if earlier is not None else 0.0,
        fired=(firing.since or 0.0, firing.until or 0.0) if known else None,
    )
    yield plot.svg() + plot.legend()
    if question.panel == METRICS and earlier is not None and earlier.skip is not None:
        yield f'<p class="skip">a day before: {escape(text(earlier.skip.why))}</p>'


def traces_table(answer: Answer) -> str:
    """Return traces, and what they waited for."""
    rows = "".join(
        f"<tr><td><code>{escape(hit.trace_id)}</code></td><td>{moment(hit.start / NANO)}</td>"
        f'<td class="n">{took(hit.duration)}</td><td>{escape(text(f"{hit.service} {hit.operation}"))}</td>'
        f"<td>{escape(text(answer.found.waited.get(hit.trace_id, '')))}</td></tr>"
        for hit in answer.found.traces
    )
    head = "".join(f"<th>{one}</th>" for one in ("trace", "began", "took", "root", "waited for"))
    return f"<table><tr>{head}</tr>{rows}</table>"


def lines_of(answer: Answer) -> str:
    """Return lines of logs."""
    return "<pre>" + "\n".join(
        escape(f"{moment(one.at / NANO)}  {text(one.text)}") for one in answer.found.lines
    ) + "</pre>"  # fmt: skip


def paragraph(words: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(visible(words))}</p>"


def visible_lines(words: str) -> str:
    """Return text of several lines, each safe to show."""
    return "\n".join(visible(line) for line in words.splitlines())
