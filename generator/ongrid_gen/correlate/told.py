"""What was found as text for a terminal. What comes out of spans, lines and labels moves no cursor."""

from collections.abc import Iterator, Sequence
from typing import Final

from ongrid_gen.correlate.data import limit_words, text
from ongrid_gen.correlate.firing import FIRING, INACTIVE, PENDING, RESOLVED, UNKNOWN
from ongrid_gen.correlate.panel import LOGS, METRICS, NO_DATA, PANELS, RED, STACK, TRACES, Answer, skipped
from ongrid_gen.correlate.run import Incident
from ongrid_gen.querying import tables
from ongrid_gen.querying.tables import NANO, clipped, moment, table
from ongrid_gen.show import visible

TITLES: Final = {
    METRICS: "What the alert reads",
    RED: "Requests of the service and its neighbours",
    TRACES: "Traces",
    LOGS: "Log lines",
    STACK: "The stack itself",
}
INDENT: Final = "  "
LINES: Final = 12
QUERY: Final = 240  # all of it is in the JSON


def as_text(incident: Incident) -> str:
    """Return one incident."""
    blocks = ["\n".join(head(incident))]
    blocks += ["\n".join(panel(name, incident.of(name))) for name in PANELS]
    return "\n\n".join(blocks)


def head(incident: Incident) -> Iterator[str]:
    """Yield which alert it is, when it fired, and the time that was looked at."""
    subject, around = incident.subject, incident.around
    yield f"{visible(subject.name)} ({subject.kind}, {subject.severity}): {state_words(incident)}"
    yield f"{INDENT}{clipped(subject.condition, 300)}"
    for labels in incident.firing.labels[:3]:
        shown = ", ".join(f"{name}={value}" for name, value in labels.items() if name != "alertname")
        yield f"{INDENT}{clipped(shown, 160)}"
    until = f"{moment(around.window.end)}{' (cut: it fires for longer)' if around.cut else ''}"
    yield f"{INDENT}looked at {moment(around.window.start)} to {until}, in {incident.seconds:.1f} s"


def state_words(incident: Incident) -> str:
    """Return what the alert does."""
    firing, skip = incident.firing, incident.firing_skip
    if firing.state == UNKNOWN and skip is not None:
        return f"it is not known when it fired ({skip.reason}: {visible(skip.why)})"
    if firing.state == INACTIVE and firing.began is None:
        return "it did not fire within a day"
    since = moment(firing.since) if firing.since is not None else ""
    began = moment(firing.began) if firing.began is not None else ""
    until = moment(firing.until) if firing.until is not None else ""
    return {
        FIRING: f"fires since {since}, its condition holds since {began}",
        PENDING: f"pending since {began}",
        RESOLVED: f"fired from {since} to {until}, its condition held since {began}",
        INACTIVE: f"was pending from {began} to {until}, and never fired",
    }[firing.state]


def panel(name: str, answers: Sequence[Answer]) -> Iterator[str]:
    """Yield the lines of a panel."""
    skip = skipped(answers)
    if skip is not None and len({one.skip.reason for one in answers if one.skip}) == 1:
        yield f"{TITLES[name]}: skipped, {skip.reason}: {visible(skip.why)}"
        for one in answers:
            yield from asked(one)
        return
    yield TITLES[name]
    for answer in answers:
        yield f"{INDENT}{headline(answer)}"
        yield from asked(answer)
        for line in body(answer):
            yield f"{INDENT * 2}{line}"


def asked(answer: Answer) -> Iterator[str]:
    """Yield what was asked, on one line."""
    if answer.question.query:
        yield f"{INDENT * 2}? {clipped(' '.join(answer.question.query.split()), QUERY)}"


def headline(answer: Answer) -> str:
    """Return what was asked in words, with the threshold, and what there is to say of the answer."""
    reading, said = answer.question.reading, [clipped(answer.question.words, 120)]
    if reading is not None and reading.threshold is not None:
        said.append(f"(fires {limit_words(reading.operator, reading.threshold, reading.unit)})")
    said += [f"({note})" for note in answer.found.notes]
    if answer.skip is None:
        return " ".join(said)
    reason = "" if answer.skip.reason == NO_DATA else f"{answer.skip.reason}, "
    return f"{' '.join(said)}: {reason}{visible(answer.skip.why)}"


def body(answer: Answer) -> list[str]:
    """Return the answer as lines."""
    found = answer.found
    if found.traces:
        return traces_table(answer).splitlines()
    if found.lines:
        shown = [f"{moment(one.at / NANO)}  {clipped(text(one.text), 160)}" for one in found.lines[:LINES]]
        more = len(found.lines) - len(shown)
        return [*shown, f"and {more} more (--json)"] if more > 0 else shown
    if not found.series:
        return []
    if answer.question.panel == STACK:
        return stack_lines(answer)
    unit = answer.question.reading.unit if answer.question.reading is not None else ""
    head, *rows = tables.series_table(found.series).splitlines()
    return [f"{head}{f'   ({unit})' if unit else ''}", *rows]


def stack_lines(answer: Answer) -> list[str]:
    """Return what of the stack is not well."""
    if answer.question.name != "up":
        return [f"{clipped(tables.labels_of(one))}" for one in answer.found.series]
    down = [one for one in answer.found.series if one.points and one.points[-1][1] < 1]
    if not down:
        return [f"all {len(answer.found.series)} targets were up all the time"]
    return [f"DOWN for a time: {clipped(tables.labels_of(one))}" for one in down]


def traces_table(answer: Answer) -> str:
    """Return traces, and what they waited for."""
    found = answer.found
    rows = [
        (hit.trace_id, moment(hit.start / NANO), tables.took(hit.duration), f"{hit.service} {hit.operation}",
         found.waited.get(hit.trace_id, ""))
        for hit in found.traces
    ]  # fmt: skip
    return table(("TRACE", "BEGAN", "TOOK", "ROOT", "WAITED FOR"), rows, right=(2,))
